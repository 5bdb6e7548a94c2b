"""Apache Kafka behind the broker port.

Promises: a message is called kept only after Kafka acknowledged it (`acks=all`); a batch that was not `done` is delivered
again, to this member or to another; trouble with Kafka is waited out with everything built anew; every wait has an end.

Does not promise: order, or single delivery. A message that was not kept may be delivered all the same, for example when
only its acknowledgement was lost. Nor does it bring back what Kafka itself has lost: it counts such losses in `amnesias`
and calls `on_amnesia`, whereupon the owner announces again. It notices only what happens while it lives, by three signs:
another cluster id, an end offset below one seen before, a topic that had to be made again. What was lost before its start,
or what grew beyond its former end within a few seconds, the daily reconciliation finds.

Not for messages that must come in order or once: a listener needs the version gate.
"""

from shared.broker.kafka.broker import KafkaBroker
from shared.broker.kafka.topics import TopicRefused

__all__ = ["KafkaBroker", "TopicRefused"]
