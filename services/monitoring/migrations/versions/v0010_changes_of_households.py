"""Households are split, merged, transferred and struck off, with lineage; changes are asked for; registrations can be given up."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard
from shared.kernel.ids import derived_id

revision = "0010"
down_revision = "0009"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
LAW = UUID("5309b6a0-0000-7000-8000-000000000010")
PARAMETERS = {"register.change_request.days": ("10", "默认值")}

# `below_line` comes with another revision; which of both runs first must not matter.
CHANNELS = "'self_report', 'home_visit', 'department', 'hotline', 'disaster', 'below_line'"
RELEASE = """
    CREATE FUNCTION release_registrations(indexes bytea[], ids uuid[]) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DELETE FROM person_directory d USING unnest(indexes, ids) AS given (number, person)
        WHERE d.id_number_index = given.number AND d.person_id = given.person AND NOT EXISTS (
            SELECT FROM person p JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
            WHERE p.id_number_index = d.id_number_index AND p.id = d.person_id)
    $$
"""


def upgrade() -> None:
    _create_lineage()
    _create_transfers()
    _create_requests()
    op.add_column("membership", sa.Column("ended_why", sa.Text(collation="C"), nullable=True))
    op.create_check_constraint(op.f("ck_membership_ended_why"), "membership", "ended_why IN ('died', 'married_out', 'moved', 'entered_in_error')")
    op.create_index("ix_lead_registered", "lead", ["county_code", "household_id"], unique=False, postgresql_where=sa.text("status = 'registered'"))
    _channels(f"{CHANNELS}, 'transfer'")

    # What nobody lives under any more is given up: only then may the person be registered elsewhere. Nobody reads by it.
    op.execute(RELEASE)
    op.execute(f"GRANT DELETE ON person_directory TO {LOOKUP}")
    op.execute(f"ALTER FUNCTION release_registrations(bytea[], uuid[]) OWNER TO {LOOKUP}")
    op.execute("REVOKE EXECUTE ON FUNCTION release_registrations(bytea[], uuid[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION release_registrations(bytea[], uuid[]) TO {APP}, {WORKER}")

    # A worker takes the steps of a transfer, and writes lists out.
    op.execute(f"GRANT SELECT ON monitoring_case TO {WORKER}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON monitored_category TO {WORKER}")
    distribute("monitoring", "household_lineage", "household_transfer", "change_request")
    _load_parameters()


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute("DELETE FROM parameter WHERE key = 'register.change_request.days'")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    # What the revisions below gave stays: to read both tables, and to write where a category lies.
    op.execute(f"REVOKE INSERT, UPDATE ON monitored_category FROM {WORKER}")
    op.execute(f"GRANT UPDATE (area_code) ON monitored_category TO {WORKER}")
    op.execute("DROP FUNCTION release_registrations(bytea[], uuid[])")
    op.execute(f"REVOKE DELETE ON person_directory FROM {LOOKUP}")
    # The channel is not known there: another county's office told of it, as a department does.
    op.execute("ALTER TABLE lead DISABLE TRIGGER USER")
    op.execute("UPDATE lead SET channel = 'department' WHERE channel = 'transfer'")
    op.execute("ALTER TABLE lead ENABLE TRIGGER USER")
    _channels(CHANNELS)
    op.drop_index("ix_lead_registered", table_name="lead")
    op.drop_constraint(op.f("ck_membership_ended_why"), "membership")
    op.drop_column("membership", "ended_why")
    for table in ("change_request", "household_transfer", "household_lineage"):
        op.execute(f"DROP TABLE {table}")


def _create_lineage() -> None:
    op.create_table(
        "household_lineage",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("from_household", sa.Uuid(), nullable=False),
        sa.Column("to_household", sa.Uuid(), nullable=True),
        sa.Column("from_village", sa.Text(collation="C"), nullable=False),
        sa.Column("to_village", sa.Text(collation="C"), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('split', 'merge', 'transfer', 'strike_off', 'correction')", name=op.f("ck_household_lineage_act")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_household_lineage_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_household_lineage")),
    )
    op.create_index("ix_household_lineage_household", "household_lineage", ["county_code", "household_id"], unique=False)
    guard("household_lineage", roles=[APP, WORKER])
    audit("household_lineage", hidden=["secrets"])


def _create_transfers() -> None:
    op.create_table(
        "household_transfer",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("from_household", sa.Uuid(), nullable=False),
        sa.Column("from_village", sa.Text(collation="C"), nullable=False),
        sa.Column("to_household", sa.Uuid(), nullable=False),
        sa.Column("to_village", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('asked', 'closed', 'done', 'withdrawn')", name=op.f("ck_household_transfer_status")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_household_transfer")),
    )
    op.create_index(
        "uq_household_transfer_open",
        "household_transfer",
        ["county_code", "from_household"],
        unique=True,
        postgresql_where=sa.text("status IN ('asked', 'closed')"),
    )
    guard("household_transfer", roles=[APP, WORKER])
    audit("household_transfer", hidden=["content", "secrets"])


def _create_requests() -> None:
    op.create_table(
        "change_request",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("household_version", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "act IN ('split', 'merge', 'transfer', 'strike_off', 'correction', 'county_transfer')", name=op.f("ck_change_request_act")
        ),
        sa.CheckConstraint("status IN ('requested', 'approved', 'refused', 'withdrawn')", name=op.f("ck_change_request_status")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_change_request_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_change_request")),
    )
    op.create_index("ix_change_request_county", "change_request", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_change_request_township", "change_request", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_change_request_village", "change_request", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    guard("change_request", roles=[APP])
    op.execute(f"GRANT SELECT ON change_request TO {WORKER}")
    audit("change_request", hidden=["secrets"])


def _channels(words: str) -> None:
    op.drop_constraint(op.f("ck_lead_channel"), "lead")
    op.create_check_constraint(op.f("ck_lead_channel"), "lead", f"channel IN ({words})")


def _load_parameters() -> None:
    """By when a request is decided, until the prefecture publishes its own."""
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
