"""The rows of a file of JSON lines: an object on each line, its keys the names of fields or their headers.

Promises that what JSON leaves open is refused and not decided: a key twice in one object, NaN, halves of characters. All lines are looked at before
the first row is handed on. A row's number is that of its line, and the keys stand for the header.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from shared.files.limits import Limits
from shared.files.reading.rows import RUN, Rows, by_columns
from shared.files.unreadable import Unreadable

_LONGEST_LINE = 8 << 20
_HEADER = 0  # the number of the row that the keys make


class JsonLines:
    """An opened file of JSON lines.

    :raises Unreadable: it is not UTF-8, or a line is no proper object.
    """

    guarded = False

    def __init__(self, file: Path, limits: Limits) -> None:
        self._limits = limits
        self._size = max(1, file.stat().st_size)
        self._file = file.open("rb")
        try:
            self._keys = self._all_keys()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def mark(self) -> None:
        return None

    def rows(self) -> Iterator[Rows]:
        yield Rows(numbers=range(_HEADER, _HEADER + 1), columns=[[key] for key in self._keys])
        lines, number = self._objects(), 1
        while run := [[line.get(key) for key in self._keys] for line in islice(lines, RUN)]:
            numbers = range(number, number + len(run))
            number = numbers.stop
            yield Rows(numbers=numbers, columns=by_columns(run), position=min(1.0, self._file.tell() / self._size))

    def _all_keys(self) -> dict[str, None]:
        """Collect the keys of all lines, in the order in which they first appear."""
        keys: dict[str, None] = {}
        for number, line in enumerate(self._objects(), start=1):
            keys.update(dict.fromkeys(line))
            if len(keys) > self._limits.columns:
                raise Unreadable("too_many_columns", row=number)
        return keys

    def _objects(self) -> Iterator[dict[str, object]]:
        """Read the lines; an empty one is an empty object."""
        self._file.seek(0)
        number = 0
        while line := self._file.readline(_LONGEST_LINE):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                raise Unreadable("cell_too_long", row=number)
            yield _object(line, number) if line.strip() else {}


def _object(line: bytes, number: int) -> dict[str, object]:
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse, parse_int=float)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # halves of characters have no encoding
    except (ValueError, RecursionError) as error:
        raise Unreadable("json_line", row=number) from error
    if not isinstance(value, dict):
        raise Unreadable("json_line", row=number)
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(_: str) -> object:
    raise ValueError("no JSON")
