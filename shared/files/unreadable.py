"""The refusal of a whole file, with the reason and the place.

Promises a sentence for the cadre at the counter, and never repeats what a cell holds. Light: a web process may import it.
"""

from collections.abc import Mapping
from typing import Any

from shared.files.faults import sentence
from shared.kernel.errors import Invalid


class Unreadable(Invalid):
    """No row of this file is taken.

    :param code: a code of `shared/files/faults.py`, or of `more`.
    :param row: the row at fault, as Excel numbers it.
    :param column: the header of the column at fault, or its letter where the header is none of ours.
    :param hint: what the file seems to be.
    """

    sentence: str  # pyright: ignore[reportIncompatibleVariableOverride]  (of this file, not of the class)
    english: str  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        code: str,
        *,
        row: int | None = None,
        column: str | None = None,
        hint: str | None = None,
        more: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(detail=_place(row, column, hint))
        self.code, self.row, self.column, self.hint = code, row, column, hint
        self.sentence = sentence(code, english=False, more=more)
        self.english = sentence(code, english=True, more=more)

    @property
    def message(self) -> dict[str, Any]:
        """What is told of it to another process."""
        return {"code": self.code, "row": self.row, "column": self.column, "hint": self.hint}


def _place(row: int | None, column: str | None, hint: str | None) -> str | None:
    return " ".join(each for each in (f"第{row}行" if row else "", column or "", hint or "") if each) or None
