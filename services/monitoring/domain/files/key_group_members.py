"""Which households belong to which key groups, as a file (重点人群名单; R38, plan ch.3 s.1): one row for each household, group and period.

No file of this kind goes out: who is ill, disabled or released from prison is told by the doors of households and groups, and lies in no workbook.
"""

from collections.abc import Mapping

from services.monitoring.domain.files.household_forms import NUMBER, SHARED_FAULTS, VILLAGE
from shared.kernel.sheets import Column, Holds, Sheet

SOURCE = {"走访排查": "home_visit", "档案": "register", "部门比对": "department", "自主申报": "self_report"}
_OF_HOUSEHOLD = ("outside_area", "no_such_household", "household_gone", "other_village")

KEY_GROUP_MEMBERS = Sheet(
    kind="key_group_members",
    title="重点人群名单",
    version=1,
    columns=(
        VILLAGE,
        NUMBER,
        Column(
            field="group", header="重点人群类别", holds=Holds.WORDS, required=True, example="农村低收入户", note="类别的名称或代码，以当地施行的为准"
        ),
        Column(field="valid_from", header="列入日期", holds=Holds.DAY, required=True, example="2021-09-01"),
        Column(field="valid_to", header="移出日期", holds=Holds.DAY, example="2022-03-01", note="自该日起不再属于；仍属于的留空"),
        Column(field="source", header="来源", holds=Holds.CHOICE, choices=SOURCE, example="走访排查", note="留空为走访排查"),
    ),
    notes=(
        "一行为一户在一个类别中的一段时间；同一户可有多行。",
        "已列入的户填写同一列入日期和移出日期，即为移出；留空的移出日期不改动已登记的。",
    ),
)

FAULTS: Mapping[str, tuple[str, str]] = {
    **{code: SHARED_FAULTS[code] for code in _OF_HOUSEHOLD},
    "no_such_group": ("该地没有这一重点人群类别", "there is no such key group there"),
    "grouped_already": ("已列入，列入日期、移出日期或来源不同", "it is in the group from another day, to another day or by another source"),
    "period_overlaps": ("与已登记的起止日期重叠", "the days overlap with those of another period"),
    "period_reversed": ("移出日期应晚于列入日期", "it ends before it begins"),
    "not_grouped_yet": ("该户尚未列入（所选方式为只更新）", "the household is not in the group (only updates were asked for)"),
}
