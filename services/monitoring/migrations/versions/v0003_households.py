"""Households, their income and members, and the register of all people of the prefecture."""

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, look_up

revision = "0003"
down_revision = "0002"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"


def upgrade() -> None:
    op.create_table(
        "household",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'normal'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('lifted_out', 'general')", name=op.f("ck_household_kind")),
        sa.CheckConstraint("status IN ('normal', 'monitored', 'gone')", name=op.f("ck_household_status")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_household")),
    )
    op.create_index("ix_household_county", "household", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_household_township", "household", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_household_village", "household", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    op.create_table(
        "household_income",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("wage_income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("production_income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("property_income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("transfer_income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("production_expense", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("claim_income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("compliant_self_paid", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("claim_income <> 'NaN'", name=op.f("ck_household_income_claim_income")),
        sa.CheckConstraint("compliant_self_paid <> 'NaN'", name=op.f("ck_household_income_compliant_self_paid")),
        sa.CheckConstraint("production_expense <> 'NaN'", name=op.f("ck_household_income_production_expense")),
        sa.CheckConstraint("production_income <> 'NaN'", name=op.f("ck_household_income_production_income")),
        sa.CheckConstraint("property_income <> 'NaN'", name=op.f("ck_household_income_property_income")),
        sa.CheckConstraint("transfer_income <> 'NaN'", name=op.f("ck_household_income_transfer_income")),
        sa.CheckConstraint("wage_income <> 'NaN'", name=op.f("ck_household_income_wage_income")),
        sa.CheckConstraint("people > 0", name=op.f("ck_household_income_people")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_household_income_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "household_id", "valid_from", name=op.f("pk_household_income")),
    )
    op.create_index(
        "uq_household_income_present", "household_income", ["county_code", "household_id"], unique=True, postgresql_where=sa.text("valid_to IS NULL")
    )
    op.create_table(
        "person",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_id_number", "person", ["county_code", "id_number_index"], unique=False)
    op.create_table(
        "membership",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("relation", sa.Text(collation="C"), nullable=False),
        sa.Column("labour", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("labour IN ('ordinary', 'skilled', 'weak', 'lost', 'none')", name=op.f("ck_membership_labour")),
        sa.CheckConstraint(
            "relation IN ('head', 'spouse', 'son', 'daughter', 'daughter_in_law', 'son_in_law', 'grandchild', 'father', 'mother', "
            "'father_in_law', 'mother_in_law', 'grandparent', 'sibling', 'niece_or_nephew', 'other')",
            name=op.f("ck_membership_relation"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_membership_county_code_household_id")
        ),
        sa.ForeignKeyConstraint(["county_code", "person_id"], ["person.county_code", "person.id"], name=op.f("fk_membership_county_code_person_id")),
        sa.PrimaryKeyConstraint("county_code", "household_id", "person_id", "valid_from", name=op.f("pk_membership")),
    )
    op.create_index(
        "ix_membership_household", "membership", ["county_code", "household_id"], unique=False, postgresql_where=sa.text("valid_to IS NULL")
    )
    op.create_index("uq_membership_present", "membership", ["county_code", "person_id"], unique=True, postgresql_where=sa.text("valid_to IS NULL"))
    op.create_table(
        "person_directory",
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id_number_index", name=op.f("pk_person_directory")),
    )

    for table in ("household", "household_income", "membership"):
        guard(table, roles=[APP])
        audit(table)
    guard("person", roles=[APP])
    audit("person", hidden=["name", "secrets"])
    op.execute(f"GRANT INSERT ON person_directory TO {APP}")
    look_up(
        "household_of(person_index bytea)",
        "TABLE (county_code text, household_id uuid, area_code text)",
        """
        SELECT m.county_code, m.household_id, m.area_code FROM person p
        JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
        JOIN household h ON h.county_code = m.county_code AND h.id = m.household_id AND h.status <> 'gone'
        WHERE p.id_number_index = person_index
        """,
        reads=[
            "(county_code, id, status) ON household",
            "(county_code, id, id_number_index) ON person",
            "(county_code, household_id, person_id, area_code, valid_to) ON membership",
        ],
        role=APP,
        lookup_role=LOOKUP,
    )
    look_up(
        "registered_before(indexes bytea[], ids uuid[])",
        "TABLE (id_number_index bytea)",
        "SELECT d.id_number_index FROM person_directory d WHERE d.id_number_index = ANY(indexes) AND d.person_id <> ALL(ids)",
        reads=["(id_number_index, person_id) ON person_directory"],
        role=APP,
        lookup_role=LOOKUP,
    )
    op.execute("CREATE INDEX ix_person_everywhere ON person (id_number_index)")
    distribute("monitoring", "household", "household_income", "person", "membership", "person_directory")


def downgrade() -> None:
    op.execute("DROP FUNCTION registered_before(bytea[], uuid[])")
    op.execute("DROP FUNCTION household_of(bytea)")
    op.execute("DROP TABLE person_directory")
    op.execute("DROP TABLE membership")
    op.execute("DROP TABLE person")
    op.execute("DROP TABLE household_income")
    op.execute("DROP TABLE household")
