"""Where the rows of a household lie: they move with it to another village of the same county."""

from collections.abc import Mapping

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from shared.database.columns import CODE
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId

_HOMES = "unnest(:households, :villages) AS h (household, village)"
_OF_HOUSEHOLD = ("household_income", "membership", "monitored_category", "household_lineage")
_WORKLISTS = ("lead", "monitoring_case", "risk_flag", "change_request")
_TOWNSHIP = ", township_code = left(h.village, 9)"


def _moving(table: str, where: str, *, more: str = "", joined: str = "") -> TextClause:
    question = f"UPDATE {table} t SET area_code = h.village{more} FROM {_HOMES}{joined} WHERE t.county_code = ANY(:counties) AND {where}"  # noqa: S608  (our own names)
    return text(question).bindparams(
        bindparam("households", type_=ARRAY(Uuid)), bindparam("villages", type_=ARRAY(CODE)), bindparam("counties", type_=ARRAY(CODE))
    )


MOVES = (
    _moving("household", "t.id = h.household", more=_TOWNSHIP),
    *(_moving(table, "t.household_id = h.household") for table in _OF_HOUSEHOLD),
    *(_moving(table, "t.household_id = h.household", more=_TOWNSHIP) for table in _WORKLISTS),
    _moving(
        "person",
        "t.id = m.person_id",
        joined=" JOIN membership m ON m.county_code = ANY(:counties) AND m.household_id = h.household AND m.valid_to IS NULL",
    ),
    _moving("owed_measure", "t.flag_id = f.id", joined=" JOIN risk_flag f ON f.county_code = ANY(:counties) AND f.household_id = h.household"),
    _moving("risk_flag", "t.household_id = h.household AND t.status = 'open'", more=", version = t.version + 1"),
)


async def rehome(homes: Mapping[HouseholdId, str], tx: Transaction) -> None:
    """Move the rows of households to other villages of the same county; open flags get a new version, to be announced again."""
    values = {"counties": tx.counties, "households": list(homes), "villages": list(homes.values())}
    for move in MOVES:
        await tx.execute(move, values)
