"""Departments' lists, what in them calls for a lead, and the leads that come of them."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard_department, guard_law, look_up
from shared.kernel.ids import derived_id

revision = "0007"
down_revision = "0006"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
LAW = UUID("5309b6a0-0000-7000-8000-000000000003")
FROM = date(2020, 1, 1)

# Until the prefecture publishes its own: list, people, column, operator, value, and the document that it comes from.
TEMPLATE = "县级防返贫动态监测部门筛查预警模板"
PLAN = "临乡振发〔2022〕37号"
RULES = (
    ("medical_insurance_list", "lifted_out", "self_paid", "at_least", "5000", TEMPLATE),
    ("medical_insurance_list", "general", "self_paid", "at_least", "20000", TEMPLATE),
    ("disaster_list", "any", "disaster", "any", "", PLAN),
    ("school_drop_out_list", "any", "stage", "any", "", PLAN),
    ("housing_list", "any", "grade", "among", "C,D", PLAN),
    ("water_list", "any", "problem", "any", "", PLAN),
)


def upgrade() -> None:
    op.create_table(
        "signal_rule",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("population", sa.Text(collation="C"), nullable=False),
        sa.Column("indicator", sa.Text(collation="C"), nullable=False),
        sa.Column("operator", sa.Text(collation="C"), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("operator IN ('any', 'at_least', 'among')", name=op.f("ck_signal_rule_operator")),
        sa.CheckConstraint("population IN ('any', 'lifted_out', 'general')", name=op.f("ck_signal_rule_population")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_signal_rule")),
    )
    op.create_table(
        "department_row",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("department", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("source_number", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("person_index", sa.LargeBinary(), nullable=False),
        sa.Column("content_index", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("rule_document", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_department_row_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_department_row")),
    )
    op.create_index("ix_department_row_person", "department_row", ["county_code", "kind", "person_index"], unique=False)
    op.create_index("ix_department_row_lead_id", "department_row", ["county_code", "lead_id"], unique=False)

    guard_law("signal_rule", writer=APP, readers=[APP, WORKER])
    audit("signal_rule")
    guard_department("department_row", roles=[WORKER], rights="SELECT, INSERT")
    op.execute(f"GRANT SELECT ON department_row TO {APP}")
    audit("department_row", hidden=["secrets", "content_index"])
    op.execute(f"GRANT SELECT, INSERT ON lead TO {WORKER}")
    look_up(
        "households_of(indexes bytea[])",
        "TABLE (person_index bytea, county_code text, household_id uuid, area_code text, kind text)",
        """
        SELECT p.id_number_index, m.county_code, m.household_id, m.area_code, h.kind FROM person p
        JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
        JOIN household h ON h.county_code = m.county_code AND h.id = m.household_id AND h.status <> 'gone'
        WHERE p.id_number_index = ANY(indexes)
        """,
        reads=[
            "(county_code, id, status, kind) ON household",
            "(county_code, id, id_number_index) ON person",
            "(county_code, household_id, person_id, area_code, valid_to) ON membership",
        ],
        role=WORKER,
        lookup_role=LOOKUP,
    )
    distribute("monitoring", "signal_rule", "department_row")
    _load_rules()


def downgrade() -> None:
    op.execute("DROP FUNCTION households_of(bytea[])")
    op.execute(f"REVOKE SELECT, INSERT ON lead FROM {WORKER}")
    op.execute("DROP TABLE department_row")
    op.execute("DROP TABLE signal_rule")


def _load_rules() -> None:
    rows = [
        {
            "county_code": "5309",
            "id": derived_id(LAW, f"{kind}/{population}/{indicator}"),
            "area_code": "5309",
            "kind": kind,
            "population": population,
            "indicator": indicator,
            "operator": operator,
            "value": value,
            "effective_from": FROM,
            "document_number": document,
        }
        for kind, population, indicator, operator, value, document in RULES
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("signal_rule", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
