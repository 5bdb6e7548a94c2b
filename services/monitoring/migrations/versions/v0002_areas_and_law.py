"""Areas, working days, bottom lines, parameters and measures, with what is in force at the beginning."""

import csv
from datetime import date
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard_law
from shared.kernel.ids import derived_id

revision = "0002"
down_revision = "0001"

APP, WORKER = "monitoring_app", "monitoring_worker"

PLAN = "临乡振发〔2022〕37号"
GUIDE = "健全防止返贫动态监测和帮扶机制工作指南（试行）"
FROM = date(2020, 1, 1)
LAW = UUID("5309b6a0-0000-7000-8000-000000000002")

# Defaults until the prefecture publishes its own: value, and the document that it comes from.
PARAMETERS = {
    "identification.total.days": ("15", GUIDE),
    "identification.total.day_kind": ("calendar", GUIDE),
    "identification.notice.days": ("5", GUIDE),
    "identification.notice.day_kind": ("calendar", GUIDE),
    "identification.village_appraisal.quorum": ("2/3", "村民委员会组织法第二十六条"),
    "identification.village_appraisal.majority": ("1/2", "村民委员会组织法第二十六条"),
    "identification.township_review.differs_from": ("village_appraisal", "经办与审核分离"),
    "identification.county_approval.differs_from": ("village_appraisal,township_review", "经办、审核与审定分离"),
    "identification.max_risks": ("5", "全国防返贫监测信息采集表"),
    "household.visit.days": ("30", "一月一排查"),
    "period.rolls_to_workday": ("yes", "民法典第二百零三条"),
}

# R45, R46 (plan ch.3 s.2): risks, what is owed with labour, what without. Measures not named here as another service's are referrals.
DISASTERS = ("0201", "0202", "0203", "0204", "0205", "0206", "0299")
MEASURES = (
    (("06",), ("industry_support",), ("guarantee",)),
    (("07",), ("employment_support",), ("guarantee",)),
    (DISASTERS, ("recovery", "relief"), ("relief", "guarantee")),
    (("01",), ("health",), ("health",)),
    (("03", "04"), ("guarantee",), ("guarantee",)),
    (("05",), ("relief",), ("relief", "guarantee")),
    (("09",), ("schooling",), ("schooling",)),
    (("10",), ("housing",), ("housing",)),
    (("11",), ("water",), ("water",)),
    (("12", "13", "99"), ("relief",), ("relief",)),
)
ANSWERED_BY = {"industry_support": "projects", "recovery": "projects", "employment_support": "employment"}
DAYS = 30  # the national check: a first measure within a month


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_area")),
    )
    op.create_index("ix_area_parent_code", "area", ["parent_code"], unique=False)
    op.create_table(
        "work_calendar",
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("area_code", "day", name=op.f("pk_work_calendar")),
    )
    op.create_table(
        "bottom_line",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0 AND amount <> 'NaN'", name=op.f("ck_bottom_line_amount")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_bottom_line")),
        sa.UniqueConstraint(
            "county_code", "area_code", "year", "effective_from", name=op.f("uq_bottom_line_county_code_area_code_year_effective_from")
        ),
    )
    op.create_table(
        "parameter",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_parameter")),
        sa.UniqueConstraint("county_code", "area_code", "key", "effective_from", name=op.f("uq_parameter_county_code_area_code_key_effective_from")),
    )
    op.create_table(
        "measure_rule",
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("risk", sa.Text(collation="C"), nullable=False),
        sa.Column("has_labour", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.Text(collation="C"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("day_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("day_kind IN ('calendar', 'workday')", name=op.f("ck_measure_rule_day_kind")),
        sa.PrimaryKeyConstraint("area_code", "risk", "has_labour", "measure", "effective_from", name=op.f("pk_measure_rule")),
    )

    op.execute(f"GRANT SELECT ON area, work_calendar, measure_rule TO {APP}, {WORKER}")
    op.execute(f"GRANT INSERT ON work_calendar TO {WORKER}")
    for table in ("bottom_line", "parameter"):
        guard_law(table, writer=APP, readers=[APP, WORKER])
        audit(table)
    distribute("monitoring", "area", "work_calendar", "bottom_line", "parameter", "measure_rule")
    _load_areas()
    _load_law()


def downgrade() -> None:
    op.execute("DROP TABLE measure_rule")
    op.execute("DROP TABLE parameter")
    op.execute("DROP TABLE bottom_line")
    op.execute("DROP TABLE work_calendar")
    op.execute("DROP TABLE area")


def _load_areas() -> None:
    file = Path(__file__).parents[1] / "data" / "areas-2023.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        op.bulk_insert(
            _table("area", "code", "name", "level", "parent_code", "valid_from"), [{**row, "valid_from": FROM} for row in csv.DictReader(rows)]
        )


def _load_law() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": FROM}
    op.bulk_insert(
        _table("parameter", "county_code", "area_code", "effective_from", "id", "key", "value", "document_number"),
        [
            {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
            for key, (value, document) in PARAMETERS.items()
        ],
    )
    line = {**place, "id": derived_id(LAW, "2020"), "year": 2020, "amount": 6000, "document_number": PLAN}
    op.bulk_insert(_table("bottom_line", *line), [line])
    rules = [
        {
            "area_code": "5309",
            "risk": risk,
            "has_labour": has_labour,
            "measure": measure,
            "effective_from": FROM,
            "service": ANSWERED_BY.get(measure, "monitoring"),
            "days": DAYS,
            "day_kind": "calendar",
            "document_number": PLAN,
        }
        for risks, able, unable in MEASURES
        for risk in risks
        for has_labour, measures in ((True, able), (False, unable))
        for measure in measures
    ]
    op.bulk_insert(_table("measure_rule", *rules[0]), rules)


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds = {"valid_from": sa.Date(), "effective_from": sa.Date(), "id": sa.Uuid()}
    return sa.table(name, *(sa.column(column, kinds.get(column)) for column in columns))
