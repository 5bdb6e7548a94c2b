"""The area tree changes by documents, and households follow their village; lists of places; who looks after a household, visits, key groups."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, guard_law
from shared.kernel.ids import derived_id

revision = "0009"
down_revision = "0008"

APP, WORKER = "monitoring_app", "monitoring_worker"
LAW = UUID("5309b6a0-0000-7000-8000-000000000009")
PLAN = "临乡振发〔2022〕37号"
TEMPLATE = "县级防返贫动态监测排查重点对象清单"
CUSTOM = "一般做法，待州市发文确认"

# As the plan counts them: code, title, level, how many, where. It prints the names of two lists only; the offices have the others.
LISTS = (
    ("key_counties", "省级乡村振兴重点帮扶县", "county", 3, "ch.1 s.2"),
    ("border_counties", "边境县", "county", 3, "ch.2 s.3"),
    ("border_villages", "沿边行政村（社区）（边境小康村）", "village", 44, "ch.2 s.3"),
    ("resettlement_sites", "易地扶贫搬迁集中安置区", "site", 177, "ch.1 s.1"),
    ("lifted_out_villages", "脱贫村", "village", 562, "ch.1 s.1"),
    ("former_poor_townships", "原贫困乡（镇）", "township", 28, "ch.1 s.1"),
    ("lifted_out_population_villages", "有脱贫人口的行政村（社区）", "village", 903, "ch.1 s.2"),
    ("tourism_villages", "乡村振兴旅游示范村", "village", 102, "ch.5 s.1"),
    ("demonstration_townships", "乡村振兴示范乡（镇）", "township", 10, "ch.10"),
    ("fine_villages", "精品示范村", "village", 100, "ch.10"),
    ("beautiful_villages", "美丽村庄", "site", 1000, "ch.10"),  # more than there are administrative villages: natural ones, without a national code
)
PRINTED = {
    "key_counties": {"530921": "凤庆县", "530923": "永德县", "530927": "沧源佤族自治县"},
    "border_counties": {"530924": "镇康县", "530926": "耿马傣族佤族自治县", "530927": "沧源佤族自治县"},
}
LISTED_FROM = date(2021, 1, 1)

# The plan names lifted-out households and "key groups" without a list: code, title, and the document until the prefecture publishes its own.
GROUPS = (
    ("lifted_out", "脱贫户", PLAN),
    ("low_income", "农村低收入户", TEMPLATE),
    ("subsistence_allowance", "农村低保户（含新增、新申请）", TEMPLATE),
    ("extreme_difficulty", "分散供养特困人员", TEMPLATE),
    ("unsafe_house", "新增危房户", TEMPLATE),
    ("water_difficulty", "饮水困难户", TEMPLATE),
    ("serious_illness", "大病、慢病患者家庭", TEMPLATE),
    ("disabled", "残疾人家庭（含新增、重度）", TEMPLATE),
    ("several_children", "多子女家庭（含多名子女就读非义务教育）", TEMPLATE),
    ("unstable_wages", "务工收入占比高且不稳定户", TEMPLATE),
    ("disaster_or_accident", "受灾、意外事故户", TEMPLATE),
    ("income_fell", "收入骤减户", TEMPLATE),
    ("large_site", "大中型安置区住户", CUSTOM),
    ("hidden_debt", "隐性负债户", CUSTOM),
    ("released", "刑满释放人员家庭", CUSTOM),
    ("drug_rehabilitation", "戒毒康复人员家庭", CUSTOM),
)
GROUPS_FROM = date(2020, 1, 1)

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
    _places()
    _groups()


def downgrade() -> None:
    op.execute("DROP TABLE household_group")
    op.execute("DROP TABLE key_group")
    op.execute("DROP TABLE place")
    op.execute("DROP TABLE place_list")
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


def _places() -> None:
    op.create_table(
        "place_list",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.CheckConstraint("level IN ('county', 'township', 'village', 'site')", name=op.f("ck_place_list_level")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_place_list")),
    )
    op.create_table(
        "place",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("list_code", sa.Text(collation="C"), nullable=False),
        sa.Column("place_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_place")),
    )
    present = sa.text("valid_to IS NULL")
    op.create_index("uq_place_present", "place", ["county_code", "list_code", "place_code"], unique=True, postgresql_where=present)
    op.create_index("ix_place_list_code", "place", ["list_code", "place_code"], unique=False)
    op.execute(f"GRANT SELECT ON place_list TO {APP}, {WORKER}")
    guard_law("place", writer=APP, readers=[APP, WORKER])
    op.execute(f"CREATE POLICY inside_area_ended ON place FOR UPDATE USING ({INSIDE.replace('code', 'area_code', 2)})")
    op.execute(f"GRANT UPDATE (valid_to, version) ON place TO {APP}")
    op.execute(f"GRANT INSERT ON place TO {WORKER}")
    audit("place")
    distribute("monitoring", "place_list", "place")
    lists = [
        {"code": code, "title": title, "level": level, "expected": expected, "chapter": chapter, "document_number": PLAN}
        for code, title, level, expected, chapter in LISTS
    ]
    op.bulk_insert(_table("place_list", *lists[0]), lists)
    places = [
        {
            "county_code": code,
            "id": derived_id(LAW, f"{list_code}/{code}"),
            "area_code": code,
            "list_code": list_code,
            "place_code": code,
            "title": title,
            "valid_from": LISTED_FROM,
            "document_number": PLAN,
        }
        for list_code, named in PRINTED.items()
        for code, title in named.items()
    ]
    op.bulk_insert(_table("place", *places[0]), places)


def _groups() -> None:
    op.create_table(
        "key_group",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_key_group")),
    )
    op.create_table(
        "household_group",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("group_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("source IN ('register', 'home_visit', 'department', 'self_report')", name=op.f("ck_household_group_source")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_household_group_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_household_group")),
    )
    present = sa.text("valid_to IS NULL")
    op.create_index(
        "uq_household_group_present", "household_group", ["county_code", "household_id", "group_code"], unique=True, postgresql_where=present
    )
    op.create_index("ix_household_group_household_id", "household_group", ["county_code", "household_id"], unique=False)
    op.create_index("ix_household_group_group_code", "household_group", ["county_code", "group_code", "noted_at", "household_id"], unique=False)
    guard_law("key_group", writer=APP, readers=[APP, WORKER])
    audit("key_group")
    guard("household_group", roles=[APP])
    op.execute(f"GRANT SELECT (county_code, id, household_id, area_code, version), UPDATE (area_code, version) ON household_group TO {WORKER}")
    audit("household_group", hidden=["group_code"])
    distribute("monitoring", "key_group", "household_group")
    groups = [
        {
            "county_code": "5309",
            "id": derived_id(LAW, f"group/{code}"),
            "area_code": "5309",
            "code": code,
            "title": title,
            "effective_from": GROUPS_FROM,
            "document_number": document,
        }
        for code, title, document in GROUPS
    ]
    op.bulk_insert(_table("key_group", *groups[0]), groups)


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds = {"valid_from": sa.Date(), "effective_from": sa.Date(), "id": sa.Uuid()}
    return sa.table(name, *(sa.column(column, kinds.get(column)) for column in columns))
