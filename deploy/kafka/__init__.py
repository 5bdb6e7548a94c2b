"""Apache Kafka: the topics of the platform, and a local broker for tests and demonstrations."""
