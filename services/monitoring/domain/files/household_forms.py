"""The collection form of households as a file (户情采集表; R16, R52; plan ch.1 s.1, ch.3 s.3): one row for each household."""

from collections.abc import Mapping
from dataclasses import replace

from services.monitoring.domain.files import form_columns
from services.monitoring.domain.files.household_register import KIND
from services.monitoring.domain.register.form_rows import UNFILLED, sentences_of
from services.monitoring.domain.register.forms import HouseSaysBoth, WaterSaysBoth
from shared.kernel.sheets import CLEAR, Column, Holds, Sheet

VILLAGE = Column(field="village", header="行政村代码", holds=Holds.VILLAGE, example="530902102201", note="用于核对，可留空")
NUMBER = Column(field="household_number", header="户编号", holds=Holds.WORDS, required=True, example="5309021022010001")
SINCE = Column(
    field="effective_from", header="生效日期", holds=Holds.DAY, example="2021-09-22", note="自该日起有效；留空为办理当日，补填过去的写当时的日期"
)
NOTES = (
    f"空白的单元格不改动已登记的内容；要清除已登记的内容，填“{CLEAR}”。",
    "自生效日期起有效，其后已登记的内容不受影响；同一日再次填报的，以后填的为准。",
    f"改填相互排斥的项目时，原已登记的一项须填“{CLEAR}”清除。",
    "系统导出的带*号的值表示“与已登记的一致”，可原样保留。",
    "尚未填写的项目只作提示，不影响办理。",
)
SHARED_FAULTS: Mapping[str, tuple[str, str]] = {
    "outside_area": ("该村不在您的辖区内", "the village lies outside your area"),
    "no_such_household": ("辖区内没有这个户编号", "there is no household of this number in your area"),
    "household_gone": ("该户已注销", "the household is gone"),
    "other_village": ("该户不在所填的行政村", "the household does not live in this village"),
    "name_differs": ("姓名与登记的不符，请核对是否填错了行", "the name is not the registered one: see whether the row is the right one"),
    "not_yet_happened": ("生效日期晚于今日", "this day has not come yet"),
    "not_filled_yet": ("该日尚无采集信息（所选方式为只更新）", "no form holds on that day (only updates were asked for)"),
    UNFILLED: ("尚未填写（提示，不影响办理）", "is not filled in yet (a note: the row was taken)"),
}


def clearable(column: Column) -> Column:
    """Give a column of the form as it stands in a file of forms alone: about the row itself, and the sign clears it."""
    return replace(column, clearable=True, note="" if column.note == form_columns.OF_HOUSEHOLD else column.note)


HOUSEHOLD_FORMS = Sheet(
    kind="household_forms",
    title="户情采集表",
    version=1,
    columns=(
        VILLAGE,
        NUMBER,
        Column(field="name", header="户主姓名", holds=Holds.NAME, masked=True, example="李**", note="用于核对，可留空"),
        SINCE,
        Column(field="kind", header="户类型", holds=Holds.CHOICE, choices=KIND, example="脱贫户", note="留空不改动"),
        Column(field="address", header="家庭住址", holds=Holds.ADDRESS, masked=True, clearable=True, example="下寨12号"),
        Column(field="phone", header="联系电话", holds=Holds.PHONE, masked=True, clearable=True, example="13900000000"),
        Column(field="bank", header="开户银行", holds=Holds.WORDS, clearable=True, example="农村信用社"),
        Column(field="bank_account", header="银行账号", holds=Holds.ACCOUNT, masked=True, clearable=True, example="6228480000000000010"),
        *map(clearable, form_columns.HOUSEHOLD_COLUMNS),
    ),
    notes=("一户一行；同一户在文件中只出现一次。", *NOTES),
)
SECRETS = ("address", "phone", "bank", "bank_account")

FAULTS: Mapping[str, tuple[str, str]] = {
    **SHARED_FAULTS,
    "twice_in_file": ("该户在文件中出现不止一次", "this household stands in the file more than once"),
    "site_code": form_columns.FAULTS["site_code"],
    **sentences_of(WaterSaysBoth, HouseSaysBoth),
}
