"""From rows that call to leads: one for each person, group of indicators and spell.

A spell ends on the day on which its lead is decided. A row whose effective day is not after it belongs to that lead, however late it comes; one
after it opens the next. A lead that nothing calls for any more is withdrawn as long as nobody has checked it; afterwards that is only noted on it.

As long as nobody has checked it, a lead says what its rows say: also its grade is found anew, up or down, so that the order of the rows does not
matter. Where it lies they say until somebody has sent it on; from then on it moves only to a household that becomes known, or another one.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ARRAY, bindparam, text

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.files.department_lists.disasters import DISASTER
from services.monitoring.domain.signals import WITHDRAWN, Grade, Group
from services.monitoring.store.leads.leads import BY_URGENCY
from services.monitoring.store.signals.slices import asked_of
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction

_SYSTEM = "service:monitoring"
"""Who withdraws a lead: nobody checked it."""

# Whatever decides about a household holds it first, and its leads after it.
_HOLD_HOUSEHOLDS = text("""
    SELECT h.id FROM household h WHERE h.county_code = :county AND h.id = ANY(ARRAY(
        SELECT l.household_id FROM signal_touched t, LATERAL (
            SELECT household_id, status FROM lead
            WHERE county_code = :county AND indicator_group = :group AND person_index = t.person_index OFFSET 0
        ) l WHERE l.household_id IS NOT NULL AND l.status = 'registered'
    )) ORDER BY h.id FOR NO KEY UPDATE
""")
_FIND = text("""
    INSERT INTO signal_lead
    SELECT l.id, l.person_index, l.status, CAST(l.verified_at AT TIME ZONE 'Asia/Shanghai' AS date), l.household_id, l.area_code,
           EXISTS (SELECT FROM lead_step s WHERE s.county_code = l.county_code AND s.lead_id = l.id)
    FROM lead l
    WHERE l.county_code = :county AND l.withdrawn_at IS NULL AND l.id = ANY(ARRAY(
        SELECT l.id FROM signal_touched t, LATERAL (
            SELECT id FROM lead WHERE county_code = :county AND indicator_group = :group AND person_index = t.person_index OFFSET 0
        ) l
    )) ORDER BY l.id FOR UPDATE
""")
# Likewise whom a disaster hit that the list names: their leads are about to be taken over.
_HOLD_HIT = text("""
    SELECT h.id FROM household h WHERE h.county_code = :county AND h.id = ANY(ARRAY(
        SELECT e.household_id FROM signal_judged j JOIN incident_household e ON e.county_code = :county AND e.household_id = j.household_id
        WHERE j.judgement = 'called' AND e.lead_id IS NOT NULL
    )) ORDER BY h.id FOR NO KEY UPDATE
""")
# What an official found before the list came: the household's lead of the incident becomes the lead of the person in the list, so that it is one,
# whatever has become of it since.
_ADOPT = text("""
    UPDATE lead l SET person_index = a.person_index, indicator_group = :group, began_on = a.effective_on, version = l.version + 1
    FROM (
        SELECT DISTINCT ON (person_index) * FROM (
            SELECT DISTINCT ON (l.id) l.id, j.person_index, j.effective_on
            FROM signal_judged j
            JOIN incident_household e ON e.county_code = :county AND e.household_id = j.household_id
            JOIN incident i ON i.county_code IN (:county, left(:county, 4)) AND i.id = e.incident_id
            JOIN lead l ON l.county_code = :county AND l.id = e.lead_id AND l.withdrawn_at IS NULL AND l.person_index IS NULL
            WHERE j.judgement = 'called' AND j.kind = 'disaster_list'
              AND j.effective_on BETWEEN CAST(i.happened_at AT TIME ZONE 'Asia/Shanghai' AS date) AND i.ends_on
              AND NOT EXISTS (SELECT FROM lead o WHERE o.county_code = :county AND o.indicator_group = :group AND o.person_index = j.person_index
                              AND o.status = 'registered')
            ORDER BY l.id, j.effective_on, j.person_index
        ) AS nearest ORDER BY person_index, effective_on, id
    ) AS a
    WHERE l.county_code = :county AND l.id = a.id
