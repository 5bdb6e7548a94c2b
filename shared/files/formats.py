"""What a file is, by its content and never by its name."""

from enum import StrEnum
from pathlib import Path

from shared.files.unreadable import Unreadable


class Format(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    JSON_LINES = "json_lines"


def format_of(file: Path) -> Format:
    with file.open("rb") as source:
        beginning = source.read(4096)
    if not beginning:
        raise Unreadable("empty_file")
    return Format.XLSX if beginning.startswith(b"PK\x03\x04") else Format.CSV
