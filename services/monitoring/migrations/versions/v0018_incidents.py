"""Incidents, the households that they hit, the green channel, relief and the visits after it; the boundaries of the counties."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import INSIDE, guard
from shared.kernel.ids import derived_id

revision = "0018"
down_revision = "0017"

APP, WORKER = "monitoring_app", "monitoring_worker"
FROM = date(2020, 1, 1)
PARAMETER_IDS = UUID("5309b6a0-0000-7000-8000-000000000002")
BOUNDARIES = Path(__file__).parents[1] / "data" / "lincang-counties.geojson"
PARAMETERS = {
    "incident.check.days": ("3", "默认值：待州市规定"),
    "incident.tracking.days": ("30,90,180", "默认值：待州市规定"),
    "green_channel.completion.days": ("30", "默认值：待州市规定"),
}
TABLES = ("incident_tracking", "relief", "green_channel_household", "green_channel", "incident_household", "county_boundary", "incident")
# What the job of the green channel does in a worker beyond what workers could do before.
WORKS = (
    "INSERT ON monitoring_case",
    "UPDATE (risks, flag_id, procedure_due_at, green_channel_by, green_channel_document, version) ON monitoring_case",
)
# A check stands for a lead's verification, and a lead of a check becomes the one of the person in a list.
OF_LEADS = "UPDATE (risks, verified_at, case_id, person_index, indicator_group) ON lead"
SUBJECTS = ("lead", "case", "measure")


def upgrade() -> None:
    op.add_column("monitoring_case", sa.Column("procedure_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("monitoring_case", sa.Column("green_channel_by", sa.String(), nullable=True))
    op.add_column("monitoring_case", sa.Column("green_channel_document", sa.String(), nullable=True))
    helped_first = sa.text("procedure_due_at IS NOT NULL")
    op.create_index("ix_monitoring_case_green", "monitoring_case", ["county_code", "status", "due_at", "id"], postgresql_where=helped_first)
    _incidents()
    _households()
    _green_channel()
    _relief()
    _subjects((*SUBJECTS, "regional_alarm", "incident_household", "incident_tracking"))
    for right in (*WORKS, OF_LEADS):
        op.execute(f"GRANT {right} TO {WORKER}")
    place = {"county_code": "5309", "area_code": "5309", "effective_from": FROM}
    rows = [
        {**place, "id": derived_id(PARAMETER_IDS, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    for key in PARAMETERS:
        op.execute(f"DELETE FROM parameter WHERE key = '{key}'")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    for setting in ("DISABLE TRIGGER USER", "NO FORCE ROW LEVEL SECURITY"):
        op.execute(f"ALTER TABLE escalation {setting}")
    op.execute(f"DELETE FROM escalation WHERE subject_kind NOT IN ({', '.join(repr(word) for word in SUBJECTS)})")
    for setting in ("FORCE ROW LEVEL SECURITY", "ENABLE TRIGGER USER"):
        op.execute(f"ALTER TABLE escalation {setting}")
    _subjects(SUBJECTS)
    op.execute(f"REVOKE {OF_LEADS} FROM {WORKER}")
    op.execute(f"REVOKE {WORKS[0]} FROM {WORKER}")
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.drop_index("ix_monitoring_case_green", table_name="monitoring_case")
    for column in ("green_channel_document", "green_channel_by", "procedure_due_at"):
        op.drop_column("monitoring_case", column)
    op.execute(f"REVOKE UPDATE (risks, flag_id, version) ON monitoring_case FROM {WORKER}")
    op.execute(f"GRANT UPDATE (version) ON monitoring_case TO {WORKER}")


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("hazard", sa.Text(collation="C"), nullable=False),
        sa.Column("grade", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("areas", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("polygon", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "hazard IN ('meteorological', 'flood', 'drought', 'earthquake', 'geological', 'forest_fire', 'biological', 'epidemic', 'accident', "
            "'public_emergency')",
            name=op.f("ck_incident_hazard"),
        ),
        sa.CheckConstraint("grade IN ('first', 'second', 'third', 'fourth')", name=op.f("ck_incident_grade")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_incident_status")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_status", "incident", ["county_code", "status", "id"])
    op.create_table(
        "county_boundary",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("county_code", name=op.f("pk_county_boundary")),
    )
    op.execute(f"GRANT SELECT ON county_boundary TO {APP}")
    # An incident is shown to who holds its area and to who lies in it; only the former changes it.
    reaches = "coalesce(starts_with(current_setting('app.lo', true), area_code), false)"
    op.execute("ALTER TABLE incident ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE incident FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reaching ON incident FOR SELECT USING ({INSIDE} OR {reaches})")
    op.execute(f"CREATE POLICY inside_area ON incident FOR INSERT WITH CHECK ({INSIDE})")
    op.execute(f"CREATE POLICY changed_inside ON incident FOR UPDATE USING ({INSIDE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON incident TO {APP}")
    op.execute(f"GRANT SELECT ON incident TO {WORKER}")
    audit("incident")
    distribute("monitoring", "incident", "county_boundary")
    features = json.loads(BOUNDARIES.read_text(encoding="utf-8"))["features"]
    parts = [{"county_code": each["id"], "parts": [each["geometry"]["coordinates"]]} for each in features]
    op.bulk_insert(sa.table("county_boundary", sa.column("county_code"), sa.column("parts", postgresql.JSONB())), parts)


def _households() -> None:
    op.create_table(
        "incident_household",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'to_check'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("losses", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("estimate", sa.Numeric(14, 2), nullable=True),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "status IN ('to_check', 'affected', 'unaffected', 'green_channel', 'relieved', 'tracked', 'dropped')",
            name=op.f("ck_incident_household_status"),
        ),
        sa.CheckConstraint("estimate <> 'NaN'", name=op.f("ck_incident_household_estimate")),
        _of_household("incident_household"),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_incident_household_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_incident_household")),
        sa.UniqueConstraint("county_code", "incident_id", "household_id", name=op.f("uq_incident_household_county_code_incident_id_household_id")),
    )
    _worklist_indexes("incident_household")
    op.create_index("ix_incident_household_area", "incident_household", ["county_code", "incident_id", "area_code", "status"])
    op.create_index("ix_incident_household_household_id", "incident_household", ["county_code", "household_id"])
    op.create_index("ix_incident_household_lead_id", "incident_household", ["county_code", "lead_id"])
    guard("incident_household", roles=[APP, WORKER])
    audit("incident_household", hidden=["secrets", "losses", "estimate", "risks", "evidence"])
    distribute("monitoring", "incident_household")


def _green_channel() -> None:
    op.create_table(
        "green_channel",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_green_channel")),
    )
    op.create_index("ix_green_channel_incident_id", "green_channel", ["county_code", "incident_id"])
    op.create_table(
        "green_channel_household",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("flag_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'flagged', 'risk_added', 'refused')", name=op.f("ck_green_channel_household_status")),
        _of_household("green_channel_household"),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_green_channel_household")),
        sa.UniqueConstraint("county_code", "order_id", "household_id", name=op.f("uq_green_channel_household_county_code_order_id_household_id")),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "ix_green_channel_household_waiting", "green_channel_household", ["county_code", "order_id", "household_id"], postgresql_where=waiting
    )
    guard("green_channel", roles=[APP, WORKER])
    audit("green_channel", hidden=["reason"])
    guard("green_channel_household", roles=[APP, WORKER])
    audit("green_channel_household")
    distribute("monitoring", "green_channel", "green_channel_household")


def _relief() -> None:
    op.create_table(
        "relief",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("effect_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('cash', 'goods', 'shelter', 'repair', 'other')", name=op.f("ck_relief_kind")),
        sa.CheckConstraint("amount <> 'NaN'", name=op.f("ck_relief_amount")),
        _of_household("relief"),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_relief")),
        sa.UniqueConstraint(
            "county_code", "effect_id", "kind", "delivered_at", "provider", name=op.f("uq_relief_county_code_effect_id_kind_delivered_at_provider")
        ),
    )
    op.create_table(
        "incident_tracking",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("effect_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'to_visit'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(collation="C"), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("visited_by", sa.String(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('to_visit', 'visited', 'dropped')", name=op.f("ck_incident_tracking_status")),
        sa.CheckConstraint("state IN ('recovered', 'still_in_difficulty', 'worse')", name=op.f("ck_incident_tracking_state")),
        _of_household("incident_tracking"),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_incident_tracking")),
        sa.UniqueConstraint("county_code", "effect_id", "nth", name=op.f("uq_incident_tracking_county_code_effect_id_nth")),
    )
    _worklist_indexes("incident_tracking")
    guard("relief", roles=[APP], rights="SELECT, INSERT")
    op.execute(f"GRANT UPDATE (area_code) ON relief TO {APP}")
    op.execute(f"GRANT SELECT (county_code, id, household_id, area_code), UPDATE (area_code) ON relief TO {WORKER}")
    audit("relief", hidden=["amount", "provider", "evidence"])
    guard("incident_tracking", roles=[APP, WORKER])
    audit("incident_tracking", hidden=["secrets", "state", "evidence"])
    distribute("monitoring", "relief", "incident_tracking")


def _of_household(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f(f"fk_{table}_county_code_household_id")
    )


def _worklist_indexes(table: str) -> None:
    for level, columns in (("county", []), ("township", ["township_code"]), ("village", ["area_code"])):
        op.create_index(f"ix_{table}_{level}", table, ["county_code", *columns, "status", "due_at", "id"])


def _subjects(words: Sequence[str]) -> None:
    """Say what has limits."""
    allowed = ", ".join(repr(word) for word in words)
    for table in ("pause", "escalation"):
        name = f"ck_{table}_subject_kind"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (subject_kind IN ({allowed}))")
