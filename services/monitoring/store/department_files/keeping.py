from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, bindparam, text

from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.domain.signals import SignalRule
from services.monitoring.store.department_files.questions import SLICE, asked
from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part

# A new row, its person's household if that is of this county, and the rule that calls for a lead, if one does.
_CALLED = f"""
    WITH {SLICE}, new AS MATERIALIZED (
        SELECT s.* FROM slice s
        JOIN job_result r ON r.county_code = :county AND r.job_id = :job AND r.row = s.row AND r.outcome = 'created'
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
    ), led AS MATERIALIZED (
        SELECT c.*, CASE WHEN c.rule_document IS NOT NULL THEN coalesce(
                   (SELECT d.lead_id FROM department_row d JOIN lead l ON l.county_code = d.county_code AND l.id = d.lead_id
                    WHERE d.county_code = :county AND d.kind = :list AND d.person_index = c.person_index AND l.status = 'registered' LIMIT 1),
                   first_value(c.record_id) OVER (PARTITION BY c.person_index, c.rule_document IS NOT NULL ORDER BY c.row)) END AS lead_id
        FROM called c
    )
"""
_RULES = [bindparam(name, type_=ARRAY(CODE)) for name in ("populations", "indicators", "operators", "limits", "documents")]
_OPENS = "lead_id = record_id"

_VILLAGES = text(f"{_CALLED} SELECT DISTINCT lead_area FROM led WHERE {_OPENS}").bindparams(*_RULES)
_LEADS = text(f"""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, hardships, registered_elsewhere, secrets,
                      registered_at, registered_by, due_at)
    {_CALLED} SELECT :county, l.lead_id, left(l.lead_area, 9), l.lead_area, l.household_id, :channel, jsonb_build_array(CAST(:hardship AS text)),
                     l.elsewhere, l.note, :now, :person, v.due_at
    FROM led l JOIN unnest(:villages, :due) AS v (village, due_at) ON v.village = l.lead_area
    WHERE {_OPENS}
    ON CONFLICT DO NOTHING
""").bindparams(*_RULES, bindparam("villages", type_=ARRAY(CODE)), bindparam("due", type_=ARRAY(INSTANT)))
_ROWS = text(f"""
    INSERT INTO department_row (county_code, id, area_code, department, kind, source_number, job_id, person_index, content_index, secrets,
                                household_id, lead_id, rule_document, received_at)
    {_CALLED} SELECT :county, record_id, area_code, :department, :list, source_number, :job, person_index, content_index, secrets,
                     household_id, lead_id, rule_document, :now
    FROM led ORDER BY record_id
    ON CONFLICT DO NOTHING
""").bindparams(*_RULES)
_NEW = text(f"""
    WITH {SLICE} SELECT count(*) FROM slice s
    JOIN job_result r ON r.county_code = :county AND r.job_id = :job AND r.row = s.row AND r.outcome = 'created'
""")


async def lead_villages(part: Part, kind: DepartmentList, rules: Sequence[SignalRule], tx: Transaction) -> list[str]:
    """List the villages in which a slice opens leads."""
    return list((await asked(_VILLAGES, part, tx, **_values(kind, rules))).scalars())


async def keep(part: Part, kind: DepartmentList, rules: Sequence[SignalRule], due: Mapping[str, datetime], tx: Transaction) -> bool:
    """Keep the new rows of a slice and open the leads that they call for; false if somebody sent the same meanwhile.

    :param due: village -> when the total limit of a lead ends that is registered there now.
    """
    values = _values(kind, rules)
    expected = (await asked(_NEW, part, tx)).scalar_one()
    places = {"villages": list(due), "due": list(due.values())}
    await asked(_LEADS, part, tx, **values, **places, channel=kind.channel, hardship=kind.hardship)
    return (await asked(_ROWS, part, tx, **values, department=kind.department)).rowcount == expected


def _values(kind: DepartmentList, rules: Sequence[SignalRule]) -> dict[str, object]:
    return {
        "list": kind.sheet.kind,
        "populations": [rule.population for rule in rules],
        "indicators": [rule.indicator for rule in rules],
        "operators": [rule.operator for rule in rules],
        "limits": [rule.value for rule in rules],
        "documents": [rule.document_number for rule in rules],
    }
