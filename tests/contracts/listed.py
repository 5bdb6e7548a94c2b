"""What a list holds, whether it is answered as pages or as a file."""

import csv
import io
from collections.abc import Iterator

import httpx2

from shared.files.writing.tables import unguarded

NUMBER = "户编号"
"""Of a register each row is a person; its household's number is the id, where nobody gave another."""


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    """Read a CSV as a spreadsheet shows it."""
    lines = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [{header: unguarded(value) for header, value in row.items()} for row in lines]


def ids_in(answer: httpx2.Response) -> list[str]:
    """List the things in an answer, each once and in its order."""
    return list(dict.fromkeys(_ids_in(answer)))


def _ids_in(answer: httpx2.Response) -> Iterator[str]:
    if answer.headers["content-type"].startswith("text/csv"):
        for row in rows_of(answer):
            yield row[NUMBER] if NUMBER in row else next(iter(row.values()))
    else:
        yield from (item["id"] for item in answer.json()["items"])