""").bindparams(bindparam("group", type_=CODE), bindparam("county", type_=CODE))
_CALL = text("""
    INSERT INTO signal_called
    WITH fallen AS MATERIALIZED (
        SELECT DISTINCT ON (j.id) j.id, j.person_index, j.effective_on, l.id AS decided_id, uuidv7() AS fresh_id
        FROM signal_judged j
        LEFT JOIN signal_lead l ON l.person_index = j.person_index AND l.status <> 'registered' AND l.decided_on >= j.effective_on
        WHERE j.judgement = 'called' ORDER BY j.id, l.decided_on, l.id
    )
    SELECT f.id, coalesce(f.decided_id, o.id, first_value(f.fresh_id) OVER spell), f.decided_id IS NULL AND o.id IS NULL
    FROM fallen f LEFT JOIN signal_lead o ON o.person_index = f.person_index AND o.status = 'registered'
    WINDOW spell AS (PARTITION BY f.person_index, f.decided_id ORDER BY f.effective_on, f.id)
""")
_GATHER = text(f"""
    INSERT INTO signal_spell
    SELECT c.lead_id, j.person_index, bool_or(c.is_opened), min(j.effective_on), jsonb_agg(DISTINCT j.hardship), (array_agg(j.household_id))[1],
           (array_agg(j.area_code ORDER BY j.effective_on, j.kind, j.source_number))[1], bool_or(j.elsewhere),
           ({BY_URGENCY})[min(array_position({BY_URGENCY}, j.grade))]
    FROM signal_called c JOIN signal_judged j ON j.id = c.id GROUP BY c.lead_id, j.person_index
""")
_VILLAGES = text("SELECT DISTINCT area_code FROM signal_spell WHERE is_opened")
_HARDSHIPS = text("SELECT DISTINCT s.area_code, h.hardship FROM signal_spell s, jsonb_array_elements_text(s.hardships) AS h (hardship)")
# The most urgent of what the rules named that called, and of what each hardship is graded where the household is.
_GRADE = text(f"""
    UPDATE signal_spell s SET grade = g.grade FROM (
        SELECT s.lead_id, ({BY_URGENCY})[least(
            min(array_position({BY_URGENCY}, s.grade)),
            min(array_position({BY_URGENCY}, CASE WHEN h.kind = 'lifted_out' THEN v.of_lifted_out ELSE v.of_others END))
        )] AS grade
        FROM signal_spell s CROSS JOIN LATERAL jsonb_array_elements_text(s.hardships) AS n (hardship)
        JOIN unnest(:villages, :hardships, :of_lifted_out, :of_others) AS v (village, hardship, of_lifted_out, of_others)
             ON v.village = s.area_code AND v.hardship = n.hardship
        LEFT JOIN household h ON h.county_code = :county AND h.id = s.household_id
        GROUP BY s.lead_id
    ) g WHERE g.lead_id = s.lead_id
""").bindparams(*(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "hardships", "of_lifted_out", "of_others")))
_OPEN = text("""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, source, grade, hardships, registered_elsewhere,
                      registered_at, registered_by, heard_at, due_at, step_due_at, step_day_kind, began_on, person_index, indicator_group)
    SELECT :county, s.lead_id, left(s.area_code, 9), s.area_code, s.household_id, :channel, :department,
           s.grade, s.hardships, s.elsewhere,
           :now, :person, :now, v.due_at, v.step_due_at, v.step_day_kind, s.began_on, s.person_index, :group
    FROM signal_spell s
    JOIN unnest(:villages, :due, :step_due, :step_day_kinds) AS v (village, due_at, step_due_at, step_day_kind) ON v.village = s.area_code
    WHERE s.is_opened ORDER BY s.lead_id
