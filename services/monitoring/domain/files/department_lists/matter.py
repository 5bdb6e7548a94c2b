"""What a department says of a matter in a request, read as the cells of its list are read, so that both are one record."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.monitoring.domain.files.department_lists.declared import DepartmentList
from shared.kernel.sheets import Column, Fault, Holds

_MONEY = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?")
_COUNT = re.compile(r"[0-9]{1,6}")
_LARGEST_COUNT = 100_000
_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


def matter_of(kind: DepartmentList, said: Sequence[tuple[str, str]]) -> tuple[dict[str, str | None], list[Fault]]:
    """Read the columns of a matter, and say what is wrong with them.

    :param said: column and text, as they were sent.
    """
    faults = [Fault(field=None, code="no_such_column") for name, _ in said if name not in kind.matter]
    names = [name for name, _ in said]
    faults += [Fault(field=name, code="column_twice") for name in kind.matter if names.count(name) > 1]
    texts, read = dict(said), dict[str, str | None]()
    for column in map(kind.sheet.column, kind.matter):
        read[column.field], code = _cell(column, texts.get(column.field))
        faults += [Fault(field=column.field, code=code)] if code else []
    return read, faults


def _cell(column: Column, text: str | None) -> tuple[str | None, str | None]:
    """Give a cell's clean text, or the code of what is wrong with it."""
    if text is None:
        return None, "missing" if column.required else None
    clean = _choice(column, text) if column.holds is Holds.CHOICE else _READ[column.holds](text)
    return (None, _CODES[column.holds]) if clean is None else (clean, None)


def _choice(column: Column, text: str) -> str | None:
    return text if text in column.choices.values() else column.choices.get(text)


def _words(text: str) -> str | None:
    return None if re.search(r"[\t\r\n]", text) else text


def _yuan(text: str) -> str | None:
    return f"{Decimal(text):.2f}" if _MONEY.fullmatch(text) else None


def _count(text: str) -> str | None:
    return str(int(text)) if _COUNT.fullmatch(text) and int(text) <= _LARGEST_COUNT else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else None
    except ValueError:
        return None


_READ: Mapping[Holds, Callable[[str], str | None]] = {Holds.WORDS: _words, Holds.YUAN: _yuan, Holds.COUNT: _count, Holds.DAY: _day}
_CODES: Mapping[Holds, str] = {
    Holds.WORDS: "many_lines",
    Holds.YUAN: "money",
    Holds.COUNT: "count",
    Holds.DAY: "day",
    Holds.CHOICE: "choice",
}
