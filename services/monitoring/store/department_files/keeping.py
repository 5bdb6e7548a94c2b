from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, bindparam, text

from services.monitoring.domain.deadlines.limits import LeadLimits
from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.domain.grades import Grade
from services.monitoring.domain.signals import Group, SignalRule
from services.monitoring.store.department_files.questions import asked
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part

# A new row, its person's household if that is of this county, and the rule that calls for a lead, if one does.
_CALL = text("""
    INSERT INTO list_led
    WITH new AS MATERIALIZED (
        SELECT * FROM list_decided WHERE outcome = 'created'
    ), home AS MATERIALIZED (
        SELECT h.* FROM (SELECT array_agg(person_index) AS indexes FROM new) i, households_of(i.indexes) h
    ), rule AS (
        SELECT * FROM unnest(:populations, :indicators, :operators, :limits, :documents) AS r (population, indicator, operator, value, document)
    ), called AS MATERIALIZED (
        SELECT n.*, CASE WHEN h.county_code = :county THEN h.household_id END AS household_id,
               CASE WHEN h.county_code = :county THEN h.area_code ELSE n.area_code END AS lead_area,
               coalesce(h.county_code <> :county, false) AS elsewhere,
               (SELECT r.document FROM rule r
                WHERE r.population IN ('any', CASE WHEN h.county_code = :county THEN h.kind ELSE 'general' END)
                  AND CASE r.operator
                        WHEN 'any' THEN true
                        WHEN 'at_least' THEN CAST(n.fields ->> r.indicator AS numeric) >= CAST(r.value AS numeric)
                        WHEN 'among' THEN n.fields ->> r.indicator = ANY(string_to_array(r.value, ','))
                      END
                LIMIT 1) AS rule_document
        FROM new n LEFT JOIN home h ON h.person_index = n.person_index
    )
    SELECT row, area_code, record_id, person_index, content_index, secrets, note, fields, cell_faults, source_number,
           household_id, lead_area, elsewhere, rule_document,
           CASE WHEN rule_document IS NOT NULL THEN coalesce(
               (SELECT d.lead_id FROM department_row d JOIN lead l ON l.county_code = d.county_code AND l.id = d.lead_id
                WHERE d.county_code = :county AND d.kind = :list AND d.person_index = c.person_index AND l.status = 'registered' LIMIT 1),
               first_value(record_id) OVER (PARTITION BY person_index, rule_document IS NOT NULL ORDER BY row)) END
    FROM called c
""").bindparams(*(bindparam(name, type_=ARRAY(CODE)) for name in ("populations", "indicators", "operators", "limits", "documents")))
_OPENS = "lead_id = record_id"

_VILLAGES = text(f"SELECT DISTINCT lead_area FROM list_led WHERE {_OPENS}")
_LEADS = text(f"""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, grade, source, source_number, hardships,
                      registered_elsewhere, secrets, registered_at, registered_by, heard_at, due_at, step_due_at, step_day_kind)
    SELECT :county, l.lead_id, left(l.lead_area, 9), l.lead_area, l.household_id, :channel,
           CASE WHEN h.kind = 'lifted_out' THEN v.of_lifted_out ELSE v.of_others END, :department, l.source_number,
           jsonb_build_array(CAST(:hardship AS text)), l.elsewhere, l.note, :now, :person, :now, v.due_at, v.step_due_at, v.step_day_kind
    FROM list_led l
    JOIN unnest(:villages, :due, :step_due, :step_day_kinds, :of_lifted_out, :of_others)
        AS v (village, due_at, step_due_at, step_day_kind, of_lifted_out, of_others) ON v.village = l.lead_area
    LEFT JOIN household h ON h.county_code = :county AND h.id = l.household_id
    WHERE {_OPENS}
    ON CONFLICT DO NOTHING
""").bindparams(
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("villages", "step_day_kinds", "of_lifted_out", "of_others")),
    *(bindparam(name, type_=ARRAY(INSTANT)) for name in ("due", "step_due")),
)
_ROWS = text("""
    INSERT INTO department_row (county_code, id, area_code, department, kind, source_number, job_id, person_index, content_index, secrets,
                                household_id, lead_id, rule_document, received_at)
    SELECT :county, record_id, area_code, :department, :list, source_number, :job, person_index, content_index, secrets,
           household_id, lead_id, rule_document, :now
    FROM list_led ORDER BY record_id
    ON CONFLICT DO NOTHING
""")
_NEW = text("SELECT count(*) FROM list_decided WHERE outcome = 'created'")


async def lead_villages(part: Part, kind: DepartmentList, rules: Sequence[SignalRule], tx: Transaction) -> list[str]:
    """Hold the new rows of a slice that was decided against the rules; list the villages in which it opens leads."""
    await asked(_CALL, part, tx, **_values(kind, rules))
    return list((await tx.execute(_VILLAGES)).scalars())


async def keep(
    part: Part, kind: DepartmentList, limits: Mapping[str, LeadLimits], grades: Mapping[str, Mapping[Group, Grade]], tx: Transaction
) -> bool:
    """Keep the new rows of a slice and open the leads that they call for; false if somebody sent the same meanwhile.

    :param limits: village -> the limits of a lead that is registered there now.
    :param grades: village -> how urgent such a lead is, by whom it is about.
    """
    expected = (await tx.execute(_NEW)).scalar_one()
    places = {
        "villages": list(limits),
        "due": [each.due_at for each in limits.values()],
        "step_due": [each.step_due_at for each in limits.values()],
        "step_day_kinds": [each.step_day_kind for each in limits.values()],
    }
    graded = {"of_lifted_out": [grades[each][Group.LIFTED_OUT] for each in limits], "of_others": [grades[each][Group.GENERAL] for each in limits]}
    await asked(_LEADS, part, tx, **places, **graded, channel=kind.channel, department=kind.department, hardship=kind.hardship)
    return (await asked(_ROWS, part, tx, list=kind.sheet.kind, department=kind.department)).rowcount == expected


def _values(kind: DepartmentList, rules: Sequence[SignalRule]) -> dict[str, object]:
    return {
        "list": kind.sheet.kind,
        "populations": [rule.population for rule in rules],
        "indicators": [rule.indicator for rule in rules],
        "operators": [rule.operator for rule in rules],
        "limits": [rule.value for rule in rules],
        "documents": [rule.document_number for rule in rules],
    }
