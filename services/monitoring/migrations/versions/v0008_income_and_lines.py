"""Income by items, periods and days; how every household stands to the line; lines that are simulated before they are adopted."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, guard_law
from shared.kernel.ids import derived_id

revision = "0008"
down_revision = "0007"

APP, WORKER = "monitoring_app", "monitoring_worker"
LAW = UUID("5309b6a0-0000-7000-8000-000000000005")
FROM = date(2015, 1, 1)

CHANNELS = ("self_report", "home_visit", "department", "hotline", "disaster")
AMOUNTS = ("wage_income", "production_income", "property_income", "transfer_income", "production_expense", "claim_income", "compliant_self_paid")
PARAMETERS = {"income.bands": ("6000,8000,10000,15000,20000", "临乡振发〔2022〕37号（10000元一档；其余各档为系统默认，待州市发布）")}

# Until the prefecture publishes its own. What the form lists counts, but for what was not counted as stable income when poverty was left behind.
FORM, STABLE, PAID = "全国防返贫监测信息采集表", "贫困退出收入测算口径（不计入稳定纯收入）", "合规自付支出：医疗、就学以外须经县级认可"
NOT_COUNTED = {"D6.7": STABLE, "D6.8": STABLE, "S3": PAID, "S4": PAID, "S5": PAID, "S6": PAID}
ITEMS = {
    "wage": {"A1": "务工收入", "A2": "行业部门公益岗", "A3": "乡镇公益岗", "A4": "村级公益岗", "A5": "自主采摘"},
    "production": {"B1": "种植业", "B2": "养殖业", "B3": "林果业", "B4": "其他生产经营收入"},
    "property": {"C1": "资产收益分红", "C2": "土地流转", "C3": "金融贷款项目", "C4": "代种代养", "C5": "其他财产性收入"},
    "transfer": {
        **{"D1": "计划生育金", "D2": "低保金", "D3": "特困供养金", "D4": "养老保险金"},
        **{"D5.1": "退耕还林补助", "D5.2": "公益林补助", "D5.3": "草原奖补", "D5.4": "移民补助", "D5.5": "其他生态补偿金"},
        **{"D6.1": "种植补贴", "D6.2": "地力补贴", "D6.3": "农业保险补助", "D6.4": "高龄补贴", "D6.5": "优抚金", "D6.6": "残疾补贴"},
        **{"D6.7": "教育扶持", "D6.8": "救灾款", "D6.9": "失能老人补贴", "D6.10": "赡养费", "D6.11": "取暖、物价补贴"},
        **{"D6.12": "社会救济", "D6.13": "防贫保险", "D6.14": "经常性捐赠和赔偿", "D6.15": "其他转移性收入"},
    },
    "production_expense": {"E1": "种植支出", "E2": "养殖支出", "E3": "林果支出", "E4": "其他生产经营支出（折旧、税费、承包费等）"},
    "claim": {"F1": "保险理赔", "F2": "其他赔付"},
    "self_paid": {"S1": "医疗自付", "S2": "就学自付", "S3": "住房维修", "S4": "残疾康复和辅具", "S5": "灾害损失", "S6": "其他自付"},
}


def upgrade() -> None:
    _income_items()
    _incomes()
    _standings()
    _lines_and_simulations()
    _leads()
    distribute("monitoring", *_DISTRIBUTED)
    _load_law()


_DISTRIBUTED = (
    *("income_item", "quarterly_income", "household_standing", "standing_queue"),
    *("line_simulation", "line_simulation_household", "line_simulation_count"),
)


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute("DELETE FROM parameter WHERE key = 'income.bands'")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    # The channel is not known there: an office found it out, as a department does.
    op.execute("ALTER TABLE lead DISABLE TRIGGER USER")
    op.execute("UPDATE lead SET channel = 'department' WHERE channel = 'below_line'")
    op.execute("ALTER TABLE lead ENABLE TRIGGER USER")
    op.drop_index("ix_lead_below_line", "lead")
    op.drop_column("lead", "reasons")
    op.drop_constraint(op.f("ck_lead_channel"), "lead")
    op.create_check_constraint(op.f("ck_lead_channel"), "lead", f"channel IN {CHANNELS}")
    op.execute(f"REVOKE SELECT ON monitoring_case, monitored_category FROM {WORKER}")
    for table in ("line_simulation_count", "line_simulation_household", "line_simulation"):
        op.execute(f"DROP TABLE {table}")
    op.drop_column("bottom_line", "published_at")
    op.drop_column("bottom_line", "simulation_id")
    for trigger, table in (("standing_insert", "household_income"), ("standing_update", "household_income"), ("standing_kind", "household")):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION queue_standings()")
    op.execute("DROP FUNCTION queue_standing()")
    for table in ("standing_queue", "household_standing", "quarterly_income"):
        op.execute(f"DROP TABLE {table}")
    op.drop_constraint(op.f("ck_household_income_period_type"), "household_income")
    for column in ("items", "period_to", "period_from", "period_type"):
        op.drop_column("household_income", column)
    op.execute("DROP TABLE income_item")


def _income_items() -> None:
    op.create_table(
        "income_item",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("item_group", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint(f"item_group IN {tuple(ITEMS)}", name=op.f("ck_income_item_item_group")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_income_item")),
        sa.UniqueConstraint(
            "county_code", "area_code", "code", "effective_from", name=op.f("uq_income_item_county_code_area_code_code_effective_from")
        ),
    )
    guard_law("income_item", writer=APP, readers=[APP, WORKER])
    audit("income_item")


def _incomes() -> None:
    op.add_column("household_income", sa.Column("period_type", sa.Text(collation="C"), server_default=sa.text("'last_12_months'"), nullable=False))
    op.add_column("household_income", sa.Column("period_from", sa.Date(), nullable=True))
    op.add_column("household_income", sa.Column("period_to", sa.Date(), nullable=True))
    op.add_column("household_income", sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_check_constraint(op.f("ck_household_income_period_type"), "household_income", "period_type IN ('annual_oct_sep', 'last_12_months')")
    op.create_table(
        "quarterly_income",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        *(sa.Column(amount, sa.Numeric(precision=14, scale=2), nullable=False) for amount in AMOUNTS),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *(sa.CheckConstraint(f"{amount} <> 'NaN'", name=op.f(f"ck_quarterly_income_{amount}")) for amount in AMOUNTS),
        sa.CheckConstraint("people > 0", name=op.f("ck_quarterly_income_people")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_quarterly_income_quarter")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_quarterly_income_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "household_id", "year", "quarter", name=op.f("pk_quarterly_income")),
    )
    guard("quarterly_income", roles=[APP, WORKER])
    audit("quarterly_income")


# A household under way in two transactions at once must not lose its place: who finds it on the queue waits for whoever takes it from there.
_ENQUEUE = "ON CONFLICT (county_code, household_id) DO UPDATE SET changes = standing_queue.changes + 1"


def _standings() -> None:
    op.create_table(
        "household_standing",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("line", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("net_per_head", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("reference_per_head", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=True),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('lifted_out', 'general')", name=op.f("ck_household_standing_kind")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_household_standing_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "household_id", name=op.f("pk_household_standing")),
    )
    # Room in each page for its rows' next versions: under a new line every one of them is written anew, and no index changes.
    op.execute("ALTER TABLE household_standing SET (fillfactor = 50)")
    op.create_table(
        "standing_queue",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("changes", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "household_id", name=op.f("pk_standing_queue")),
    )
    guard("household_standing", roles=[APP, WORKER])  # derived: what it is derived from is audited
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON standing_queue TO {APP}, {WORKER}")
    op.execute(f"""
        CREATE FUNCTION queue_standings() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO standing_queue (county_code, household_id) SELECT DISTINCT county_code, household_id FROM new_rows ORDER BY 1, 2 {_ENQUEUE};
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE FUNCTION queue_standing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO standing_queue (county_code, household_id) VALUES (NEW.county_code, NEW.id) {_ENQUEUE};
            RETURN NULL;
        END $$
    """)
    for act in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER standing_{act.lower()} AFTER {act} ON household_income REFERENCING NEW TABLE AS new_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION queue_standings()"
        )
    op.execute(
        "CREATE TRIGGER standing_kind AFTER UPDATE ON household FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind) "
        "EXECUTE FUNCTION queue_standing()"
    )


def _lines_and_simulations() -> None:
    op.add_column("bottom_line", sa.Column("simulation_id", sa.Uuid(), nullable=True))
    op.add_column("bottom_line", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "line_simulation",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'running'"), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0 AND amount <> 'NaN'", name=op.f("ck_line_simulation_amount")),
        sa.CheckConstraint("status IN ('running', 'done')", name=op.f("ck_line_simulation_status")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_line_simulation")),
    )
    op.create_table(
        "line_simulation_household",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=True),
        sa.Column("crossing", sa.Text(collation="C"), nullable=False),
        sa.Column("reference_per_head", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.CheckConstraint("kind IN ('lifted_out', 'general')", name=op.f("ck_line_simulation_household_kind")),
        sa.CheckConstraint("status IN ('normal', 'monitored', 'gone')", name=op.f("ck_line_simulation_household_status")),
        sa.CheckConstraint(
            "category IN ('unstable_lifted_out', 'marginal', 'sudden_difficulty')", name=op.f("ck_line_simulation_household_category")
        ),
        sa.CheckConstraint("crossing IN ('newly_below', 'newly_above')", name=op.f("ck_line_simulation_household_crossing")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"],
            ["household.county_code", "household.id"],
            name=op.f("fk_line_simulation_household_county_code_household_id"),
        ),
        sa.PrimaryKeyConstraint("county_code", "simulation_id", "household_id", name=op.f("pk_line_simulation_household")),
    )
    op.create_table(
        "line_simulation_count",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        *(
            sa.Column(count, sa.Integer(), nullable=False)
            for count in ("households", "people", "below_before", "below_after", "newly_below", "newly_above")
        ),
        sa.CheckConstraint("kind IN ('lifted_out', 'general')", name=op.f("ck_line_simulation_count_kind")),
        sa.PrimaryKeyConstraint("county_code", "simulation_id", "area_code", "kind", "category", name=op.f("pk_line_simulation_count")),
    )
    guard("line_simulation", roles=[APP, WORKER])
    audit("line_simulation")
    for table in ("line_simulation_household", "line_simulation_count"):
        guard(table, roles=[WORKER], rights="SELECT, INSERT")
        op.execute(f"GRANT SELECT ON {table} TO {APP}")
    op.execute(f"GRANT SELECT ON monitoring_case, monitored_category TO {WORKER}")


def _leads() -> None:
    op.drop_constraint(op.f("ck_lead_channel"), "lead")
    op.create_check_constraint(op.f("ck_lead_channel"), "lead", f"channel IN {(*CHANNELS, 'below_line')}")
    op.add_column("lead", sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index("ix_lead_below_line", "lead", ["county_code", "household_id"], unique=False, postgresql_where=sa.text("channel = 'below_line'"))


def _load_law() -> None:
    place = {"county_code": "5309", "area_code": "5309"}
    items = [
        {
            **place,
            "id": derived_id(LAW, code),
            "code": code,
            "item_group": group,
            "title": name,
            "counts": code not in NOT_COUNTED,
            "effective_from": FROM,
            "document_number": NOT_COUNTED.get(code, FORM),
        }
        for group, names in ITEMS.items()
        for code, name in names.items()
    ]
    value, document = PARAMETERS["income.bands"]
    bands = {**place, "id": derived_id(LAW, "income.bands"), "key": "income.bands", "value": value, "document_number": document}
    op.bulk_insert(_table("income_item", *items[0]), items)
    op.bulk_insert(_table("parameter", *bands, "effective_from"), [{**bands, "effective_from": date(2020, 1, 1)}])


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    return sa.table(name, *(sa.column(column, kinds.get(column)) for column in columns))
