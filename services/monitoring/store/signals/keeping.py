"""The rows as they are kept, with what the rules made of them; those that were there are touched where something is different now."""

from sqlalchemy import bindparam, text

from services.monitoring.store.signals.slices import Batch, asked_of
from shared.database.columns import CODE
from shared.database.transaction import Transaction

_REPLACE = text("""
    UPDATE department_row d SET is_latest = false, judgement = 'superseded', household_id = NULL, area_code = d.village, lead_id = NULL,
                                rule_code = NULL, rule_document = NULL, grade = NULL
    WHERE d.county_code = :county AND d.id = ANY(ARRAY(
        SELECT k.id FROM signal_decided n, LATERAL (
            SELECT id FROM department_row
            WHERE county_code = :county AND kind = :kind AND source_number = n.source_number AND is_latest OFFSET 0
        ) k WHERE n.is_latest
    ))
""").bindparams(bindparam("kind", type_=CODE))
_ADD = text("""
    INSERT INTO department_row (county_code, id, area_code, village, department, kind, source_number, revision, is_latest, effective_on, reported_at,
                                facts, job_id, person_index, content_index, secrets, household_id, lead_id, judgement, rule_code, rule_document,
                                grade, received_at)
    SELECT :county, n.id, coalesce(j.area_code, n.area_code), n.area_code, :department, :kind, n.source_number, n.revision, n.is_latest,
           n.effective_on, n.reported_at, n.facts, :job, n.person_index, n.content_index, n.secrets, j.household_id, c.lead_id,
           coalesce(j.judgement, 'superseded'), j.rule_code, j.rule_document, j.grade, :now
    FROM signal_decided n LEFT JOIN signal_judged j ON j.id = n.id LEFT JOIN signal_called c ON c.id = n.id
    WHERE n.is_new ORDER BY n.id
""").bindparams(bindparam("kind", type_=CODE))
_ALTER = text("""
    UPDATE department_row d SET household_id = j.household_id, area_code = j.area_code, lead_id = c.lead_id, judgement = j.judgement,
                                rule_code = j.rule_code, rule_document = j.rule_document, grade = j.grade
    FROM signal_judged j LEFT JOIN signal_called c ON c.id = j.id
    WHERE NOT j.is_new AND d.county_code = :county AND d.id = j.id
      AND (d.household_id, d.area_code, d.lead_id, d.judgement, d.rule_code, d.rule_document, d.grade)
          IS DISTINCT FROM (j.household_id, j.area_code, c.lead_id, j.judgement, j.rule_code, j.rule_document, j.grade)
""")


async def keep(batch: Batch, tx: Transaction) -> None:
    """Keep the new rows of a batch, and note which rows they replace."""
    for question in (_REPLACE, _ADD):
        await tx.execute(question, batch.values(tx))


async def alter(county: str, group: str, tx: Transaction) -> None:
    """Bring rows up to date that were there before."""
    await tx.execute(_ALTER, asked_of(county, group, tx))