""").bindparams(
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "step_day_kinds")),
    *(bindparam(name, type_=ARRAY(INSTANT)) for name in ("due", "step_due")),
    bindparam("group", type_=CODE),
)
# One that moves takes along its steps, and its pause, as `move_lead` does; its verification begins another round.
_MOVE = text("""
    WITH said AS MATERIALIZED (
        SELECT o.id, o.area_code AS before, s.began_on, s.hardships, s.household_id, s.elsewhere, s.grade,
               CASE WHEN o.is_sent AND (s.household_id IS NULL OR s.household_id = o.household_id) THEN o.area_code ELSE s.area_code END AS area_code
        FROM signal_lead o JOIN signal_spell s ON s.lead_id = o.id WHERE o.status = 'registered'
    ), moved AS (
        UPDATE lead l SET began_on = s.began_on, hardships = s.hardships, household_id = s.household_id, area_code = s.area_code,
                          township_code = left(s.area_code, 9), registered_elsewhere = s.elsewhere, grade = s.grade, version = l.version + 1,
                          step_round = l.step_round + CASE WHEN s.area_code = s.before THEN 0 ELSE 1 END
        FROM said s
        WHERE l.county_code = :county AND l.id = s.id
          AND (l.began_on, l.hardships, l.household_id, l.area_code, l.registered_elsewhere, l.grade)
              IS DISTINCT FROM (s.began_on, s.hardships, s.household_id, s.area_code, s.elsewhere, s.grade)
        RETURNING l.id, l.area_code
    ), stepped AS (
        UPDATE lead_step t SET area_code = m.area_code FROM moved m
        WHERE t.county_code = :county AND t.lead_id = m.id AND t.area_code <> m.area_code
    )
    UPDATE pause p SET area_code = m.area_code FROM moved m
    WHERE p.county_code = :county AND p.subject_id = m.id AND p.ended_at IS NULL AND p.area_code <> m.area_code
""")
_NOTE = text("""
    UPDATE lead l SET began_on = coalesce(s.began_on, l.began_on), source_corrected = s.lead_id IS NULL, version = l.version + 1
    FROM signal_lead o LEFT JOIN signal_spell s ON s.lead_id = o.id
    WHERE l.county_code = :county AND l.id = o.id AND o.status <> 'registered'
      AND (l.began_on, l.source_corrected) IS DISTINCT FROM (coalesce(s.began_on, l.began_on), s.lead_id IS NULL)
""")
_WITHDRAW = text("""
    UPDATE lead l SET status = 'dismissed', dismissal_reason = :reason, withdrawn_at = :now, verified_by = :person, version = l.version + 1
    FROM signal_lead o
    WHERE l.county_code = :county AND l.id = o.id AND o.status = 'registered' AND NOT EXISTS (SELECT FROM signal_spell s WHERE s.lead_id = o.id)
      AND NOT EXISTS (SELECT FROM incident_household e WHERE e.county_code = :county AND e.lead_id = l.id)  -- somebody has been there
    RETURNING l.id
""")


async def gather_spells(county: str, group: str, tx: Transaction) -> list[str]:
    """Find the leads of whom was touched and the spells that judged rows make; list the villages in which leads are to be opened."""
    values = asked_of(county, group, tx)
    for question in (_HOLD_HOUSEHOLDS, *((_HOLD_HIT, _ADOPT) if group == DISASTER.group else ()), _FIND, _CALL, _GATHER):
        await tx.execute(question, values)
    return list((await tx.execute(_VILLAGES)).scalars())


async def withdraw_leads(county: str, group: str, tx: Transaction) -> list[UUID]:
    """Withdraw the leads that nothing calls for any more and that nobody has checked; name them."""
    values = asked_of(county, group, tx)
    return list((await tx.execute(_WITHDRAW, values | {"reason": WITHDRAWN, "person": _SYSTEM})).scalars())


async def hardships_named(tx: Transaction) -> list[tuple[str, str]]:
    """List the villages of the spells that were gathered, each with every hardship that is named there."""
    return [(row.area_code, row.hardship) for row in await tx.execute(_HARDSHIPS)]


async def settle_leads(
    county: str, group: str, limits: Mapping[str, LeadLimits], grades: Mapping[tuple[str, str], Mapping[Group, Grade]], tx: Transaction
) -> None:
    """Open the leads that are called for, and bring those up to date that are there.

    :param limits: village -> the limits of a lead that is registered there now.
    :param grades: village and hardship -> how urgent this is there, by whom it befalls.
    """
    values = asked_of(county, group, tx)
    graded = {
        "villages": [village for village, _ in grades],
        "hardships": [hardship for _, hardship in grades],
        "of_lifted_out": [each[Group.LIFTED_OUT] for each in grades.values()],
        "of_others": [each[Group.GENERAL] for each in grades.values()],
    }
    await tx.execute(_GRADE, values | graded)
    await tx.execute(_MOVE, values)
    await tx.execute(_NOTE, values)
    places = {
        "villages": list(limits),
        "due": [each.due_at for each in limits.values()],
        "step_due": [each.step_due_at for each in limits.values()],
        "step_day_kinds": [each.step_day_kind for each in limits.values()],
    }
    await tx.execute(_OPEN, values | places)
