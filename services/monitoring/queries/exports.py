"""Pages of the lists as they are exported: the rows that the list shows, in the columns of its sheet, masked as there."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.files.list_sheets import CASE_LIST, HARDSHIP, LEAD_LIST, RISK_FLAG_LIST
from services.monitoring.domain.flags import FlagStatus
from services.monitoring.domain.leads import LeadStatus
from services.monitoring.domain.register.households import HouseholdStatus, Relation
from services.monitoring.queries.leads import remark_of
from services.monitoring.store import cases, flags, leads
from services.monitoring.store.income import incomes
from services.monitoring.store.register import households, people
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.kernel.sheets import Sheet

Rows = list[Sequence[object]]

_WORD = {code: word for word, code in HARDSHIP.items()}


async def register_page(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read households with their members and incomes: a row for each person, the head's first, in the form in which they can be sent in again."""
    found, following = await households.worklist.page(area, status, tx, after=after, size=size)
    ids = [row.id for row in found]
    members = _by_household(await people.members_of_all(ids, tx))
    income = {row.household_id: row for row in await incomes.present_of_all(ids, tx)}
    return [row for household in found for row in _household_rows(household, members.get(household.id, []), income[household.id], tx)], following


async def lead_page(area: str, status: LeadStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read leads as their list shows them."""
    found, following = await leads.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(LEAD_LIST, row, hardships=_hardships(row.hardships), remark=remark_of(row)) for row in found], following


async def case_page(area: str, status: CaseStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read cases as their list shows them."""
    found, following = await cases.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(CASE_LIST, row, risks="、".join(row.risks)) for row in found], following


async def flag_page(area: str, status: FlagStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read flags as their list shows them."""
    found, following = await flags.worklist.page(area, status, tx, after=after, size=size)
    return [_shown(RISK_FLAG_LIST, row, risks="、".join(row.risks)) for row in found], following


def _shown(sheet: Sheet, row: Any, **written: object) -> list[object]:
    values = {"village": row.area_code, **written}
    return [values[column.field] if column.field in values else getattr(row, column.field) for column in sheet.columns]


def _hardships(named: Sequence[str]) -> str:
    return "、".join(_WORD[each] for each in named)


def _by_household(rows: Sequence[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.household_id, []).append(row)
    return found


def _household_rows(household: Row[Any], members: Sequence[Row[Any]], income: Row[Any], tx: Transaction) -> Rows:
    """Write a household as rows; what is said of it stands in the head's row."""
    of_head = {"kind": household.kind, "people": income.people, "net_income": income.net if income.net >= 0 else None} | {
        each: getattr(income, each) for each in incomes.AMOUNTS
    }
    rows: Rows = []
    for member in sorted(members, key=lambda each: each.relation is not Relation.HEAD):
        secrets = tx.vault.open(member.secrets, table="person", row=member.id)
        values = {
            "village": household.area_code,
            "household_number": household.number,
            "name": str(PersonName(member.name)),
            "id_number": str(IdNumber(secrets["id_number"])),
            "phone": str(Phone(secrets["phone"])) if secrets["phone"] else None,
            "relation": member.relation,
            "labour": member.labour,
            "person": member.id,
            **(of_head if member.relation is Relation.HEAD else {}),
        }
        rows.append([values.get(column.field) for column in HOUSEHOLD_REGISTER.columns])
    return rows
