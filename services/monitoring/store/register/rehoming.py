"""A household gets another village of its county: every row that belongs to it goes along, and its form says since when it lives there.

Promises: one statement for each table, however many households; what is there already is left alone, so doing it twice changes nothing more.
Does not promise that other services hear of it: `usecases/register/rehome_households.py` does this and announces the flags.
Not for another county, which is another shard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Row, TextClause, Uuid, bindparam, text

from services.monitoring.store.register import form_turns
from services.monitoring.store.register.form_turns import Turn
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A table whose rows follow a household.

    :param column: the column with the household's id, or with the id of what the row hangs on.
    :param through: the table of what the row hangs on, which holds the household's id; it is met by its column `by`, and `when` that holds.
    :param also: columns beside the area that change with it.
    """

    table: str
    column: str = "household_id"
    through: str | None = None
    by: str = "id"
    when: str = ""
    also: Sequence[str] = ()


_TOWNSHIP = "township_code = left(h.village, 9)"
_VERSION = "version = t.version + 1"

# Who lives in a household, or did last and lives in no other.
_LAST_HOME = """
    AND (o.valid_to IS NULL OR NOT EXISTS (
        SELECT FROM membership m WHERE m.county_code = :county AND m.person_id = o.person_id AND m.household_id <> o.household_id
          AND (m.valid_to IS NULL OR m.valid_to > o.valid_to)))
"""

FOLLOWING = (
    Following(table="household", column="id", also=(_TOWNSHIP, _VERSION)),
    Following(table="household_income"),
    Following(table="quarterly_income"),
    Following(table="household_standing", also=(_TOWNSHIP,)),
    Following(table="household_form"),
    Following(table="household_lineage"),
    Following(table="change_request", also=(_TOWNSHIP,)),
    Following(table="person", column="id", through="membership", by="person_id", when=_LAST_HOME),
    Following(table="person_form", column="person_id", through="membership", by="person_id", when=_LAST_HOME),
    Following(table="duplicate_pair", column="person_a", through="membership", by="person_id", when=_LAST_HOME, also=(_TOWNSHIP, _VERSION)),
    Following(table="membership"),
    Following(table="monitored_category"),
    Following(table="care_assignment", also=(_VERSION,)),
    Following(table="visit"),
    Following(table="household_group", also=(_VERSION,)),
    Following(table="quality_finding", also=(_TOWNSHIP, _VERSION)),
    Following(table="screening_household", also=(_TOWNSHIP, _VERSION)),
    Following(table="self_report", column="lead_id", through="lead"),
    Following(table="lead_step", column="lead_id", through="lead"),
    Following(table="lead_answer", column="lead_id", through="lead", also=(_TOWNSHIP, _VERSION)),
    Following(table="pause", column="subject_id", through="lead"),
    Following(table="lead", also=(_TOWNSHIP, _VERSION)),
    Following(table="department_row"),
    Following(table="occurrence", also=(_TOWNSHIP,)),
    Following(table="regional_alarm_household"),
    Following(table="incident_household", also=(_TOWNSHIP, _VERSION)),
    Following(table="relief"),
    Following(table="incident_tracking", also=(_TOWNSHIP, _VERSION)),
    Following(table="green_channel_household", also=(_VERSION,)),
    Following(table="case_step", column="case_id", through="monitoring_case"),
    Following(table="pause", column="subject_id", through="monitoring_case"),
    Following(table="monitoring_case", also=(_TOWNSHIP, _VERSION)),
    Following(table="owed_measure", column="flag_id", through="risk_flag"),
    Following(table="step_taken", column="subject_id", through="lead"),
    Following(table="step_taken"),
    Following(table="risk_flag", also=(_TOWNSHIP, _VERSION, "changed_at = :at")),
)
"""Every table of what belongs to a household; a test fails for one that is neither named here nor said there to stay, and why."""


def _question(following: Following) -> TextClause:
    through = following.through
    hangs = f"JOIN {through} AS o ON o.county_code = :county AND o.household_id = h.id" if through else ""
    met = f"o.{following.by}" if through else "h.id"
    changes = ", ".join(("area_code = h.village", *following.also))
    question = f"""
        UPDATE {following.table} AS t SET {changes}
        FROM unnest(:households, :villages) AS h (id, village) {hangs}
        WHERE t.county_code = :county AND t.{following.column} = {met} AND t.area_code <> h.village {following.when}
    """  # noqa: S608  (our own names)
    moment = [bindparam("at", type_=INSTANT)] if ":at" in question else []
    return text(question).bindparams(bindparam("households", type_=ARRAY(Uuid)), bindparam("villages", type_=ARRAY(CODE)), *moment)


