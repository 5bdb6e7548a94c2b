"""`python -m deploy.kafka`: one local Apache Kafka in the foreground, until Ctrl-C."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from deploy.kafka.local import KafkaUnavailable, LocalKafka

_FOLDER = Path(__file__).parents[2] / "build" / "kafka" / "local"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description="Run one Apache Kafka on this machine; Ctrl-C stops it.")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where it keeps its messages from one run to the next")
    options = parser.parse_args()
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    return _run(LocalKafka(options.folder, options.port), ended)


def _run(kafka: LocalKafka, ended: threading.Event) -> int:
    try:
        kafka.start()
    except KafkaUnavailable as missing:
        print(missing, file=sys.stderr)
        return 1
    try:
        print(kafka.bootstrap, flush=True)
        while not ended.wait(1):
            if not kafka.running:
                print("Kafka has ended", file=sys.stderr)
                return 1
    finally:
        kafka.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
