"""A household becomes of another kind, or lives in another village: its form says so from today on, and what it was until then stays to be read.

Promises: two statements however many households; all else of the form, its secrets too, is borne on. What begins on one day twice is replaced.
Not for what an official fills in of a day: `usecases/register/fill_household_form.py` keeps that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import ARRAY, Date, TextClause, Uuid, bindparam, text

from services.monitoring.domain.register.forms import HouseholdForm
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.domain.register.timeline import EVER
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.workdays import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A household, the village in which it lives from today on, and its kind, if that is another one too."""

    household_id: UUID
    village: str
    kind: HouseholdKind | None = None


# Those to whom something changes: asked before the household itself is changed.
_TURNED = """
    turned AS MATERIALIZED (
        SELECT h.id, h.area_code AS village, h.kind, t.village AS new_village, coalesce(t.kind, h.kind) AS new_kind
        FROM unnest(:households, :villages, :kinds) AS t (id, village, kind)
        JOIN household h ON h.county_code = :county AND h.id = t.id
        WHERE (h.area_code, h.kind) IS DISTINCT FROM (t.village, coalesce(t.kind, h.kind))
    )
"""
_BORNE = ", ".join(("secrets", *(field.name for field in fields(HouseholdForm))))


def _question(statement: str) -> TextClause:
    types = {"households": ARRAY(Uuid), "villages": ARRAY(CODE), "kinds": ARRAY(CODE), "today": Date(), "ever": Date(), "now": INSTANT}
    return text(statement).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items() if f":{name}" in statement))


# Where no form says since when, it was what it is since ever.
_BEGIN = _question(f"""
    WITH {_TURNED}
    INSERT INTO household_form (county_code, id, household_id, area_code, valid_from, valid_to, kind, village_code, recorded_at, recorded_by)
    SELECT :county, uuidv7(), t.id, t.village, :ever, f.first_day, t.kind, t.village, :now, :actor
    FROM turned t LEFT JOIN LATERAL (
        SELECT min(valid_from) AS first_day FROM household_form WHERE county_code = :county AND household_id = t.id
    ) f ON true
    WHERE f.first_day IS NULL OR f.first_day = :today
""")  # noqa: S608  (our own names)
_TURN = _question(f"""
    WITH {_TURNED}, replaced AS (
        UPDATE household_form f SET kind = t.new_kind, village_code = t.new_village, recorded_at = :now, recorded_by = :actor FROM turned t
        WHERE f.county_code = :county AND f.household_id = t.id AND f.valid_to IS NULL AND f.valid_from = :today
    ), ended AS (
        UPDATE household_form f SET valid_to = :today FROM turned t
        WHERE f.county_code = :county AND f.household_id = t.id AND f.valid_to IS NULL AND f.valid_from < :today
        RETURNING f.*, t.new_kind, t.new_village
    )
    INSERT INTO household_form (county_code, id, household_id, area_code, valid_from, kind, village_code, {_BORNE}, recorded_at, recorded_by)
    SELECT county_code, uuidv7(), household_id, area_code, :today, new_kind, new_village, {_BORNE}, :now, :actor FROM ended
""")  # noqa: S608


async def turn(turns: Sequence[Turn], tx: Transaction) -> None:
    """Let households of one county be of another kind or in another village from today on, before their own rows say so; nothing if they are so."""
    if not turns:
        return
    values = {
        "county": county_of(turns[0].village),
        "households": [each.household_id for each in turns],
        "villages": [each.village for each in turns],
        "kinds": [each.kind for each in turns],
        "today": local_day(tx.now),
        "now": tx.now,
        "actor": tx.actor.id,
    }
    await tx.execute(_BEGIN, values | {"ever": EVER})
    await tx.execute(_TURN, values)
