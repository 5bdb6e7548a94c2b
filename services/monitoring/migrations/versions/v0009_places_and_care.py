"""The area tree changes by documents, and households follow their village; who looks after a household, and visits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.distribution import distribute
from shared.database.migrations import audit, guard, guard_law

revision = "0009"
down_revision = "0007"

APP, WORKER = "monitoring_app", "monitoring_worker"
INSIDE = "coalesce(code >= current_setting('app.lo', true) AND code < current_setting('app.hi', true), false)"

# What a household's move changes, and what must be read to find it; the app may read all of these.
MOVES = {
    "lead": ("", "area_code, township_code, version"),
    "monitoring_case": ("county_code, id, household_id, area_code, township_code, version", "area_code, township_code, version"),
    "case_step": ("county_code, id, case_id, area_code", "area_code"),
    "self_report": ("county_code, id, lead_id, area_code", "area_code"),
    "monitored_category": ("county_code, id, household_id, area_code", "area_code"),
    "department_row": ("", "area_code"),
}
APP_MOVES = ("case_step", "self_report", "department_row")


def upgrade() -> None:
    _areas()
    _care()


def downgrade() -> None:
    op.execute("DROP TABLE visit")
    op.execute("DROP TABLE care_assignment")
    _drop_areas()


def _areas() -> None:
    op.create_table(
        "area_change",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('merge', 'split', 'rename', 'move')", name=op.f("ck_area_change_kind")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_area_change")),
    )
    op.create_table(
        "area_succession",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("old_code", sa.Text(collation="C"), nullable=False),
        sa.Column("new_code", sa.Text(collation="C"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_area_succession")),
    )
    op.create_index("ix_area_succession_old_code", "area_succession", ["county_code", "old_code"], unique=False)
    for table in ("area_change", "area_succession"):
        guard_law(table, writer=APP, readers=[APP, WORKER])
        audit(table)
    op.execute("ALTER TABLE area ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE area FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY readable ON area FOR SELECT USING (true)")
    op.execute(f"CREATE POLICY inside_area_added ON area FOR INSERT WITH CHECK ({INSIDE})")
    op.execute(f"CREATE POLICY inside_area_ended ON area FOR UPDATE USING ({INSIDE})")
    op.execute(f"GRANT INSERT, UPDATE (valid_to) ON area TO {APP}")
    for table, (reads, writes) in MOVES.items():
        if reads:
            op.execute(f"GRANT SELECT ({reads}) ON {table} TO {WORKER}")
        op.execute(f"GRANT UPDATE ({writes}) ON {table} TO {WORKER}")
    for table in APP_MOVES:
        op.execute(f"GRANT UPDATE (area_code) ON {table} TO {APP}")
    distribute("monitoring", "area_change", "area_succession")


def _drop_areas() -> None:
    for table in APP_MOVES:
        op.execute(f"REVOKE UPDATE (area_code) ON {table} FROM {APP}")
    for table, (reads, writes) in MOVES.items():
        op.execute(f"REVOKE UPDATE ({writes}) ON {table} FROM {WORKER}")
        if reads:
            op.execute(f"REVOKE SELECT ({reads}) ON {table} FROM {WORKER}")
    op.execute(f"REVOKE INSERT, UPDATE (valid_to) ON area FROM {APP}")
    for policy in ("inside_area_ended", "inside_area_added", "readable"):
        op.execute(f"DROP POLICY {policy} ON area")
    op.execute("ALTER TABLE area NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE area DISABLE ROW LEVEL SECURITY")
    op.execute("DROP TABLE area_succession")
    op.execute("DROP TABLE area_change")


def _care() -> None:
    op.create_table(
        "care_assignment",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("role", sa.Text(collation="C"), nullable=False),
        sa.Column("cadre_id", sa.Text(collation="C"), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("content_index", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("role IN ('help_cadre', 'monitoring_contact')", name=op.f("ck_care_assignment_role")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_care_assignment_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_care_assignment")),
    )
    present = sa.text("valid_to IS NULL")
    op.create_index("uq_care_assignment_present", "care_assignment", ["county_code", "household_id", "role"], unique=True, postgresql_where=present)
    op.create_index("ix_care_assignment_household_id", "care_assignment", ["county_code", "household_id"], unique=False)
    op.create_index("ix_care_assignment_cadre_id", "care_assignment", ["county_code", "cadre_id", "assigned_at", "id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visited_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", JSONB(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_visit_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_household_id", "visit", ["county_code", "household_id", "id"], unique=False)
    op.create_index("ix_visit_visited_at", "visit", ["county_code", "visited_at"], unique=False)
    guard("care_assignment", roles=[APP, WORKER])
    audit("care_assignment", hidden=["secrets", "content_index"])
    guard("visit", roles=[APP], rights="SELECT, INSERT")
    op.execute(f"GRANT UPDATE (area_code) ON visit TO {APP}")
    op.execute(f"GRANT SELECT (county_code, id, household_id, area_code), UPDATE (area_code) ON visit TO {WORKER}")
    audit("visit", hidden=["findings", "evidence", "secrets"])
    distribute("monitoring", "care_assignment", "visit")
