"""Signals of all departments: rows have revisions and effective days, rules have codes, ends and bases, leads know what they stand for."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard_law, look_up
from shared.kernel.ids import derived_id

revision = "0015"
down_revision = "0014"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
LAW = UUID("5309b6a0-0000-7000-8000-000000000003")
FROM = date(2020, 1, 1)

TEMPLATE = "县级防返贫动态监测部门筛查预警模板"
PLAN = "临乡振发〔2022〕37号"
ESHAN = "峨山县2022年行业部门数据比对工作方案"
# What the first form of the rules is called from now on: list, people -> code.
CODES = {
    ("medical_insurance_list", "lifted_out"): "medical_insurance_list.lifted_out",
    ("medical_insurance_list", "general"): "medical_insurance_list.general",
    ("disaster_list", "any"): "disaster_list.listed",
    ("school_drop_out_list", "any"): "school_drop_out_list.listed",
    ("housing_list", "any"): "housing_list.dangerous",
    ("water_list", "any"): "water_list.listed",
}
# Until the prefecture publishes its own: code, people, column, operator, value, base, grade, hardship, and the document that it comes from.
Rule = tuple[str, str, str | None, str, str | None, str | None, str | None, str | None, str]
RULES: tuple[Rule, ...] = (
    ("medical_insurance_list.extra_assistance", "monitored", "self_paid", "more_than", "1", "bottom_line", None, None, PLAN),
    ("outpatient_cost_list.monthly", "any", "self_paid_month", "more_than", "500", None, None, None, TEMPLATE),
    ("uninsured_list.lifted_out", "lifted_out", None, "any", None, None, None, None, PLAN),
    ("uninsured_list.monitored", "monitored", None, "any", None, None, None, None, PLAN),
    ("serious_disease_list.listed", "any", None, "any", None, None, None, None, TEMPLATE),
    ("school_cost_list.yearly", "any", "self_paid", "more_than", "10000", None, None, None, TEMPLATE),
    ("traffic_accident_list.harm", "any", "harm", "among", "injury,disability,death", None, None, None, ESHAN),
    ("accident_list.listed", "any", None, "any", None, None, None, None, ESHAN),
    ("household_change_list.death", "any", "change", "equals", "death", None, None, None, ESHAN),
    ("social_relief_list.change", "any", "change", "among", "new,stopped,applied", None, None, None, ESHAN),
    ("disability_certificate_list.severe", "any", "grade", "among", "1,2", None, None, None, PLAN),
    ("hotline_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("hazard_warning_list.severe", "any", "level", "among", "red,orange", None, None, None, PLAN),
    ("forest_fire_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("job_loss_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("wage_arrears_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("farm_loss_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("overdue_loan_list.listed", "any", None, "any", None, None, None, None, PLAN),
    ("card_payment_list.listed", "any", None, "any", None, None, None, None, PLAN),
)
OPERATORS = ("any", "at_least", "more_than", "at_most", "less_than", "among", "equals", "changed_to")
POPULATIONS = ("any", "lifted_out", "monitored", "general")
HARDSHIPS = ("illness", "disaster", "accident", "job_lost", "harvest_or_business_failed", "schooling", "house", "water", "other")
JUDGEMENTS = ("called", "not_met", "no_rule", "kept", "superseded")


def upgrade() -> None:
    _extend_rules()
    _create_figures()
    _extend_rows()
    _extend_leads()
    _look_further()
    _queue_matches()
    # A session keeps the plan that the first firing made; if that had no rows, a later one of thousands would compare each with each.
    op.execute("ALTER FUNCTION record_audit() SET enable_nestloop = off")
    _load_rules()


def downgrade() -> None:
    op.execute("ALTER FUNCTION record_audit() RESET enable_nestloop")
    op.execute("ALTER TABLE signal_rule DISABLE TRIGGER USER")
    op.get_bind().execute(
        sa.text("DELETE FROM signal_rule WHERE code <> ALL(:codes) OR effective_from <> :since"), {"codes": [*CODES.values()], "since": FROM}
    )
    op.execute("UPDATE signal_rule SET field = " + _by_kind({"disaster_list": "disaster", "school_drop_out_list": "stage", "water_list": "problem"}))
    op.execute("UPDATE signal_rule SET value = '' WHERE value IS NULL")
    op.execute("ALTER TABLE signal_rule ENABLE TRIGGER USER")
    op.drop_constraint(op.f("uq_signal_rule_county_code_area_code_code_effective_from"), "signal_rule")
    for column in ("code", "base", "grade", "hardship", "effective_to"):
        op.drop_column("signal_rule", column)
    op.alter_column("signal_rule", "field", new_column_name="indicator", nullable=False)
    op.alter_column("signal_rule", "value", nullable=False)
    _only("signal_rule", "operator", ("any", "at_least", "among"), instead=True)
    _only("signal_rule", "population", ("any", "lifted_out", "general"), instead=True)

    for trigger, table in (("match_insert", "membership"), ("match_number", "person")):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION queue_members()")
    op.execute("DROP FUNCTION queue_renumbered()")
    op.execute("DROP TABLE match_queue")
    op.execute("DROP TABLE base_figure")
    op.execute("DROP FUNCTION homes_of(bytea[])")
    _old_look_up()
    for index in ("ix_lead_person", "uq_lead_spell"):
        op.drop_index(index, "lead")
    for column in ("began_on", "person_index", "indicator_group", "withdrawn_at", "source_corrected"):
        op.drop_column("lead", column)
    op.execute(f"REVOKE UPDATE ON lead FROM {WORKER}")
    # What the revisions below gave, column by column: limits move, and households do.
    op.execute(f"GRANT UPDATE (due_at, step_due_at, paused_at, paused_days, step_paused_days, step_round, version) ON lead TO {WORKER}")
    op.execute(f"GRANT UPDATE (area_code, township_code) ON lead TO {WORKER}")
    _audit_anew("lead", hidden=["secrets", "dismissal_reason", "content_index"])
    op.execute(f"REVOKE SELECT, INSERT ON lead_answer FROM {WORKER}")
    op.execute(f"REVOKE SELECT (county_code, id, lead_id, area_code), UPDATE (area_code) ON lead_step FROM {WORKER}")
    op.execute(f"REVOKE UPDATE (area_code) ON lead_step FROM {APP}")
    op.execute("ALTER TABLE department_row DISABLE TRIGGER USER")
    op.execute("DELETE FROM department_row WHERE NOT is_latest OR job_id IS NULL")
    op.execute("ALTER TABLE department_row ENABLE TRIGGER USER")
    op.execute(f"REVOKE INSERT, UPDATE ON department_row FROM {APP}")
    op.execute(f"REVOKE UPDATE ON department_row FROM {WORKER}")
    op.execute(f"GRANT UPDATE (area_code) ON department_row TO {APP}, {WORKER}")
    _audit_anew("department_row", hidden=["secrets", "content_index"])
    for index in ("ix_department_row_unmatched", "ix_department_row_unregistered", "ix_department_row_kept", "ix_department_row_person"):
        op.drop_index(index, "department_row")
    op.create_index("ix_department_row_person", "department_row", ["county_code", "kind", "person_index"])
    op.drop_constraint(op.f("uq_department_row_county_code_kind_source_number_revision"), "department_row")
    op.alter_column("department_row", "job_id", nullable=False)
    for column in ("village", "revision", "is_latest", "effective_on", "reported_at", "facts", "judgement", "rule_code", "grade"):
        op.drop_column("department_row", column)


def _extend_rules() -> None:
    op.alter_column("signal_rule", "indicator", new_column_name="field", nullable=True)
    op.alter_column("signal_rule", "value", nullable=True)
    for name in ("code", "base", "grade", "hardship"):
        op.add_column("signal_rule", sa.Column(name, sa.Text(collation="C"), nullable=True))
    op.add_column("signal_rule", sa.Column("effective_to", sa.Date(), nullable=True))
    _only("signal_rule", "operator", OPERATORS, instead=True)
    _only("signal_rule", "population", POPULATIONS, instead=True)
    _only("signal_rule", "base", ("bottom_line", "provincial_rural_income"))
    _only("signal_rule", "grade", ("red", "orange", "yellow"))
    _only("signal_rule", "hardship", HARDSHIPS)
    op.execute("ALTER TABLE signal_rule DISABLE TRIGGER USER")
    for (kind, population), code in CODES.items():
        op.get_bind().execute(
            sa.text("UPDATE signal_rule SET code = :code WHERE kind = :kind AND population = :population"),
            {"code": code, "kind": kind, "population": population},
        )
    op.execute("UPDATE signal_rule SET field = NULL, value = NULL WHERE operator = 'any'")
    op.execute("ALTER TABLE signal_rule ENABLE TRIGGER USER")
    op.alter_column("signal_rule", "code", nullable=False)
    op.create_unique_constraint(
        op.f("uq_signal_rule_county_code_area_code_code_effective_from"), "signal_rule", ["county_code", "area_code", "code", "effective_from"]
    )


def _audit_anew(table: str, *, hidden: list[str]) -> None:
    for act in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER audit_{act} ON {table}")
    audit(table, hidden=hidden)


def _create_figures() -> None:
    op.create_table(
        "base_figure",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("figure", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0 AND amount <> 'NaN'", name=op.f("ck_base_figure_amount")),
        sa.CheckConstraint("figure IN ('provincial_rural_income')", name=op.f("ck_base_figure_figure")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_base_figure")),
        sa.UniqueConstraint(
            "county_code",
            "area_code",
            "figure",
            "year",
            "effective_from",
            name=op.f("uq_base_figure_county_code_area_code_figure_year_effective_from"),
        ),
    )
    guard_law("base_figure", writer=APP, readers=[APP, WORKER])
    audit("base_figure")
    distribute("monitoring", "base_figure")


def _extend_rows() -> None:
    """Rows that came before have no facts that could be judged again: they stay what they were."""
    for column in (
        sa.Column("village", sa.Text(collation="C"), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("is_latest", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("judgement", sa.Text(collation="C"), nullable=True),
        sa.Column("rule_code", sa.Text(collation="C"), nullable=True),
        sa.Column("grade", sa.Text(collation="C"), nullable=True),
    ):
        op.add_column("department_row", column)
    op.execute("ALTER TABLE department_row DISABLE TRIGGER USER")
    op.execute("""
        UPDATE department_row
        SET village = area_code, effective_on = (received_at AT TIME ZONE 'Asia/Shanghai')::date, reported_at = received_at,
            judgement = CASE WHEN lead_id IS NULL THEN 'not_met' ELSE 'called' END
    """)
    op.execute("ALTER TABLE department_row ENABLE TRIGGER USER")
    for name in ("village", "effective_on", "reported_at", "judgement"):
        op.alter_column("department_row", name, nullable=False)
    op.alter_column("department_row", "job_id", nullable=True)
    _only("department_row", "judgement", JUDGEMENTS)
    _only("department_row", "grade", ("red", "orange", "yellow"))
    op.create_unique_constraint(
        op.f("uq_department_row_county_code_kind_source_number_revision"), "department_row", ["county_code", "kind", "source_number", "revision"]
    )
    # The kind stands first in the number's index only: two that begin alike the planner cannot tell apart as long as it knows nothing of the rows.
    op.drop_index("ix_department_row_person", "department_row")
    op.create_index("ix_department_row_person", "department_row", ["county_code", "person_index"])
    op.create_index(
        "ix_department_row_unmatched",
        "department_row",
        ["county_code", "person_index"],
        postgresql_where=sa.text("household_id IS NULL AND is_latest"),
    )
    op.create_index(
        "ix_department_row_unregistered", "department_row", ["county_code", "area_code"], postgresql_where=sa.text("household_id IS NULL")
    )
    op.create_index(
        "ix_department_row_kept", "department_row", ["county_code", "household_id"], postgresql_where=sa.text("judgement = 'kept' AND is_latest")
    )
    _audit_anew("department_row", hidden=["secrets", "content_index", "facts"])
    op.execute(f"GRANT INSERT, UPDATE ON department_row TO {APP}")
    op.execute(f"GRANT UPDATE ON department_row TO {WORKER}")


def _extend_leads() -> None:
    for column in (
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("person_index", sa.LargeBinary(), nullable=True),
        sa.Column("indicator_group", sa.Text(collation="C"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_corrected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("lead", column)
    op.execute("ALTER TABLE lead DISABLE TRIGGER USER")
    op.execute("""
        UPDATE lead l SET person_index = d.person_index, indicator_group = d.department || '/' || (l.hardships ->> 0)
        FROM department_row d WHERE d.county_code = l.county_code AND d.lead_id = l.id
    """)
    op.execute("ALTER TABLE lead ENABLE TRIGGER USER")
    op.create_index(
        "ix_lead_person", "lead", ["county_code", "indicator_group", "person_index"], postgresql_where=sa.text("person_index IS NOT NULL")
    )
    op.create_index(
        "uq_lead_spell",
        "lead",
        ["county_code", "indicator_group", "person_index"],
        unique=True,
        postgresql_where=sa.text("status = 'registered' AND person_index IS NOT NULL"),
    )
    _audit_anew("lead", hidden=["secrets", "dismissal_reason", "content_index", "person_index"])
    op.execute(f"GRANT UPDATE ON lead TO {WORKER}")
    op.execute(f"GRANT SELECT, INSERT ON lead_answer TO {WORKER}")
    # A lead that rows move takes its steps along.
    op.execute(f"GRANT SELECT (county_code, id, lead_id, area_code), UPDATE (area_code) ON lead_step TO {WORKER}")
    op.execute(f"GRANT UPDATE (area_code) ON lead_step TO {APP}")


def _look_further() -> None:
    """Where people are registered, and what their household is, for whoever takes a department's rows."""
    op.execute("DROP FUNCTION households_of(bytea[])")
    look_up(
        "homes_of(indexes bytea[])",
        "TABLE (person_index bytea, county_code text, household_id uuid, area_code text, kind text, status text)",
        """
        SELECT p.id_number_index, m.county_code, m.household_id, m.area_code, h.kind, h.status FROM person p
        JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
        JOIN household h ON h.county_code = m.county_code AND h.id = m.household_id AND h.status <> 'gone'
        WHERE p.id_number_index = ANY(indexes)
        """,
        reads=[],  # those of the look-up before it
        role=f"{APP}, {WORKER}",
        lookup_role=LOOKUP,
    )


