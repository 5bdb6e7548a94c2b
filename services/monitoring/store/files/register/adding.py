from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from services.monitoring.domain.income.figures import AMOUNTS
from services.monitoring.store.files.register.slices import BORN_ON, INCOME_ID, MEMBERSHIP_ID, SEX, TAKEN, values_of
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part

_AMOUNTS = ", ".join(AMOUNTS)

_EXPECTED = text(f"""
    SELECT count(*) FILTER (WHERE outcome = 'created') AS people, count(DISTINCT subject_id) FILTER (WHERE subject_id = unit_id) AS households
    FROM {TAKEN} t
""")
# By when a village's households are to be visited is looked up: joined, each village would meet each household, for nobody knows how few there are.
_HOUSEHOLDS = text(f"""
    INSERT INTO household (county_code, id, township_code, area_code, number, kind, due_at, registered_at)
    SELECT :county, t.subject_id, left(t.area_code, 9), t.area_code, t.household_number, t.kind, CAST(:due ->> t.area_code AS timestamptz), :now
    FROM {TAKEN} t WHERE t.subject_id = t.unit_id AND t.relation = 'head'
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("due", type_=JSONB))
_INCOMES = text(f"""
    INSERT INTO household_income (county_code, id, household_id, area_code, valid_from, people, {_AMOUNTS}, recorded_at)
    SELECT :county, {INCOME_ID}, subject_id, min(area_code), :today, count(*),
           {", ".join(f"coalesce(max({each}) FILTER (WHERE relation = 'head'), 0)" for each in AMOUNTS)}, :now
    FROM {TAKEN} t WHERE subject_id = unit_id GROUP BY subject_id
""")
_DIRECTORY = text("""
    INSERT INTO person_directory (id_number_index, county_code, person_id)
    SELECT person_index, :county, record_id FROM register_decided WHERE outcome = 'created' ORDER BY person_index
    ON CONFLICT DO NOTHING
""")
_PEOPLE = text(f"""
    INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets, content_index, born_on, sex)
    SELECT :county, record_id, area_code, name, person_index, secrets, content_index, {BORN_ON}, {SEX} FROM register_decided WHERE outcome = 'created'
""")
_MEMBERSHIPS = text(f"""
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT :county, {MEMBERSHIP_ID}, subject_id, record_id, area_code, relation, labour, :today FROM register_decided WHERE outcome = 'created'
""")


async def add(part: Part, due: Mapping[str, datetime], tx: Transaction) -> bool:
    """Keep the households and people that are new; false if somebody else registered one of them meanwhile.

    :param due: village -> by when a household registered there today is to be visited.
    """
    values = values_of(part, tx)
    expected = (await tx.execute(_EXPECTED, values)).one()
    if (await tx.execute(_HOUSEHOLDS, values | {"due": {village: day.isoformat() for village, day in due.items()}})).rowcount != expected.households:
        return False
    await tx.execute(_INCOMES, values)
    if (await tx.execute(_DIRECTORY, values)).rowcount != expected.people:
        return False
    await tx.execute(_PEOPLE, values)
    await tx.execute(_MEMBERSHIPS, values)
    return True
