"""The collection forms of households and people, people without an ID number, search by a part of a name, and people registered twice."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, look_up
from shared.kernel.ids import derived_id

revision = "0011"
down_revision = "0010"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
LAW = UUID("5309b6a0-0000-7000-8000-000000000011")
# Until the prefecture publishes its own: value, and the document that it comes from.
PARAMETERS = {
    "duplicate.decision.days": ("30", "一月一排查"),
    "duplicate.likeness": ("13/20", "全国防返贫监测信息系统数据质量核查"),
}

# A part is found from the first to the fourth character of a name on, and behind the point of a long one. Each start is read from its own index,
# in order, and only as far as a page needs; who was found at an earlier start is not found again.
KEYS = {
    1: ("{p}.name", "true"),
    **{n: (f"substr({{p}}.name, {n})", f"length(p.name) >= {n}") for n in (2, 3, 4)},
    5: ("substr({p}.name, strpos({p}.name, '·') + 1)", "strpos(p.name, '·') >= 4"),
}
START = """
    (SELECT {n}, p.id FROM person p
     WHERE {can} AND p.county_code = county AND p.area_code >= lo COLLATE "C" AND p.area_code < hi COLLATE "C" AND start <= {n}
       AND coalesce(lo COLLATE "C" >= current_setting('app.lo', true) AND hi COLLATE "C" <= current_setting('app.hi', true), false)
       AND ({key}, p.id) > (
           CASE WHEN start = {n} THEN (SELECT {key_of_last} FROM person a WHERE a.county_code = county AND a.id = after
                                         AND a.area_code >= lo COLLATE "C" AND a.area_code < hi COLLATE "C")
                ELSE part END COLLATE "C",
           CASE WHEN start = {n} THEN after ELSE '00000000-0000-0000-0000-000000000000' END)
       AND {key} < upto COLLATE "C"{earlier}
     ORDER BY {key}, p.id LIMIT 51)
"""


def people_named() -> str:
    """Write the question for people of an area by a part of their name: 51 at most, after the one found last at a start; 0 begins."""
    starts: list[str] = []
    for n, (key, can) in KEYS.items():
        earlier = "".join(f' AND NOT starts_with(substr(p.name, {m}), part COLLATE "C")' for m in KEYS if m < n)
        starts.append(START.format(n=n, can=can, key=key.format(p="p"), key_of_last=key.format(p="a"), earlier=earlier))
    return f"SELECT * FROM ({' UNION ALL '.join(starts)}) AS found (place, id) LIMIT 51"


# Who may be the same person as somebody: born on the same day and of the same sex, or of the same village; always of the same initial.
# Asked of somebody without an ID number who lies inside the scope, as he or she is kept; found are those of that person's county.
ALIKE = """
    SELECT c.id, c.area_code, c.name, c.born_on, c.sex, c.certificate = 'resident_id' FROM person c
    WHERE c.county_code = county AND c.id <> who AND c.same_as IS NULL AND c.name >= initial COLLATE "C" AND c.name < upto COLLATE "C"
      AND starts_with(c.name, initial COLLATE "C") AND {alike}
      AND EXISTS (SELECT FROM person w WHERE w.county_code = county AND w.id = who AND w.certificate <> 'resident_id'
                  AND w.born_on IS NOT DISTINCT FROM day AND w.sex IS NOT DISTINCT FROM of_sex AND w.area_code = village
                  AND left(w.name, 1) = initial
                  AND coalesce(w.area_code >= current_setting('app.lo', true) AND w.area_code < current_setting('app.hi', true), false))
      AND EXISTS (SELECT FROM membership m WHERE m.county_code = c.county_code AND m.person_id = c.id AND m.valid_to IS NULL)
