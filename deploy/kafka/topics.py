"""`python -m deploy.kafka.topics`: make the topics of the platform, once, before its services start. Running it again changes nothing."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from shared.broker.kafka import KafkaBroker
from shared.events import TOPICS

_PAUSE_SECONDS = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.topics", description="Make the topics of the platform.")
    parser.add_argument("--bootstrap", required=True, help="address of a broker, such as kafka:9092")
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--replication", type=int, default=1, help="copies of each partition; three in production")
    parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for the broker")
    options = parser.parse_args()
    return asyncio.run(make_topics(options.bootstrap, partitions=options.partitions, replication=options.replication, wait=options.wait))


async def make_topics(bootstrap: str, *, partitions: int, replication: int, wait: float) -> int:
    """Make the topics as soon as the broker lets us; say what was made, or what is wrong."""
    broker = KafkaBroker(bootstrap, partitions=partitions, replication=replication)
    try:
        made = await _make(broker, until=time.monotonic() + wait)
    except Exception as trouble:
        print(f"topics could not be made: {trouble}", file=sys.stderr)
        return 1
    finally:
        await broker.close()
    print("\n".join(f"{topic}: {'made' if topic in made else 'was there'}" for topic in TOPICS))
    return 0


async def _make(broker: KafkaBroker, *, until: float) -> Sequence[str]:
    """Try until the time is up: a broker that is starting does not answer, or has too few companions for the copies."""
    while True:
        try:
            return await broker.ensure_topics()
        except Exception:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
