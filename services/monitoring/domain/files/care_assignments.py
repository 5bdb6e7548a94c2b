"""The list of who looks after whom (包户干部名单; R4, plan ch.1 s.1): one row for each household and role."""

from collections.abc import Mapping

from shared.kernel.sheets import Column, Holds, Sheet

ROLE = {"帮扶责任人": "help_cadre", "监测联系人": "monitoring_contact"}

CARE_ASSIGNMENTS = Sheet(
    kind="care_assignments",
    title="包户干部名单",
    version=1,
    columns=(
        Column(field="household_number", header="户编号", holds=Holds.WORDS, required=True, example="5309021022010001"),
        Column(field="cadre", header="干部账号", holds=Holds.WORDS, required=True, example="cadre-0103", note="干部登录本系统的账号"),
        Column(field="cadre_name", header="干部姓名", holds=Holds.NAME, required=True, example="李文芳"),
        Column(field="unit", header="单位", holds=Holds.WORDS, required=True, example="临翔区农业农村局"),
        Column(field="phone", header="联系电话", holds=Holds.PHONE, required=True, example="13900000000"),
        Column(field="valid_from", header="起始日期", holds=Holds.DAY, required=True, example="2021-09-01"),
        Column(field="role", header="职责", holds=Holds.CHOICE, choices=ROLE, example="帮扶责任人", note="留空为帮扶责任人"),
    ),
    notes=(
        "一行一户一职责；同一户同一职责在文件中只出现一次。",
        "换人时，原任自新任起始日期起终止（所选方式为只新增时不换）。",
    ),
)

FAULTS: Mapping[str, tuple[str, str]] = {
    "twice_in_file": ("该户的这一职责在文件中出现不止一次", "this household and role stand in the file more than once"),
    "cadre_id": ("干部账号应为1至100位字母、数字或符号", "an account has 1 to 100 printable characters"),
    "no_such_household": ("辖区内没有这个户编号", "there is no household of this number in your area"),
    "household_gone": ("该户已注销", "the household is gone"),
    "assigned_already": ("该职责已由他人承担（所选方式为只新增）", "somebody else has this role (only new ones were asked for)"),
    "not_assigned": ("该职责尚无人承担（所选方式为只更新）", "nobody has this role yet (only updates were asked for)"),
    "period_overlaps": (
        "起始日期须在原任起始日期之后，且不与已有的起止日期重叠",
        "the day lies before the present one began, or in another's period",
    ),
}
