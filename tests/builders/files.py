"""Files as cadres and departments send them."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from services.monitoring.domain.files.care_assignments import CARE_ASSIGNMENTS
from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER, KIND, LABOUR, RELATION
from services.monitoring.domain.files.key_group_members import KEY_GROUP_MEMBERS
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from services.monitoring.domain.files.place_list import PLACE_LIST
from services.monitoring.domain.files.screening_results import SCREENING_RESULTS
from shared.kernel.ids import new_id
from shared.kernel.sheets import Sheet
from tests.builders.people import a_household, a_member

SHEETS = {
    **{
        sheet.kind: sheet
        for sheet in (HOUSEHOLD_REGISTER, HOUSEHOLD_FORMS, PERSON_FORMS, KEY_GROUP_MEMBERS, CARE_ASSIGNMENTS, PLACE_LIST, SCREENING_RESULTS)
    },
    **{kind: each.sheet for kind, each in LISTS.items()},
}

Row = dict[str, Any]


def rows_of(household: Mapping[str, Any], *, number: str | None = None) -> list[Row]:
    """Write a household, as its registration says it, as rows of the register."""
    number = number or a_number()
    return [
        {
            "village": household["village"],
            "household_number": number,
            "name": member["name"],
            "id_number": member["id_number"],
            "phone": member["phone"],
            "relation": _word(RELATION, member["relation"]),
            "labour": _word(LABOUR, member["labour"]),
            **(_of_the_head(household) if member["relation"] == "head" else {}),
        }
        for member in household["members"]
    ]


def some_rows(*, households: int = 2, **changes: Any) -> list[Row]:
    return [row for _ in range(households) for row in rows_of(a_household(**changes))]


def a_number() -> str:
    return new_id().hex


def a_list_row(kind: str, **changes: Any) -> Row:
    """A row of a department's list, filled in as its template shows."""
    sheet = SHEETS[kind]
    person = a_member()
    shown = {column.field: column.example for column in sheet.columns}
    return {**shown, "source_number": a_number()[:20], "name": person["name"], "id_number": person["id_number"], "phone": person["phone"], **changes}


def as_csv(sheet: Sheet, rows: Sequence[Mapping[str, Any]], *, encoding: str = "utf-8-sig", headers: Sequence[str] | None = None) -> bytes:
    """Write rows as CSV; a field that a row does not have is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers or [column.header for column in sheet.columns])
    writer.writerows([row.get(column.field, "") for column in sheet.columns] for row in rows)
    return text.getvalue().encode(encoding)


def as_xlsx(sheet: Sheet, rows: Sequence[Mapping[str, Any]], *, mark: str | None = None) -> bytes:
    """Write rows as a workbook; texts as text, numbers as numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}) as book:
        page = book.add_worksheet("填报")
        page.write_row(0, 0, [column.header for column in sheet.columns])
        for n, row in enumerate(rows, start=1):
            for m, column in enumerate(sheet.columns):
                if (value := row.get(column.field)) not in (None, ""):
                    page.write(n, m, value)
        if mark:
            book.add_worksheet("说明").write_row(0, 0, ["模板版本", mark])
    return file.getvalue()


def _of_the_head(household: Mapping[str, Any]) -> Row:
    return {"kind": _word(KIND, household["kind"]), "people": len(household["members"]), **household["income"]}


def _word(words: Mapping[str, str], code: str) -> str:
    return next(word for word, each in words.items() if each == code)
