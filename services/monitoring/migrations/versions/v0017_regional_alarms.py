"""Regional and large-scale risk: what is counted by area, rules, alarms with their households."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, guard_law
from shared.kernel.ids import derived_id

revision = "0017"
down_revision = "0016"

APP, WORKER = "monitoring_app", "monitoring_worker"
LAW = UUID("5309b6a0-0000-7000-8000-000000000017")
FROM = date(2020, 1, 1)
PLAN = "临乡振发〔2022〕37号"
DEFAULT = "系统默认值，州市未发布前适用"
CAUSES = (
    *("any", "price_fall", "job_losses", "project_failure", "plant_or_animal_disease", "site_problem", "disaster", "illness", "accident"),
    *("schooling", "house", "water", "low_income", "other"),
)
KINDS = ("planting", "breeding", "forestry", "processing", "trade", "tourism", "other", "none")
LEVELS, SOURCES = ("village", "township", "county"), ("lead", "event")
STATUSES, ASSESSMENTS = ("open", "answered", "cleared"), ("real", "chance", "known")
INDUSTRIES = (
    *(("tea", "茶", "planting"), ("fruit", "果", "forestry"), ("sugar", "糖", "planting"), ("vegetables", "菜", "planting")),
    *(("cattle", "牛", "breeding"), ("herbs", "中药材", "planting"), ("coffee", "咖啡", "planting")),
)
# Until the prefecture publishes its own, for the plan gives no number: code, cause, level, list, weeks, count, share, ratio to neighbours.
RULES = (
    ("village.any", "any", "village", None, 4, 5, 0.03, 2.0),
    ("township.any", "any", "township", None, 4, 20, 0.01, 2.0),
    ("county.any", "any", "county", None, 4, 60, 0.002, 1.0),
    ("township.price_fall", "price_fall", "township", None, 8, 10, 0.02, 1.0),
    ("township.job_losses", "job_losses", "township", None, 8, 10, 0.01, 1.5),
    ("township.project_failure", "project_failure", "township", None, 8, 10, 0.01, 1.5),
    ("township.disaster", "disaster", "township", None, 2, 10, 0.01, 1.5),
    ("site.any", "any", "village", "resettlement_sites", 4, 4, 0.01, 1.5),
)
TABLES = (
    *("industry", "regional_rule", "regional_event", "occurrence", "occurrence_queue", "regional_count", "regional_cell_queue"),
    *("regional_alarm", "regional_alarm_household"),
)
# What follows a household to another village, and what a county answers.
CHANGES = {
    "occurrence": "area_code, township_code",
    "regional_alarm": "status, assessment, prevention_plan, secrets, evidence, answered_at, answered_by, version",
    "regional_alarm_household": "area_code",
}
FUNCTIONS = ("queue_occurrences()", "queue_occurrence()", "queue_event()", "queue_cells()", "queue_changed_cells()")


def upgrade() -> None:
    _law()
    _events()
    _occurrences()
    _counts()
    _alarms()
    _queue_leads()
    _queue_cells()
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    distribute("monitoring", *TABLES)
    _load()


def downgrade() -> None:
    for trigger, table in (("occurrence_insert", "lead"), ("occurrence_update", "lead")):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")


def _code(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def _only(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=op.f(f"ck_{table}_{column}"))


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)


def _law() -> None:
    op.create_table(
        "industry",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False), _code("area_code")),
        sa.Column("title", sa.String(), nullable=False),
        _code("form_kind"),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        _code("code"),
        _only("industry", "form_kind", KINDS),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_industry")),
    )
    op.create_table(
        "regional_rule",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False), _code("area_code"), _code("cause"), _code("level")),
        sa.Column("by_industry", sa.Boolean(), nullable=False),
        _code("place_list", nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("window_weeks", "history_windows", "minimum_count")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("minimum_share", "deviations", "neighbour_ratio", "clear_ratio")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("clear_weeks", "answer_days")),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        _code("code"),
        *(_only("regional_rule", "cause", CAUSES), _only("regional_rule", "level", LEVELS)),
        sa.CheckConstraint("minimum_share BETWEEN 0 AND 1 AND clear_ratio > 0 AND clear_ratio <= 1", name=op.f("ck_regional_rule_shares")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_regional_rule")),
        sa.UniqueConstraint(
            "county_code", "area_code", "code", "effective_from", name=op.f("uq_regional_rule_county_code_area_code_code_effective_from")
        ),
    )
    for table in ("industry", "regional_rule"):
        guard_law(table, writer=APP, readers=[APP, WORKER])
        audit(table)


def _events() -> None:
    op.create_table(
        "regional_event",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False), _code("area_code")),
        sa.Column("areas", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *(_code("cause"), _code("industry", nullable=True), _code("form_kind", nullable=True)),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        *(_instant("reported_at"), _version()),
        *(_only("regional_event", "cause", CAUSES), _only("regional_event", "form_kind", KINDS)),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_regional_event")),
    )
    guard("regional_event", roles=[APP, WORKER], rights="SELECT, INSERT")
    audit("regional_event", hidden=["secrets"])


def _occurrences() -> None:
    op.create_table(
        "occurrence",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False), _code("area_code"), _code("township_code")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("happened_on", "week")),
        *(_code("cause"), _code("industry", nullable=True)),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        _code("source_kind"),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        *(_only("occurrence", "cause", CAUSES), _only("occurrence", "source_kind", SOURCES)),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"],
            ["household.county_code", "household.id"],
            name=op.f("fk_occurrence_county_code_household_id"),
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_occurrence")),
    )
    op.create_index("ix_occurrence_source", "occurrence", ["county_code", "source_id"])
    op.create_index("ix_occurrence_week", "occurrence", ["county_code", "week", "area_code"])
    op.create_index("ix_occurrence_household", "occurrence", ["county_code", "household_id"])
    op.create_table(
        "occurrence_queue",
        *(_code("county_code"), _code("source_kind"), sa.Column("source_id", sa.Uuid(), nullable=False)),
        sa.Column("changes", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _only("occurrence_queue", "source_kind", SOURCES),
        sa.PrimaryKeyConstraint("county_code", "source_kind", "source_id", name=op.f("pk_occurrence_queue")),
    )
    # Derived: what it is derived from is audited.
    guard("occurrence", roles=[WORKER], rights="SELECT, INSERT, UPDATE, DELETE")
    op.execute(f"GRANT SELECT, UPDATE ({CHANGES['occurrence']}) ON occurrence TO {APP}")
    op.execute(f"GRANT SELECT, DELETE ON occurrence_queue TO {WORKER}")


def _counts() -> None:
    cell = ("county_code", "area_code", "cause", "industry", "week")
    for table in ("regional_count", "regional_cell_queue"):
        numbers = ("occurrences", "households", "people") if table == "regional_count" else ()
        op.create_table(
            table,
            *(_code(name) for name in cell[:-1]),
            sa.Column("week", sa.Date(), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
            *([] if numbers else [sa.Column("changes", sa.Integer(), server_default=sa.text("1"), nullable=False)]),
            sa.PrimaryKeyConstraint(*cell, name=op.f(f"pk_{table}")),
        )
    guard("regional_count", roles=[WORKER], rights="SELECT, INSERT, DELETE")
    op.execute(f"GRANT SELECT ON regional_count TO {APP}")
    op.execute(f"GRANT SELECT, DELETE ON regional_cell_queue TO {WORKER}")


def _alarms() -> None:
    op.create_table(
        "regional_alarm",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False), _code("area_code"), _code("township_code")),
        *(_code("level"), _code("cause"), _code("industry")),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("window_begins", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("households", "observed", "observed_at_opening")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("expected", "neighbours")),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("threshold", "clear_below")),
        sa.Column("calm_since", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        *(_instant("due_at"), _instant("opened_at"), _instant("answered_at", nullable=True)),
        sa.Column("answered_by", sa.String(), nullable=True),
        _code("assessment", nullable=True),
        sa.Column("prevention_plan", sa.String(), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        *(_instant("cleared_at", nullable=True), _version()),
        *(_only("regional_alarm", "level", LEVELS), _only("regional_alarm", "cause", CAUSES)),
        *(_only("regional_alarm", "status", STATUSES), _only("regional_alarm", "assessment", ASSESSMENTS)),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_regional_alarm")),
    )
    for level, column in (("county", []), ("township", ["township_code"]), ("village", ["area_code"])):
        op.create_index(f"ix_regional_alarm_{level}", "regional_alarm", ["county_code", *column, "status", "due_at", "id"])
    op.create_index(
        "uq_regional_alarm_present",
        "regional_alarm",
        ["county_code", "area_code", "cause", "industry"],
        unique=True,
        postgresql_where=sa.text("status <> 'cleared'"),
    )
    op.create_table(
        "regional_alarm_household",
        *(_code("county_code"), sa.Column("id", sa.Uuid(), nullable=False)),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("alarm_id", "household_id")),
        *(_code("area_code"), _instant("added_at")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"],
            ["household.county_code", "household.id"],
            name=op.f("fk_regional_alarm_household_county_code_household_id"),
        ),
        sa.PrimaryKeyConstraint("county_code", "alarm_id", "household_id", name=op.f("pk_regional_alarm_household")),
    )
    op.create_index("ix_regional_alarm_household_household", "regional_alarm_household", ["county_code", "household_id"])
    for table in ("regional_alarm", "regional_alarm_household"):
        guard(table, roles=[WORKER])
        op.execute(f"GRANT SELECT, UPDATE ({CHANGES[table]}) ON {table} TO {APP}")
    audit("regional_alarm", hidden=["secrets", "evidence"])
    audit("regional_alarm_household")


# As on the queue of standings: who finds a source there waits for whoever takes it. The queues have no policy, and their functions are the owner's,
# so that whoever may change a lead needs no right to them.
_AGAIN = "ON CONFLICT (county_code, source_kind, source_id) DO UPDATE SET changes = occurrence_queue.changes + 1"
_AS_OWNER = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"


def _queue_leads() -> None:
    op.execute(f"""
        CREATE FUNCTION queue_occurrences() {_AS_OWNER} AS $$
        BEGIN
            INSERT INTO occurrence_queue (county_code, source_kind, source_id)
            SELECT county_code, 'lead', id FROM new_rows ORDER BY 1, 3 {_AGAIN};
            RETURN NULL;
        END $$
    """)
    for kind, name in (("lead", "queue_occurrence"), ("event", "queue_event")):
        op.execute(f"""
            CREATE FUNCTION {name}() {_AS_OWNER} AS $$
            BEGIN
                INSERT INTO occurrence_queue (county_code, source_kind, source_id) VALUES (NEW.county_code, '{kind}', NEW.id) {_AGAIN};
                RETURN NULL;
            END $$
        """)
    op.execute(
        "CREATE TRIGGER occurrence_insert AFTER INSERT ON lead REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT "
        "EXECUTE FUNCTION queue_occurrences()"
    )
    op.execute("""
        CREATE TRIGGER occurrence_update AFTER UPDATE ON lead FOR EACH ROW
        WHEN ((OLD.area_code, OLD.household_id, OLD.hardships, OLD.withdrawn_at)
              IS DISTINCT FROM (NEW.area_code, NEW.household_id, NEW.hardships, NEW.withdrawn_at))
        EXECUTE FUNCTION queue_occurrence()
    """)
    op.execute("CREATE TRIGGER occurrence_insert AFTER INSERT ON regional_event FOR EACH ROW EXECUTE FUNCTION queue_event()")


def _queue_cells() -> None:
    """An occurrence may be moved by whoever moves its household: its old cell changes as well as its new one."""
    insert = """
        INSERT INTO regional_cell_queue (county_code, area_code, cause, industry, week)
        SELECT DISTINCT county_code, area_code, cause, coalesce(industry, ''), week FROM ({rows}) AS r ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (county_code, area_code, cause, industry, week) DO UPDATE SET changes = regional_cell_queue.changes + 1;
        RETURN NULL;
    """
    both = "SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows"
    for name, rows in (("queue_cells", "SELECT * FROM changed_rows"), ("queue_changed_cells", both)):
        op.execute(f"CREATE FUNCTION {name}() {_AS_OWNER} AS $$ BEGIN {insert.format(rows=rows)} END $$")
    for act, tables, function in (
        ("INSERT", "NEW TABLE AS changed_rows", "queue_cells"),
        ("DELETE", "OLD TABLE AS changed_rows", "queue_cells"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows", "queue_changed_cells"),
    ):
        op.execute(
            f"CREATE TRIGGER cells_{act.lower()} AFTER {act} ON occurrence REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def _load() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": FROM}
    industries = [
        {**place, "id": derived_id(LAW, f"industry/{code}"), "title": title, "form_kind": kind, "document_number": PLAN, "code": code}
        for code, title, kind in INDUSTRIES
    ]
    rules = [
        {
            **place,
            "id": derived_id(LAW, f"regional_rule/{code}"),
            "cause": cause,
            "level": level,
            "by_industry": False,
            "place_list": place_list,
            "window_weeks": weeks,
            "history_windows": 6,
            "minimum_count": count,
            "minimum_share": share,
            "deviations": 4.0,
            "neighbour_ratio": ratio,
            "clear_ratio": 0.5,
            "clear_weeks": 4,
            "answer_days": 7,
            "is_held": True,
            "document_number": DEFAULT,
            "code": code,
        }
        for code, cause, level, place_list, weeks, count, share, ratio in RULES
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid(), "by_industry": sa.Boolean(), "is_held": sa.Boolean()}
    for table, rows in (("industry", industries), ("regional_rule", rules)):
        op.bulk_insert(sa.table(table, *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