"""
PEOPLE_ALIKE = " UNION ".join(ALIKE.format(alike=each) for each in ("c.born_on = day AND c.sex = of_sex", "c.area_code = village"))


def upgrade() -> None:
    _person()
    _household_form()
    _person_form()
    _duplicate_pair()

    for table in ("household_form", "person_form", "duplicate_pair"):
        guard(table, roles=[APP, WORKER])
    audit("household_form", hidden=["secrets", "natural_village"])
    audit("person_form", hidden=["health", "disability_class", "disability_grade", "drop_out_reason"])
    audit("duplicate_pair", hidden=["secrets"])
    _audit_person(hidden=["name", "secrets", "born_on"])
    _look_ups()
    distribute("monitoring", "household_form", "person_form", "duplicate_pair")
    _load_parameters()


def _look_ups() -> None:
    look_up(
        "people_named(county text, lo text, hi text, part text, upto text, start int, after uuid)",
        "TABLE (place int, id uuid)",
        people_named(),
        reads=["(county_code, id, area_code, name) ON person"],
        role=APP,
        lookup_role=LOOKUP,
    )
    look_up(
        "people_alike(county text, who uuid, day date, of_sex text, initial text, upto text, village text)",
        "TABLE (id uuid, area_code text, name text, born_on date, sex text, has_id boolean)",
        PEOPLE_ALIKE,
        reads=[
            "(county_code, id, area_code, name, born_on, sex, certificate, same_as) ON person",
            "(county_code, person_id, valid_to) ON membership",
        ],
        role=APP,
        lookup_role=LOOKUP,
    )
    op.execute(f"GRANT EXECUTE ON FUNCTION people_alike(text, uuid, date, text, text, text, text) TO {WORKER}")


def _audit_person(*, hidden: list[str]) -> None:
    for act in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER audit_{act} ON person")
    audit("person", hidden=hidden)


def _load_parameters() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute("DELETE FROM parameter WHERE key LIKE 'duplicate.%'")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    op.execute("DROP FUNCTION people_alike(text, uuid, date, text, text, text, text)")
    op.execute("DROP FUNCTION people_named(text, text, text, text, text, int, uuid)")
    op.execute("REVOKE SELECT ON person FROM monitoring_lookup")
    op.execute("REVOKE SELECT (area_code, name, born_on, sex, certificate, same_as) ON person FROM monitoring_lookup")
    op.execute("GRANT SELECT (county_code, id, id_number_index) ON person TO monitoring_lookup")
    _audit_person(hidden=["name", "secrets"])
    for table in ("duplicate_pair", "person_form", "household_form"):
        op.execute(f"DROP TABLE {table}")
    for index in ("without_id", "name_point", "name_4", "name_3", "name_2", "name", "born_on"):
        op.execute(f"DROP INDEX ix_person_{index}")
    op.execute("ALTER TABLE person DROP CONSTRAINT ck_person_number")
    op.execute("ALTER TABLE person DISABLE TRIGGER USER")
    # Who has no number cannot be said there: the own id stands for it, which is no number's index, and is known again on the way up.
    op.execute("UPDATE person SET id_number_index = uuid_send(id) WHERE id_number_index IS NULL")
    op.execute("ALTER TABLE person ENABLE TRIGGER USER")
    op.alter_column("person", "id_number_index", nullable=False)
    op.alter_column("person", "name", type_=sa.String())
    for column in ("same_as", "sex", "born_on", "certificate"):
        op.drop_column("person", column)


def _person() -> None:
    op.add_column("person", sa.Column("certificate", sa.Text(collation="C"), server_default=sa.text("'resident_id'"), nullable=False))
    op.add_column("person", sa.Column("born_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("sex", sa.Text(collation="C"), nullable=True))
    op.add_column("person", sa.Column("same_as", sa.Uuid(), nullable=True))
    op.alter_column("person", "name", existing_type=sa.String(), type_=sa.Text(collation="C"), existing_nullable=False)
    op.alter_column("person", "id_number_index", existing_type=sa.LargeBinary(), nullable=True)
    op.execute("ALTER TABLE person DISABLE TRIGGER USER")
    op.execute("UPDATE person SET certificate = 'none', id_number_index = NULL WHERE id_number_index = uuid_send(id)")
    op.execute("ALTER TABLE person ENABLE TRIGGER USER")
    op.create_index("ix_person_born_on", "person", ["county_code", "born_on"], unique=False)
    op.create_index("ix_person_name", "person", ["county_code", "name", "id", "area_code"], unique=False)
    op.create_index(
        "ix_person_name_2",
        "person",
        ["county_code", sa.literal_column("substr(name, 2)"), "id", "area_code"],
        unique=False,
        postgresql_where=sa.text("length(name) >= 2"),
    )
    op.create_index(
        "ix_person_name_3",
        "person",
        ["county_code", sa.literal_column("substr(name, 3)"), "id", "area_code"],
        unique=False,
        postgresql_where=sa.text("length(name) >= 3"),
    )
    op.create_index(
        "ix_person_name_4",
        "person",
        ["county_code", sa.literal_column("substr(name, 4)"), "id", "area_code"],
        unique=False,
        postgresql_where=sa.text("length(name) >= 4"),
    )
    op.create_index(
        "ix_person_name_point",
        "person",
        ["county_code", sa.literal_column("substr(name, strpos(name, '·') + 1)"), "id", "area_code"],
        unique=False,
        postgresql_where=sa.text("strpos(name, '·') >= 4"),
    )
    op.create_index("ix_person_without_id", "person", ["county_code", "id"], unique=False, postgresql_where=sa.text("certificate <> 'resident_id'"))
    op.create_check_constraint(
        op.f("ck_person_certificate"), "person", "certificate IN ('resident_id', 'military', 'hk_macao', 'taiwan', 'foreign_passport', 'none')"
    )
    op.create_check_constraint(op.f("ck_person_sex"), "person", "sex IN ('male', 'female')")
    op.create_check_constraint(op.f("ck_person_number"), "person", "(certificate = 'none') = (id_number_index IS NULL)")


def _household_form() -> None:
    op.create_table(
        "household_form",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("village_code", sa.Text(collation="C"), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("natural_village", sa.String(), nullable=True),
        sa.Column("resettlement_site_code", sa.Text(collation="C"), nullable=True),
        sa.Column("whole_without_labour", sa.Boolean(), nullable=True),
        sa.Column("farmland", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("pasture", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("water_surface", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("forest", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("returned_farmland", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("orchard", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("road_kind", sa.Text(collation="C"), nullable=True),
        sa.Column("road_distance", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("house_grade", sa.Text(collation="C"), nullable=True),
        sa.Column("house_area", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("fuel", sa.Text(collation="C"), nullable=True),
        sa.Column("water_safe", sa.Boolean(), nullable=True),
        sa.Column("electricity", sa.Boolean(), nullable=True),
        sa.Column("television", sa.Boolean(), nullable=True),
        sa.Column("sanitary_toilet", sa.Boolean(), nullable=True),
        sa.Column("cooperative", sa.Boolean(), nullable=True),
        sa.Column("leading_enterprise", sa.Boolean(), nullable=True),
        sa.Column("driven_by_leader", sa.Boolean(), nullable=True),
        sa.Column("industry_kind", sa.Text(collation="C"), nullable=True),
        sa.Column("house_problem", sa.Boolean(), nullable=True),
        sa.Column("schooling_problem", sa.Boolean(), nullable=True),
        sa.Column("water_problem", sa.Boolean(), nullable=True),
        sa.Column("insurance_problem", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("farmland <> 'NaN'", name=op.f("ck_household_form_farmland")),
        sa.CheckConstraint("forest <> 'NaN'", name=op.f("ck_household_form_forest")),
        sa.CheckConstraint("fuel IN ('firewood', 'coal', 'electricity', 'gas', 'biogas', 'other')", name=op.f("ck_household_form_fuel")),
        sa.CheckConstraint("house_area <> 'NaN'", name=op.f("ck_household_form_house_area")),
        sa.CheckConstraint("house_grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_household_form_house_grade")),
        sa.CheckConstraint(
            "industry_kind IN ('planting', 'breeding', 'forestry', 'processing', 'trade', 'tourism', 'other', 'none')",
            name=op.f("ck_household_form_industry_kind"),
        ),
        sa.CheckConstraint("kind IN ('lifted_out', 'general')", name=op.f("ck_household_form_kind")),
        sa.CheckConstraint("orchard <> 'NaN'", name=op.f("ck_household_form_orchard")),
        sa.CheckConstraint("pasture <> 'NaN'", name=op.f("ck_household_form_pasture")),
        sa.CheckConstraint("returned_farmland <> 'NaN'", name=op.f("ck_household_form_returned_farmland")),
        sa.CheckConstraint("road_distance <> 'NaN'", name=op.f("ck_household_form_road_distance")),
        sa.CheckConstraint("road_kind IN ('dirt', 'gravel', 'hardened')", name=op.f("ck_household_form_road_kind")),
        sa.CheckConstraint("water_surface <> 'NaN'", name=op.f("ck_household_form_water_surface")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_household_form_period")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_household_form_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "household_id", "valid_from", name=op.f("pk_household_form")),
    )
    op.create_index(
        "uq_household_form_present", "household_form", ["county_code", "household_id"], unique=True, postgresql_where=sa.text("valid_to IS NULL")
    )


def _person_form() -> None:
    op.create_table(
        "person_form",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ethnic_group", sa.Text(collation="C"), nullable=True),
        sa.Column("political_status", sa.Text(collation="C"), nullable=True),
        sa.Column("education", sa.Text(collation="C"), nullable=True),
        sa.Column("school_status", sa.Text(collation="C"), nullable=True),
        sa.Column("drop_out_reason", sa.Text(collation="C"), nullable=True),
        sa.Column("health", postgresql.JSONB(), nullable=True),
        sa.Column("disability_class", sa.Text(collation="C"), nullable=True),
        sa.Column("disability_grade", sa.Integer(), nullable=True),
        sa.Column("residents_medical_insurance", sa.Boolean(), nullable=True),
        sa.Column("employees_medical_insurance", sa.Boolean(), nullable=True),
        sa.Column("major_medical_insurance", sa.Boolean(), nullable=True),
        sa.Column("commercial_insurance", sa.Boolean(), nullable=True),
        sa.Column("medical_assistance", sa.Boolean(), nullable=True),
        sa.Column("residents_pension", sa.Boolean(), nullable=True),
        sa.Column("employees_pension", sa.Boolean(), nullable=True),
        sa.Column("subsistence_allowance", sa.Text(collation="C"), nullable=True),
        sa.Column("extreme_difficulty", sa.Text(collation="C"), nullable=True),
        sa.Column("work_place", sa.Text(collation="C"), nullable=True),
        sa.Column("work_months", sa.Integer(), nullable=True),
        sa.Column("public_post", sa.Boolean(), nullable=True),
        sa.Column("public_post_months", sa.Integer(), nullable=True),
        sa.Column("relocated", sa.Boolean(), nullable=True),
        sa.Column("speaks_putonghua", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("disability_class IN ('1', '2', '3', '4', '5', '6', '7')", name=op.f("ck_person_form_disability_class")),
        sa.CheckConstraint(
            "drop_out_reason IN ('illness', 'disability', 'weary', 'hardship', 'early_marriage', 'at_work', 'postponed', 'other')",
            name=op.f("ck_person_form_drop_out_reason"),
        ),
        sa.CheckConstraint(
            "education IN ('illiterate', 'primary', 'junior_middle', 'senior_middle', 'junior_college', 'bachelor')",
            name=op.f("ck_person_form_education"),
        ),
        sa.CheckConstraint(
            "ethnic_group IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', "
            "'16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', "
            "'34', '35', '36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', "
            "'52', '53', '54', '55', '56', '97', '98')",
            name=op.f("ck_person_form_ethnic_group"),
        ),
        sa.CheckConstraint("extreme_difficulty IN ('rural', 'urban', 'none')", name=op.f("ck_person_form_extreme_difficulty")),
        sa.CheckConstraint(
            "political_status IN ('party_member', 'probationary_member', 'league_member', 'masses')", name=op.f("ck_person_form_political_status")
        ),
        sa.CheckConstraint(
            "school_status IN ('too_young', 'preschool', 'primary', 'grade_7', 'grade_8', 'grade_9', 'senior_1', "
            "'senior_2', 'senior_3', 'vocational_1', 'vocational_2', 'vocational_3', 'higher_vocational_1', "
            "'higher_vocational_2', 'higher_vocational_3', 'technician_1', 'technician_2', 'technician_3', 'technician_4', "
            "'university_1', 'university_2', 'university_3', 'university_4', 'university_5', 'postgraduate')",
            name=op.f("ck_person_form_school_status"),
        ),
        sa.CheckConstraint("subsistence_allowance IN ('rural', 'urban', 'none')", name=op.f("ck_person_form_subsistence_allowance")),
        sa.CheckConstraint(
            "work_place IN ('township', 'county', 'prefecture', 'province', 'other_province', 'abroad')", name=op.f("ck_person_form_work_place")
        ),
        sa.CheckConstraint("disability_grade BETWEEN 1 AND 4", name=op.f("ck_person_form_disability_grade")),
        sa.CheckConstraint('health <@ \'["healthy", "chronic_disease", "serious_disease", "disabled"]\'', name=op.f("ck_person_form_health")),
        sa.CheckConstraint("public_post_months BETWEEN 1 AND 12", name=op.f("ck_person_form_public_post_months")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_person_form_period")),
        sa.CheckConstraint("work_months BETWEEN 1 AND 12", name=op.f("ck_person_form_work_months")),
        sa.ForeignKeyConstraint(["county_code", "person_id"], ["person.county_code", "person.id"], name=op.f("fk_person_form_county_code_person_id")),
        sa.PrimaryKeyConstraint("county_code", "person_id", "valid_from", name=op.f("pk_person_form")),
    )
    op.create_index("uq_person_form_present", "person_form", ["county_code", "person_id"], unique=True, postgresql_where=sa.text("valid_to IS NULL"))


def _duplicate_pair() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("person_a", sa.Uuid(), nullable=False),
        sa.Column("person_b", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Numeric(precision=3, scale=2), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('open', 'same', 'different')", name=op.f("ck_duplicate_pair_status")),
        sa.CheckConstraint("person_a <> person_b", name=op.f("ck_duplicate_pair_two")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index("ix_duplicate_pair_county", "duplicate_pair", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_duplicate_pair_person_a", "duplicate_pair", ["county_code", "person_a"], unique=False)
    op.create_index("ix_duplicate_pair_township", "duplicate_pair", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_duplicate_pair_village", "duplicate_pair", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
