"""What a file says of the collection forms: a form begins today where a row fills in something else than what holds; an empty cell says nothing.

Promises: without a filled-in column of the form in a slice there is one short question about it, and no more.
Does not promise anything about other days: late corrections are made by hand.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, text

from services.monitoring.domain.files.form_columns import HOUSEHOLD_COLUMNS, PERSON_COLUMNS, TOGETHER
from services.monitoring.store.files.register.slices import values_of
from services.monitoring.store.register import form_turns
from services.monitoring.store.register.form_turns import Turn
from services.monitoring.store.register.forms import HouseholdFormRow, PersonFormRow
from shared.database.rows import table_of
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part

HOUSEHOLD = tuple(column.field for column in HOUSEHOLD_COLUMNS)
PERSON = tuple(column.field for column in PERSON_COLUMNS)
_CARRIED = ("health", "disability_class", "disability_grade")  # of a person, and in no file
_TYPES = {"Integer": "int", "Boolean": "boolean", "Numeric": "numeric"}
_NAMES = bindparam("names", [*HOUSEHOLD, *PERSON], type_=ARRAY(Text))


def _typed(table: Any, names: Sequence[str]) -> dict[str, str]:
    columns = table_of(table).c
    return {name: _TYPES.get(type(columns[name].type).__name__, "text") for name in names}


_READ = _typed(HouseholdFormRow, HOUSEHOLD) | _typed(PersonFormRow, PERSON)
_GROUP = {name: group for group in TOGETHER for name in group}


def _filled(names: Sequence[str], of: str = "f") -> str:
    return f"num_nonnulls({', '.join(f'{of}.{name}' for name in names)}) > 0"


def _merged(name: str, held: str) -> str:
    """Say what a field will be: as the row has it if the row speaks for it, else as it was.

    Why somebody is out of school goes out empty, so its empty cell says nothing either; who is in school has no reason.
    """
    if name == "drop_out_reason":
        in_school = "coalesce(f.school_status, 'too_young') <> 'too_young'"
        return f"coalesce(f.{name}, CASE WHEN NOT ({in_school}) THEN {held}.{name} END)"
    return f"CASE WHEN {_filled(_GROUP.get(name, (name,)))} THEN f.{name} ELSE {held}.{name} END"


def _differs(names: Sequence[str], held: str) -> str:
    return " OR ".join(f"({_merged(name, held)}) IS DISTINCT FROM {held}.{name}" for name in names)


# Code -> field, and when: of the row alone.
_FAULTS = {
    "school_and_education": ("education", "f.education IS NOT NULL AND f.school_status IS NOT NULL"),
    "out_of_school": ("drop_out_reason", "f.drop_out_reason IS NOT NULL AND coalesce(f.school_status, 'too_young') <> 'too_young'"),
    "one_medical_insurance": ("employees_medical_insurance", "f.residents_medical_insurance AND f.employees_medical_insurance"),
    "place_and_months": ("work_months", "(f.work_place IS NULL) <> (f.work_months IS NULL)"),
    "post_and_months": ("public_post_months", "coalesce(f.public_post, false) <> (f.public_post_months IS NOT NULL)"),
    "water_says_both": ("water_problem", "f.water_safe AND f.water_problem"),
    "house_says_both": ("house_problem", "f.house_grade IN ('C', 'D') AND NOT f.house_problem"),
    "site_code": ("resettlement_site_code", "f.resettlement_site_code !~ '^[0-9A-Za-z-]{1,30}$'"),
}
_RECORD = ", ".join(f"{name} {kind}" for name, kind in _READ.items())
_NOTE = text(f"""
    INSERT INTO import_fault (county_code, job_id, row, field, code)
    SELECT s.county_code, s.job_id, s.row, c.field, c.code
    FROM import_row s, LATERAL jsonb_to_record(s.fields) AS f ({_RECORD}),
         LATERAL (VALUES {", ".join(f"('{field}', '{code}', {when})" for code, (field, when) in _FAULTS.items())}) AS c (field, code, wrong)
    WHERE s.county_code = ANY(:counties) AND s.job_id = :job AND s.fields ?| :names AND c.wrong
    ON CONFLICT DO NOTHING
""").bindparams(_NAMES)
_ANY = text("""
    SELECT EXISTS (SELECT FROM import_row
                   WHERE county_code = :county AND job_id = :job AND unit > :after AND unit <= :upto AND fields ?| :names)
""").bindparams(_NAMES)


def _declared(name: str, kind: str) -> str:
    return f"""{name} {kind}{' COLLATE "C"' if kind == "text" else ""}"""


_BEGIN = text(f"""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS register_form (
            row int, subject_id uuid, person_id uuid, area_code text COLLATE "C", of_head boolean,
            {", ".join(_declared(*each) for each in _READ.items())},
            person_changes boolean, household_changes boolean
        ) ON COMMIT DELETE ROWS;
        TRUNCATE register_form;
    END $do$
""")
_FILL = text(f"""
    INSERT INTO register_form (row, subject_id, person_id, area_code, of_head, {", ".join(_READ)})
    SELECT d.row, d.subject_id, CASE WHEN d.outcome = 'created' THEN d.record_id ELSE d.person END, d.area_code, d.relation = 'head', f.*
    FROM register_decided d
    JOIN import_row s ON s.county_code = :county AND s.job_id = :job AND s.unit = d.unit AND s.row = d.row,
    LATERAL jsonb_to_record(s.fields) AS f ({_RECORD})
    WHERE d.outcome <> 'refused' AND (d.outcome = 'created' OR :strategy <> 'create') AND s.fields ?| :names
