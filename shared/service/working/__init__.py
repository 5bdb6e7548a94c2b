"""What a service does besides answering: states leave for the broker, states come in, and time brings duties."""
