"""Channels and numbers of the sources of leads, grades, dispatch between levels, answers; rounds of screening."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import INSIDE, guard, guard_law
from shared.kernel.ids import derived_id

revision = "0014"
down_revision = "0013"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
FROM = date(2020, 1, 1)
PARAMETER_IDS = UUID("5309b6a0-0000-7000-8000-000000000002")
GRADE_IDS = UUID("5309b6a0-0000-7000-8000-000000000006")

CHANNELS = (
    *("self_report", "home_visit", "department", "hotline", "aid_platform", "national_app", "screening", "disaster", "quality", "regional"),
    *("below_line", "transfer"),
)
# A lead of a channel that is not known below becomes one of the nearest that is; of its source nothing is left there anyhow.
NEAREST = {"aid_platform": "hotline", "national_app": "self_report", "screening": "home_visit", "quality": "department", "regional": "department"}
CHANNELS_BEFORE = ("self_report", "home_visit", "department", "hotline", "disaster", "below_line", "transfer")

# Defaults until the prefecture publishes its own: value, and the document that it comes from.
PARAMETERS = {
    "lead.heard.days": ("30", "默认值：一月一排查"),
    "lead.answer.days": ("10", "默认值：参照政务数据共享条例（国务院令第809号）"),
}
# Red is who lacks one of the three guarantees or safe water. What is not named here is yellow.
ELSEWHERE = "默认值：参照丹凤县2020年防返贫预警分级"
GRADES = {
    **dict.fromkeys(("house", "water", "schooling"), "red"),
    **dict.fromkeys(("illness", "disaster", "accident", "job_lost"), "orange"),
    **dict.fromkeys(("harvest_or_business_failed", "other"), "yellow"),
}

# Where a lead lies moves here and nowhere else: up a level it leaves the caller's own area, which no policy lets a plain statement do. Whoever
# moves it must see it, and may let it lie inside the own area or in one that contains it. Its steps and what was reported in it lie where it lies.
_MOVE = f"""
    CREATE FUNCTION move_lead(of_county text, of_lead uuid, new_area text, seen int) RETURNS int
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH moved AS (
            UPDATE lead SET area_code = new_area, township_code = left(new_area, 9), step_round = step_round + 1, version = version + 1
            WHERE county_code = of_county AND id = of_lead AND status = 'registered' AND version = seen AND {INSIDE}
              AND left(new_area, 6) = of_county
              AND coalesce(starts_with(new_area, current_setting('app.lo', true)) OR starts_with(current_setting('app.lo', true), new_area), false)
            RETURNING id, version
        ), reported AS (
            UPDATE self_report r SET area_code = new_area FROM moved WHERE r.county_code = of_county AND r.lead_id = moved.id
        ), stepped AS (
            UPDATE lead_step s SET area_code = new_area FROM moved WHERE s.county_code = of_county AND s.lead_id = moved.id
        )
        SELECT version FROM moved
    $$
