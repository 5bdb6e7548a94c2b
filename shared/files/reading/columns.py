"""Which column of a file fills which field: headers in any order, full width or half, with blanks and marks of requirement looked past.

Promises that no column with a header is lost unseen: an unknown one refuses the file. It never repeats a header that might be a value, for a file
without headers begins with somebody's name.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from shared.files.unreadable import Unreadable
from shared.files.writing.workbook import REPORT_COLUMNS
from shared.kernel.sheets import Sheet

_NAME_OF_A_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def key(header: str) -> str:
    """Give what two headers have in common that mean the same."""
    return "".join(normalize("NFKC", header).split()).strip("*")


_LOOKED_PAST = frozenset(map(key, REPORT_COLUMNS))


def letters(place: int) -> str:
    """Give the letters of a column as Excel shows them; the first is 0."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def places(headers: Sequence[str], sheet: Sheet) -> Mapping[str, int]:
    """Find the place of each field in a file; its column may bear its header, or its name where a program wrote the file.

    :raises Unreadable: a header stands twice, is unknown, or a required one is missing.
    """
    known = {**{column.field: column for column in sheet.columns}, **{key(column.header): column for column in sheet.columns}}
    found = {place: known.get(key(header)) for place, header in enumerate(headers) if key(header) and key(header) not in _LOOKED_PAST}
    times = Counter(column.field for column in found.values() if column)
    for place, column in found.items():
        if not column:
            raise Unreadable("unknown_column", row=1, column=headers[place] if _NAME_OF_A_FIELD.fullmatch(headers[place]) else letters(place))
        if times[column.field] > 1:
            raise Unreadable("duplicate_header", row=1, column=column.header)
    absent = [column.header for column in sheet.columns if column.required and not times[column.field]]
    if absent:
        raise Unreadable("missing_column", row=1, column="、".join(absent))
    return {column.field: place for place, column in found.items() if column}


def without_header(headers: Sequence[str], place: int) -> bool:
    """Say whether a value in a column would be lost."""
    return place >= len(headers) or not key(headers[place])


def blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