""").bindparams(_NAMES)
_COMPARE = text(f"""
    UPDATE register_form f SET {", ".join(f"{name} = {_merged(name, 'p')}" for name in PERSON)},
           {", ".join(f"{name} = {_merged(name, 'h')}" for name in HOUSEHOLD)},
           person_changes = {_differs(PERSON, "p")},
           household_changes = f.of_head AND ({_differs(HOUSEHOLD, "h")})
    FROM register_form g
    LEFT JOIN person_form p ON p.county_code = :county AND p.person_id = g.person_id AND p.valid_to IS NULL
    LEFT JOIN household_form h ON h.county_code = :county AND h.household_id = g.subject_id AND h.valid_to IS NULL
    WHERE g.row = f.row
""")
_MARK = text("""
    UPDATE register_decided d SET outcome = 'updated' FROM register_form f
    WHERE f.row = d.row AND d.outcome = 'unchanged' AND (f.person_changes OR f.household_changes)
""")


def _assigned(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = f.{name}" for name in names) + ", recorded_at = :now, recorded_by = :actor"


def _columns(names: Sequence[str], of: str) -> str:
    return ", ".join(f"{of}.{name}" for name in names)


_KEEP = (
    text(f"""
        UPDATE person_form p SET {_assigned(PERSON)} FROM register_form f
        WHERE f.person_changes AND p.county_code = :county AND p.person_id = f.person_id AND p.valid_to IS NULL AND p.valid_from = :today
    """),
    text("""
        UPDATE person_form p SET valid_to = :today FROM register_form f
        WHERE f.person_changes AND p.county_code = :county AND p.person_id = f.person_id AND p.valid_to IS NULL AND p.valid_from < :today
    """),
    text(f"""
        INSERT INTO person_form (county_code, id, person_id, area_code, valid_from, {", ".join((*PERSON, *_CARRIED))}, recorded_at, recorded_by)
        SELECT :county, uuidv7(), f.person_id, f.area_code, :today, {_columns(PERSON, "f")}, {_columns(_CARRIED, "e")}, :now, :actor
        FROM register_form f
        LEFT JOIN person_form e ON e.county_code = :county AND e.person_id = f.person_id AND e.valid_to = :today
        WHERE f.person_changes
          AND NOT EXISTS (SELECT FROM person_form p WHERE p.county_code = :county AND p.person_id = f.person_id AND p.valid_to IS NULL)
    """),
    text(f"""
        UPDATE household_form h SET {_assigned(HOUSEHOLD)} FROM register_form f
        WHERE f.household_changes AND h.county_code = :county AND h.household_id = f.subject_id AND h.valid_to IS NULL AND h.valid_from = :today
    """),
    text("""
        UPDATE household_form h SET valid_to = :today FROM register_form f
        WHERE f.household_changes AND h.county_code = :county AND h.household_id = f.subject_id AND h.valid_to IS NULL AND h.valid_from < :today
    """),
    text(f"""
        INSERT INTO household_form (county_code, id, household_id, area_code, valid_from, kind, village_code, secrets, {", ".join(HOUSEHOLD)},
                                    recorded_at, recorded_by)
        SELECT :county, uuidv7(), f.subject_id, f.area_code, :today, h.kind, h.area_code, e.secrets, {_columns(HOUSEHOLD, "f")}, :now, :actor
        FROM register_form f
        JOIN household h ON h.county_code = :county AND h.id = f.subject_id
        LEFT JOIN household_form e ON e.county_code = :county AND e.household_id = f.subject_id AND e.valid_to = :today
        WHERE f.household_changes
          AND NOT EXISTS (SELECT FROM household_form p WHERE p.county_code = :county AND p.household_id = f.subject_id AND p.valid_to IS NULL)
    """),
)
_OTHER_KIND = text("""
    SELECT h.id, h.area_code, d.kind FROM register_decided d
    JOIN household h ON h.county_code = :county AND h.id = d.subject_id
    WHERE d.outcome = 'updated' AND d.relation = 'head' AND d.kind <> h.kind
""")


async def note_contradictions(job_id: JobId, tx: Transaction) -> None:
    """Find rows whose columns of the form contradict one another."""
    await tx.execute(_NOTE, {"counties": tx.counties, "job": job_id})


async def mark(part: Part, tx: Transaction) -> None:
    """Read what the rows of a slice say of forms, and count those that say something else than what holds as changes."""
    values = _values(part, tx)
    if not (await tx.execute(_ANY, values)).scalar_one():
        return
    await tx.execute(_BEGIN)
    for question in (_FILL, _COMPARE, _MARK):
        await tx.execute(question, values)


async def keep(part: Part, tx: Transaction) -> None:
    """Keep the forms of a slice that was marked in this transaction."""
    values = _values(part, tx)
    if (await tx.execute(_ANY, values)).scalar_one():
        for question in _KEEP:
            await tx.execute(question, values)


async def date_kinds(part: Part, tx: Transaction) -> None:
    """Let the kinds of households that a slice changes begin today, before they are changed."""
    turned = (await tx.execute(_OTHER_KIND, values_of(part, tx))).all()
    await form_turns.turn([Turn(household_id=row.id, village=row.area_code, kind=row.kind) for row in turned], tx)


def _values(part: Part, tx: Transaction) -> dict[str, Any]:
    return {**values_of(part, tx), "actor": tx.actor.id}