def _queue_matches() -> None:
    """Who is registered is laid down, for departments may have named them before; statement by statement, for registers come in by file."""
    op.create_table(
        "match_queue",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "person_id", name=op.f("pk_match_queue")),
    )
    op.create_index("ix_match_queue_queued_at", "match_queue", ["county_code", "queued_at"], unique=False)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON match_queue TO {APP}, {WORKER}")
    distribute("monitoring", "match_queue")
    for name, who in (
        ("members", "SELECT DISTINCT county_code, person_id FROM new_rows WHERE valid_to IS NULL"),
        (
            "renumbered",
            "SELECT n.county_code, n.id FROM new_rows n JOIN old_rows o ON o.county_code = n.county_code AND o.id = n.id "
            "WHERE n.id_number_index IS DISTINCT FROM o.id_number_index",
        ),
    ):
        op.execute(f"""
            CREATE FUNCTION queue_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO match_queue (county_code, person_id) {who} ORDER BY 1, 2
                ON CONFLICT (county_code, person_id) DO UPDATE SET queued_at = excluded.queued_at;
                RETURN NULL;
            END $$
        """)
    op.execute(
        "CREATE TRIGGER match_insert AFTER INSERT ON membership REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION queue_members()"
    )
    op.execute(
        "CREATE TRIGGER match_number AFTER UPDATE ON person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION queue_renumbered()"
    )
    op.execute("""
        INSERT INTO match_queue (county_code, person_id)
        SELECT p.county_code, p.id FROM person p WHERE EXISTS (
            SELECT FROM department_row d
            WHERE d.county_code = p.county_code AND d.person_index = p.id_number_index AND d.household_id IS NULL AND d.is_latest)
    """)


