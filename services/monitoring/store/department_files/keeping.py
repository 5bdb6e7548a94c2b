from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Row, bindparam, text

from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.domain.signals import SignalRule
from services.monitoring.store.department_files.questions import asked
from services.monitoring.store.leads import LeadRow
from shared.database.columns import CODE
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP
from shared.kernel.jobs import Part

# A new row, its person's household if that is of this county, and the rule that calls for a lead, if one does. Whether the person has a lead already
# is looked up by the person (OFFSET 0 keeps it so): the other way round, all leads of the county would be gone through for each row.
CALL = text("""
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
    SELECT area_code, record_id, person_index, content_index, secrets, source_number, household_id, lead_area, elsewhere, rule_document,
           CASE WHEN rule_document IS NOT NULL THEN coalesce(
               (SELECT l.id FROM (
                    SELECT lead_id FROM department_row
                    WHERE county_code = :county AND kind = :list AND person_index = c.person_index AND lead_id IS NOT NULL OFFSET 0
                ) d, LATERAL (SELECT id, status FROM lead WHERE county_code = :county AND id = d.lead_id OFFSET 0) l
                WHERE l.status = 'registered' LIMIT 1),
               first_value(record_id) OVER (PARTITION BY person_index, rule_document IS NOT NULL ORDER BY row)) END
    FROM called c
""").bindparams(*(bindparam(name, type_=ARRAY(CODE)) for name in ("populations", "indicators", "operators", "limits", "documents")))
_OPENING = text("SELECT lead_id, lead_area, household_id, elsewhere, secrets FROM list_led WHERE lead_id = record_id ORDER BY lead_id")
_ROWS = text("""
    INSERT INTO department_row (county_code, id, area_code, department, kind, source_number, job_id, person_index, content_index, secrets,
                                household_id, lead_id, rule_document, received_at)
    SELECT :county, record_id, area_code, :department, :list, source_number, :job, person_index, content_index, secrets,
           household_id, lead_id, rule_document, :now
    FROM list_led ORDER BY record_id
    ON CONFLICT DO NOTHING
""")
_NEW = text("SELECT count(*) FROM list_decided WHERE outcome = 'created'")


async def call_for(part: Part, kind: DepartmentList, rules: Sequence[SignalRule], tx: Transaction) -> Sequence[Row[Any]]:
    """Hold the new rows of a slice that was decided against the rules; list those that open a lead, with what is sealed of them."""
    await asked(CALL, part, tx, **_values(kind, rules))
    return (await tx.execute(_OPENING)).all()


async def keep(
    part: Part, kind: DepartmentList, opening: Sequence[Row[Any]], *, notes: Sequence[bytes], due: Mapping[str, datetime], tx: Transaction
) -> bool:
    """Keep the new rows of a slice and open the leads that they call for; false if somebody sent the same meanwhile.

    :param notes: what each of the leads says, sealed for it.
    :param due: village -> when the total limit of a lead ends that is registered there now.
    """
    expected = (await tx.execute(_NEW)).scalar_one()
    leads = [_lead(row, kind, tx) | {"secrets": note, "due_at": due[row.lead_area]} for row, note in zip(opening, notes, strict=True)]
    await tx.insert(LeadRow, leads, skip_existing=True)
    return (await asked(_ROWS, part, tx, list=kind.sheet.kind, department=kind.department)).rowcount == expected


def _lead(row: Row[Any], kind: DepartmentList, tx: Transaction) -> dict[str, object]:
    return {
        "county_code": tx.actor.scope.county,
        "id": row.lead_id,
        "township_code": row.lead_area[:TOWNSHIP],
        "area_code": row.lead_area,
        "household_id": row.household_id,
        "channel": kind.channel,
        "hardships": [kind.hardship],
        "registered_elsewhere": row.elsewhere,
        "registered_at": tx.now,
        "registered_by": tx.actor.id,
    }


def _values(kind: DepartmentList, rules: Sequence[SignalRule]) -> dict[str, object]:
    return {
        "list": kind.sheet.kind,
        "populations": [rule.population for rule in rules],
        "indicators": [rule.indicator for rule in rules],
        "operators": [rule.operator for rule in rules],
        "limits": [rule.value for rule in rules],
        "documents": [rule.document_number for rule in rules],
    }
