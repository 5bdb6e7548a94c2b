"""What a file says of households that were there: a change begins today; what held until then ends today, or is overwritten if it began today."""

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, text

from services.monitoring.domain.income.figures import AMOUNTS
from services.monitoring.store.files.register import forms_in_files
from services.monitoring.store.files.register.slices import TAKEN, values_of
from services.monitoring.store.register.people import sealed_person
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part

_VALUES = ("people", *AMOUNTS)

_ANY = text(f"SELECT EXISTS (SELECT FROM {TAKEN} t WHERE outcome = 'updated' OR subject_id <> unit_id)")
# Whom a row means was found when it was decided: once a membership has ended here, it would not be found by it again.
_CHANGED = "WITH changed AS MATERIALIZED (SELECT t.*, t.person AS person_id FROM register_decided t WHERE t.outcome = 'updated')"
_END_MEMBERSHIPS = text(f"""
    {_CHANGED} UPDATE membership m
    SET valid_to = CASE WHEN m.valid_from < :today THEN CAST(:today AS date) END,
        relation = CASE WHEN m.valid_from < :today THEN m.relation ELSE c.relation END,
        labour = CASE WHEN m.valid_from < :today THEN m.labour ELSE c.labour END
    FROM changed c
    WHERE m.county_code = :county AND m.household_id = c.subject_id AND m.person_id = c.person_id AND m.valid_to IS NULL
      AND (m.relation, m.labour) IS DISTINCT FROM (c.relation, c.labour)
""")
_BEGIN_MEMBERSHIPS = text(f"""
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    {_CHANGED} SELECT :county, uuidv7(), c.subject_id, c.person_id, c.area_code, c.relation, c.labour, :today FROM changed c
    WHERE NOT EXISTS (SELECT FROM membership m WHERE m.county_code = :county AND m.person_id = c.person_id AND m.valid_to IS NULL)
""")
_RENAME = text(f"""
    {_CHANGED} UPDATE person p SET name = c.name FROM changed c
    WHERE p.county_code = :county AND p.id = c.person_id AND p.name <> c.name AND c.name NOT LIKE '%*%'
""")
_NEW_SECRETS = text(f"""
    {_CHANGED} SELECT c.person_id, c.record_id, c.secrets FROM changed c
    JOIN person p ON p.county_code = :county AND p.id = c.person_id
    WHERE c.phone IS NOT NULL AND c.content_index IS NOT NULL AND c.content_index IS DISTINCT FROM p.content_index
""")
_RESEAL = text("""
    UPDATE person p SET secrets = n.secrets, content_index = n.content_index
    FROM unnest(:ids, :secrets, :indexes) AS n (id, secrets, content_index) WHERE p.county_code = :county AND p.id = n.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("secrets", type_=ARRAY(LargeBinary)), bindparam("indexes", type_=ARRAY(LargeBinary)))
# What the heads' rows say of households that were there, and who lives in them now.
_HEADS = """
    WITH head AS MATERIALIZED (
        SELECT t.*, (SELECT count(*) FROM membership m
                     WHERE m.county_code = :county AND m.household_id = t.subject_id AND m.valid_to IS NULL) AS members
        FROM register_decided t WHERE t.outcome = 'updated' AND t.relation = 'head' AND t.subject_id <> t.unit_id
    )
"""
_KINDS = text(
    f"{_HEADS} UPDATE household h SET kind = head.kind FROM head WHERE h.county_code = :county AND h.id = head.subject_id AND h.kind <> head.kind"
)
_NOW = {"people": "head.members"} | {each: f"coalesce(head.{each}, i.{each})" for each in AMOUNTS}
_END_INCOMES = text(f"""
    {_HEADS} UPDATE household_income i
    SET valid_to = CASE WHEN i.valid_from < :today THEN CAST(:today AS date) END, items = CASE WHEN i.valid_from < :today THEN i.items END,
        {", ".join(f"{each} = CASE WHEN i.valid_from < :today THEN i.{each} ELSE {now} END" for each, now in _NOW.items())}
    FROM head WHERE i.county_code = :county AND i.household_id = head.subject_id AND i.valid_to IS NULL
      AND ({" OR ".join(f"i.{each} <> {now}" for each, now in _NOW.items())})
""")
_BEGIN_INCOMES = text(f"""
    INSERT INTO household_income (county_code, id, household_id, area_code, valid_from, {", ".join(_VALUES)}, recorded_at)
    {_HEADS} SELECT :county, uuidv7(), i.household_id, i.area_code, :today, {", ".join(_NOW.values())}, :now
    FROM head JOIN household_income i ON i.county_code = :county AND i.household_id = head.subject_id AND i.valid_to = :today
    WHERE NOT EXISTS (SELECT FROM household_income p WHERE p.county_code = :county AND p.household_id = head.subject_id AND p.valid_to IS NULL)
""")
_VERSIONS = text(f"""
    UPDATE household h SET version = h.version + 1
    WHERE h.county_code = :county AND h.id IN (SELECT subject_id FROM {TAKEN} t WHERE subject_id <> unit_id)
""")


async def change(part: Part, tx: Transaction) -> None:
    """Keep what a slice says otherwise of people and households that were there; nearly always they are all new, or the same."""
    if not (await tx.execute(_ANY)).scalar_one():
        return
    values = values_of(part, tx)
    for question in (_END_MEMBERSHIPS, _BEGIN_MEMBERSHIPS, _RENAME):
        await tx.execute(question, values)
    await _reseal(part, tx)
    await forms_in_files.date_kinds(part, tx)
    for question in (_KINDS, _END_INCOMES, _BEGIN_INCOMES, _VERSIONS):
        await tx.execute(question, values)


async def _reseal(part: Part, tx: Transaction) -> None:
    """Seal anew what changed of people who were there: what was staged is sealed for the person whom the row would have made."""
    rows = (await tx.execute(_NEW_SECRETS, values_of(part, tx))).all()
    if not rows:
        return
    sealed = [sealed_person(tx.vault, row.person_id, tx.vault.open(row.secrets, table="person", row=row.record_id)) for row in rows]
    values = {
        "ids": [row.person_id for row in rows],
        "secrets": [each["secrets"] for each in sealed],
        "indexes": [each["content_index"] for each in sealed],
    }
    await tx.execute(_RESEAL, {"county": tx.actor.scope.county} | values)
