"""Numbered rules of data quality, what they find, and the time its owners have."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, guard_law
from shared.kernel.ids import derived_id

revision = "0020"
down_revision = "0019"

APP, WORKER = "monitoring_app", "monitoring_worker"
RULE_IDS = UUID("5309b6a0-0000-7000-8000-000000000020")
PARAMETER_IDS = UUID("5309b6a0-0000-7000-8000-000000000002")
FROM = date(2020, 1, 1)
RULES = Path(__file__).parents[1] / "data" / "quality-rules.json"

PARAMETERS = {"quality.excuse.max_days": ("90", "默认值：按季度复核")}
SUBJECTS_BEFORE = ("lead", "case", "measure", "regional_alarm", "incident_household", "incident_tracking")
OWNERS = ("village", "township", "county", "prefecture")
KINDS = ("person", "household", "flag")
SEVERITIES = ("serious", "error", "suspect")
RISKS = (
    *("01", "0201", "0202", "0203", "0204", "0205", "0206", "0299"),
    *("03", "04", "05", "06", "07", "09", "10", "11", "12", "13", "99"),
)


def upgrade() -> None:
    _create_rules()
    _create_findings()
    _let_findings_be_late((*SUBJECTS_BEFORE, "finding"))
    _load_rules()


def downgrade() -> None:
    for table in ("escalation", "parameter"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    op.execute("DELETE FROM escalation WHERE subject_kind = 'finding'")
    for key in PARAMETERS:
        op.execute(f"DELETE FROM parameter WHERE key = '{key}'")
    for table in ("escalation", "parameter"):
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    _let_findings_be_late(SUBJECTS_BEFORE)
    op.execute("DROP TABLE quality_finding")
    op.execute("DROP TABLE quality_rule")


def _create_rules() -> None:
    op.create_table(
        "quality_rule",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("english", sa.String(), nullable=False),
        sa.Column("severity", sa.Text(collation="C"), nullable=False),
        sa.Column("given", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("must", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner", sa.Text(collation="C"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("day_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("lead_risk", sa.Text(collation="C"), nullable=True),
        sa.Column("firing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("passing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint(_among("subject", KINDS), name=op.f("ck_quality_rule_subject")),
        sa.CheckConstraint(_among("severity", SEVERITIES), name=op.f("ck_quality_rule_severity")),
        sa.CheckConstraint(_among("owner", OWNERS), name=op.f("ck_quality_rule_owner")),
        sa.CheckConstraint("day_kind IN ('calendar', 'workday')", name=op.f("ck_quality_rule_day_kind")),
        sa.CheckConstraint(_among("lead_risk", RISKS), name=op.f("ck_quality_rule_lead_risk")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_quality_rule")),
        sa.UniqueConstraint(
            "county_code", "area_code", "number", "effective_from", name=op.f("uq_quality_rule_county_code_area_code_number_effective_from")
        ),
    )
    guard_law("quality_rule", writer=APP, readers=[APP, WORKER])
    audit("quality_rule")
    distribute("monitoring", "quality_rule")


def _create_findings() -> None:
    op.create_table(
        "quality_finding",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("rule_number", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("flag_id", sa.Uuid(), nullable=True),
        sa.Column("severity", sa.Text(collation="C"), nullable=False),
        sa.Column("owner", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excused_by", sa.String(), nullable=True),
        sa.Column("excused_until", sa.Date(), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(_among("subject_kind", KINDS), name=op.f("ck_quality_finding_subject_kind")),
        sa.CheckConstraint(_among("severity", SEVERITIES), name=op.f("ck_quality_finding_severity")),
        sa.CheckConstraint(_among("owner", OWNERS), name=op.f("ck_quality_finding_owner")),
        sa.CheckConstraint("status IN ('open', 'repaired', 'excused', 'lapsed')", name=op.f("ck_quality_finding_status")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_quality_finding_county_code_household_id")
        ),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_quality_finding_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_quality_finding")),
    )
    for level, columns in (("county", []), ("township", ["township_code"]), ("village", ["area_code"])):
        op.create_index(f"ix_quality_finding_{level}", "quality_finding", ["county_code", *columns, "status", "due_at", "id"], unique=False)
    of_rule, is_open = ["county_code", "rule_number", "subject_id"], sa.text("status = 'open'")
    op.create_index("uq_quality_finding_open", "quality_finding", of_rule, unique=True, postgresql_where=is_open)
    op.create_index("ix_quality_finding_excused", "quality_finding", of_rule, unique=False, postgresql_where=sa.text("status = 'excused'"))
    op.create_index("ix_quality_finding_household", "quality_finding", ["county_code", "household_id"], unique=False, postgresql_where=is_open)
    op.create_index("ix_quality_finding_due", "quality_finding", ["county_code", "due_at"], unique=False, postgresql_where=is_open)
    counted = ["county_code", "area_code", "rule_number", "status", "due_at"]
    op.create_index("ix_quality_finding_summary", "quality_finding", counted, unique=False)
    guard("quality_finding", roles=[APP, WORKER])
    audit("quality_finding", hidden=["facts", "secrets", "evidence"])
    distribute("monitoring", "quality_finding")


def _let_findings_be_late(kinds: tuple[str, ...]) -> None:
    for table in ("escalation", "pause"):
        op.drop_constraint(op.f(f"ck_{table}_subject_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_subject_kind"), table, _among("subject_kind", kinds))


def _load_rules() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": FROM}
    parameters = [
        {**place, "id": derived_id(PARAMETER_IDS, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    rules: list[dict[str, Any]] = [
        {**place, "id": derived_id(RULE_IDS, each["number"]), "note": None, **each} for each in json.loads(RULES.read_text(encoding="utf-8"))["rules"]
    ]
    documents = dict.fromkeys(("given", "must", "firing", "passing"), postgresql.JSONB())
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid(), **documents}
    for table, rows in (("parameter", parameters), ("quality_rule", rules)):
        op.bulk_insert(sa.table(table, *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
