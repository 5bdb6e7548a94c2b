"""Fixtures by topic; builders are in `tests/builders`."""

pytest_plugins = ["tests.fixtures.platform", "tests.fixtures.callers", "tests.fixtures.clock", "tests.fixtures.law", "tests.fixtures.kafka"]