# What a household's line is may be another one in another village.
_STAND_ANEW = text("""
    INSERT INTO standing_queue (county_code, household_id) SELECT :county, id FROM unnest(:households) AS h (id) ORDER BY id
    ON CONFLICT (county_code, household_id) DO UPDATE SET changes = standing_queue.changes + 1
""").bindparams(bindparam("households", type_=ARRAY(Uuid)))
_QUESTIONS = [(":at" in " ".join(following.also), _question(following)) for following in FOLLOWING]

_COUNTS = text("""
    SELECT area_code, count(*)::int AS households FROM household WHERE county_code = :county AND area_code = ANY(:old) GROUP BY 1 ORDER BY 1
""").bindparams(bindparam("old", type_=ARRAY(CODE)))
# The lock that every decision about a household takes first: nobody decides while it moves.
_NEXT = text("""
    SELECT id, area_code FROM household WHERE county_code = :county AND area_code = ANY(:old) ORDER BY id LIMIT :at_most FOR UPDATE
""").bindparams(bindparam("old", type_=ARRAY(CODE)), bindparam("at_most", type_=Integer()))
# What names a village and no household: leads and lists of people who are not registered.
_UNREGISTERED = tuple(
    text(question).bindparams(bindparam("old", type_=ARRAY(CODE)), bindparam("new", type_=ARRAY(CODE)))
    for question in (
        *(
            f"""
            UPDATE {table} t SET area_code = v.new{also} FROM unnest(:old, :new) AS v (old, new), lead l
            WHERE t.county_code = :county AND t.area_code = v.old AND l.county_code = :county AND l.id = t.{column} AND l.household_id IS NULL
            """  # noqa: S608  (our own names)
            for table, column, also in (
                ("self_report", "lead_id", ""),
                ("lead_step", "lead_id", ""),
                ("lead_answer", "lead_id", ", township_code = left(v.new, 9), version = t.version + 1"),
                ("pause", "subject_id", ""),
                ("occurrence", "source_id", ", township_code = left(v.new, 9)"),
                ("step_taken", "subject_id", ""),
            )
        ),
        """
        UPDATE lead t SET area_code = v.new, township_code = left(v.new, 9), version = t.version + 1 FROM unnest(:old, :new) AS v (old, new)
        WHERE t.county_code = :county AND t.household_id IS NULL AND t.area_code = v.old
        """,
        """
        UPDATE department_row t SET area_code = v.new FROM unnest(:old, :new) AS v (old, new)
        WHERE t.county_code = :county AND t.household_id IS NULL AND t.area_code = v.old
        """,
    )
)


async def rehome(homes: Mapping[HouseholdId, str], tx: Transaction) -> None:
    """Give households other villages of their county, all of one county: each row that belongs to one, with its flags' versions.

    Their forms say from today on where they live, and until today where they lived (R52, plan ch.3 s.3).

    :param homes: household -> its new village.
    """
    if not homes:
        return
    values: dict[str, Any] = {"county": county_of(next(iter(homes.values()))), "households": list(homes), "villages": list(homes.values())}
    await form_turns.turn([Turn(household_id=household, village=village) for household, village in homes.items()], tx)
    await tx.execute(_STAND_ANEW, values)
    for is_timed, question in _QUESTIONS:
        await tx.execute(question, values | ({"at": tx.real_now} if is_timed else {}))


async def counts_in(villages: Sequence[str], county: str, tx: Transaction) -> dict[str, int]:
    """Count the households of some villages of a county, each that has any; the index of village worklists holds all that is asked."""
    if not villages:
        return {}
    return {row.area_code: row.households for row in await tx.execute(_COUNTS, {"county": county, "old": list(villages)})}


async def next_in(villages: Sequence[str], county: str, tx: Transaction, *, at_most: int) -> Sequence[Row[tuple[UUID, str]]]:
    """Take the next households of some villages, and keep others from deciding about them until this act ends."""
    return (await tx.execute(_NEXT, {"county": county, "old": list(villages), "at_most": at_most})).all()  # pyright: ignore[reportReturnType]


async def move_unregistered(villages: Mapping[str, str], county: str, tx: Transaction) -> None:
    """Let leads, reports and list rows of people who are in no household follow their village."""
    for question in _UNREGISTERED:
        await tx.execute(question, {"county": county, "old": list(villages), "new": list(villages.values())})