def _old_look_up() -> None:
    look_up(
        "households_of(indexes bytea[])",
        "TABLE (person_index bytea, county_code text, household_id uuid, area_code text, kind text)",
        """
        SELECT p.id_number_index, m.county_code, m.household_id, m.area_code, h.kind FROM person p
        JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL
        JOIN household h ON h.county_code = m.county_code AND h.id = m.household_id AND h.status <> 'gone'
        WHERE p.id_number_index = ANY(indexes)
        """,
        reads=[],
        role=WORKER,
        lookup_role=LOOKUP,
    )


def _load_rules() -> None:
    rows = [
        {
            "county_code": "5309",
            "id": derived_id(LAW, code),
            "area_code": "5309",
            "code": code,
            "kind": code.partition(".")[0],
            "population": population,
            "field": field,
            "operator": operator,
            "value": value,
            "base": base,
            "grade": grade,
            "hardship": hardship,
            "effective_from": FROM,
            "document_number": document,
        }
        for code, population, field, operator, value, base, grade, hardship, document in RULES
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("signal_rule", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)


def _only(table: str, column: str, words: tuple[str, ...], *, instead: bool = False) -> None:
    name = op.f(f"ck_{table}_{column}")
    if instead:
        op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(map(repr, words))})")


def _by_kind(words: dict[str, str]) -> str:
    return "CASE kind " + " ".join(f"WHEN '{kind}' THEN '{word}'" for kind, word in words.items()) + " ELSE field END"