"""
_RIGHTS = (
    "SELECT (county_code, id, area_code, status, step_round, version), UPDATE (area_code, township_code, step_round, version) ON lead",
    "SELECT (county_code, lead_id), UPDATE (area_code) ON self_report",
    "SELECT (county_code, lead_id), UPDATE (area_code) ON lead_step",
)


def upgrade() -> None:
    _extend_leads()
    _create_answers_and_steps()
    _create_screening()
    _load_defaults()


def downgrade() -> None:
    op.execute("DROP TABLE screening_household")
    op.execute("DROP TABLE screening_round")
    op.execute("DROP FUNCTION move_lead(text, uuid, text, int)")
    for right in _RIGHTS[:2]:
        op.execute(f"REVOKE {right} FROM {LOOKUP}")
    for key in PARAMETERS:
        op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
        op.execute(f"DELETE FROM parameter WHERE key = '{key}'")
        op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    for table in ("lead_grade_rule", "lead_step", "lead_answer"):
        op.execute(f"DROP TABLE {table}")
    for column in ("heard_at", "content_index", "source_number", "source", "grade"):
        op.drop_column("lead", column)
    op.drop_constraint(op.f("ck_lead_channel"), "lead", type_="check")
    op.execute("ALTER TABLE lead DISABLE TRIGGER USER")
    for channel, nearest in NEAREST.items():
        op.execute(f"UPDATE lead SET channel = '{nearest}' WHERE channel = '{channel}'")
    op.execute("ALTER TABLE lead ENABLE TRIGGER USER")
    op.create_check_constraint(op.f("ck_lead_channel"), "lead", _among("channel", CHANNELS_BEFORE))
    _audit_leads(hidden=["secrets", "dismissal_reason"])


def _audit_leads(*, hidden: list[str]) -> None:
    for act in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER audit_{act} ON lead")
    audit("lead", hidden=hidden)


def _extend_leads() -> None:
    op.drop_constraint(op.f("ck_lead_channel"), "lead", type_="check")
    op.create_check_constraint(op.f("ck_lead_channel"), "lead", _among("channel", CHANNELS))
    op.add_column("lead", sa.Column("grade", sa.Text(collation="C"), server_default=sa.text("'yellow'"), nullable=False))
    op.create_check_constraint(op.f("ck_lead_grade"), "lead", "grade IN ('red', 'orange', 'yellow')")
    op.add_column("lead", sa.Column("source", sa.Text(collation="C"), nullable=True))
    op.add_column("lead", sa.Column("source_number", sa.Text(collation="C"), nullable=True))
    op.add_column("lead", sa.Column("content_index", sa.LargeBinary(), nullable=True))
    op.add_column("lead", sa.Column("heard_at", sa.DateTime(timezone=True), server_default=sa.text("business_now()"), nullable=False))
    op.execute("ALTER TABLE lead DISABLE TRIGGER USER")
    op.execute("UPDATE lead SET heard_at = registered_at")
    op.execute("ALTER TABLE lead ENABLE TRIGGER USER")
    _audit_leads(hidden=["secrets", "dismissal_reason", "content_index"])


def _create_answers_and_steps() -> None:
    op.create_table(
        "lead_answer",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=True),
        sa.Column("source_number", sa.Text(collation="C"), nullable=True),
        sa.Column("outcome", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(_among("channel", CHANNELS), name=op.f("ck_lead_answer_channel")),
        sa.CheckConstraint(
            "outcome IN ('included', 'already_monitored', 'helped', 'untrue', 'not_found', 'other')", name=op.f("ck_lead_answer_outcome")
        ),
        sa.CheckConstraint("status IN ('to_return', 'returned', 'kept')", name=op.f("ck_lead_answer_status")),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_lead_answer_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_lead_answer")),
        sa.UniqueConstraint("county_code", "lead_id", name=op.f("uq_lead_answer_county_code_lead_id")),
    )
    _worklist_indexes("lead_answer")
    op.create_index("ix_lead_answer_channel", "lead_answer", ["county_code", "status", "channel", "due_at", "id"], unique=False)
    op.create_index(
        "ix_lead_answer_channel_township", "lead_answer", ["county_code", "township_code", "status", "channel", "due_at", "id"], unique=False
    )
    op.create_table(
        "lead_step",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("from_area", sa.Text(collation="C"), nullable=False),
        sa.Column("to_area", sa.Text(collation="C"), nullable=False),
        sa.Column("acted_by", sa.String(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("act IN ('verification', 'dispatch', 'referral_back')", name=op.f("ck_lead_step_act")),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_lead_step_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_lead_step")),
    )
    op.create_index("ix_lead_step_lead_id", "lead_step", ["county_code", "lead_id"], unique=False)
    op.create_table(
        "lead_grade_rule",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("hardship", sa.Text(collation="C"), nullable=False),
        sa.Column("population", sa.Text(collation="C"), nullable=False),
        sa.Column("grade", sa.Text(collation="C"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("population IN ('any', 'lifted_out', 'general')", name=op.f("ck_lead_grade_rule_population")),
        sa.CheckConstraint("grade IN ('red', 'orange', 'yellow')", name=op.f("ck_lead_grade_rule_grade")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_lead_grade_rule")),
        sa.UniqueConstraint(
            "county_code",
            "area_code",
            "hardship",
            "population",
            "effective_from",
            name=op.f("uq_lead_grade_rule_county_code_area_code_hardship_population_effective_from"),
        ),
    )
    guard("lead_answer", roles=[APP])
    audit("lead_answer", hidden=["reason", "receipt"])
    guard("lead_step", roles=[APP], rights="SELECT, INSERT")
    audit("lead_step", hidden=["secrets"])
    guard_law("lead_grade_rule", writer=APP, readers=[APP, WORKER])
    audit("lead_grade_rule")
    op.execute(_MOVE)
    for right in _RIGHTS:
        op.execute(f"GRANT {right} TO {LOOKUP}")
    op.execute(f"ALTER FUNCTION move_lead(text, uuid, text, int) OWNER TO {LOOKUP}")
    op.execute("REVOKE EXECUTE ON FUNCTION move_lead(text, uuid, text, int) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION move_lead(text, uuid, text, int) TO {APP}")
    distribute("monitoring", "lead_answer", "lead_step", "lead_grade_rule")


def _create_screening() -> None:
    op.create_table(
        "screening_round",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("households", sa.Text(collation="C"), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("households IN ('all', 'lifted_out', 'general', 'monitored')", name=op.f("ck_screening_round_households")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_screening_round_status")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_screening_round")),
    )
    op.create_index("ix_screening_round_status", "screening_round", ["county_code", "status", "id"], unique=False)
    op.create_table(
        "screening_household",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'to_screen'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(collation="C"), nullable=True),
        sa.Column("hardships", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('to_screen', 'screened', 'excused', 'missed')", name=op.f("ck_screening_household_status")),
        sa.CheckConstraint("result IN ('nothing', 'trouble')", name=op.f("ck_screening_household_result")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"],
            ["household.county_code", "household.id"],
            name=op.f("fk_screening_household_county_code_household_id"),
        ),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_screening_household_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_screening_household")),
        sa.UniqueConstraint("county_code", "round_id", "household_id", name=op.f("uq_screening_household_county_code_round_id_household_id")),
    )
    _worklist_indexes("screening_household")
    op.create_index(
        "ix_screening_household_coverage",
        "screening_household",
        ["county_code", "round_id", "area_code", "status", "result", "due_at"],
        unique=False,
    )
    _guard_rounds()
    audit("screening_round")
    guard("screening_household", roles=[APP, WORKER])
    audit("screening_household", hidden=["secrets", "hardships", "evidence"])
    distribute("monitoring", "screening_round", "screening_household")


def _guard_rounds() -> None:
    """Show a round to who holds its area and to who lies in it; let only the former change it."""
    reaches = "coalesce(starts_with(current_setting('app.lo', true), area_code), false)"
    op.execute("ALTER TABLE screening_round ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE screening_round FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reaching ON screening_round FOR SELECT USING ({INSIDE} OR {reaches})")
    op.execute(f"CREATE POLICY inside_area ON screening_round FOR INSERT WITH CHECK ({INSIDE})")
    op.execute(f"CREATE POLICY changed_inside ON screening_round FOR UPDATE USING ({INSIDE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON screening_round TO {APP}")
    op.execute(f"GRANT SELECT ON screening_round TO {WORKER}")


def _load_defaults() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": FROM}
    parameters = [
        {**place, "id": derived_id(PARAMETER_IDS, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    grades = [
        {**place, "id": derived_id(GRADE_IDS, hardship), "hardship": hardship, "population": "any", "grade": grade, "document_number": ELSEWHERE}
        for hardship, grade in GRADES.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    for table, rows in (("parameter", parameters), ("lead_grade_rule", grades)):
        op.bulk_insert(sa.table(table, *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _worklist_indexes(table: str) -> None:
    for level, columns in (("county", []), ("township", ["township_code"]), ("village", ["area_code"])):
        op.create_index(f"ix_{table}_{level}", table, ["county_code", *columns, "status", "due_at", "id"], unique=False)
