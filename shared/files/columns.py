"""Which column of a file fills which field: headers in any order, full width or half, with blanks and marks of requirement looked past.

Promises that no column with a header is lost unseen: an unknown one refuses the file. It never repeats a header that is none of ours, for a
file without headers begins with somebody's name.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from shared.files.unreadable import Unreadable
from shared.files.workbook import REPORT_COLUMNS
from shared.kernel.sheets import Column, Sheet


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


def places(headers: Sequence[str], sheet: Sheet) -> Mapping[int, Column]:
    """Find the column of the sheet that stands at each place of a file.

    :raises Unreadable: a header stands twice, is unknown, or a required one is missing.
    """
    known = {key(column.header): column for column in sheet.columns}
    keys = [key(header) for header in headers]
    for found, times in Counter(keys).items():
        if times > 1 and found in known:
            raise Unreadable("duplicate_header", row=1, column=known[found].header)
    for place, found in enumerate(keys):
        if found and found not in known and found not in _LOOKED_PAST:
            raise Unreadable("unknown_column", row=1, column=letters(place))
    absent = [column.header for column in sheet.columns if column.required and key(column.header) not in keys]
    if absent:
        raise Unreadable("missing_column", row=1, column="、".join(absent))
    return {place: known[found] for place, found in enumerate(keys) if found in known}


def blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
