"""The lists that departments send (行业部门名单; R41, R43, R57; plan ch.3): one row for each person and matter, under the department's own number.

What in a row calls for a lead is not said here: that is a rule in data (`domain/signals.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.monitoring.domain.leads import Channel
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department
from shared.kernel.sheets import Column, Holds, Sheet

_PERSON = (
    Column(
        field="source_number", header="来源编号", holds=Holds.WORDS, required=True, example="YB202110-0007", note="本部门的记录编号，不得重复使用"
    ),
    Column(field="name", header="姓名", holds=Holds.NAME, required=True, example="李文芳"),
    Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, required=True, example="533521198001010019"),
    Column(field="phone", header="联系电话", holds=Holds.PHONE, example="13900000000"),
    Column(field="village", header="行政村代码", holds=Holds.VILLAGE, required=True, example="530902102201", note="现住村；未登记的人由该村核实"),
)
_NOTES = (
    "一行一人一事；来源编号由本部门编制，同一编号再次提交不会重复计算。",
    "身份证号码一列须为文本格式。",
    "提交后可在任务的各行结果中查看核实情况。",
)


def _sheet(kind: str, title: str, *columns: Column) -> Sheet:
    return Sheet(kind=kind, title=title, version=1, columns=(*_PERSON, *columns), notes=_NOTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentList:
    """One kind of list: whose it is, and what a lead from it says."""

    sheet: Sheet
    department: Department
    channel: Channel
    hardship: Hardship

    @property
    def matter(self) -> tuple[str, ...]:
        """The columns that say what it is about."""
        return tuple(column.field for column in self.sheet.columns[len(_PERSON) :])

    def note(self, row: Mapping[str, str | None]) -> str:
        """Say in words what a row tells, for who checks it."""
        words = {column.field: {code: word for word, code in column.choices.items()} for column in self.sheet.columns}
        told = [f"{column.header}：{words[column.field].get(value, value)}" for column in self.sheet.columns if (value := self._told(column, row))]
        return f"{self.sheet.title}，{'；'.join(told)}"

    def _told(self, column: Column, row: Mapping[str, str | None]) -> str | None:
        return row.get(column.field) if column.field in ("source_number", *self.matter) else None


MEDICAL_INSURANCE = DepartmentList(
    sheet=_sheet(
        "medical_insurance_list",
        "医保大额自付费用名单",
        Column(
            field="self_paid", header="个人自付费用（元）", holds=Holds.YUAN, required=True, example="12600.00", note="三重保障后由个人负担的合规费用"
        ),
        Column(field="until", header="费用截止日期", holds=Holds.DAY, required=True, example="2021-09-30"),
    ),
    department=Department.MEDICAL_INSURANCE,
    channel=Channel.DEPARTMENT,
    hardship=Hardship.ILLNESS,
)
DISASTER = DepartmentList(
    sheet=_sheet(
        "disaster_list",
        "受灾群众名单",
        Column(
            field="disaster",
            header="灾害种类",
            holds=Holds.CHOICE,
            required=True,
            choices={
                "洪涝": "flood",
                "地质灾害": "geological",
                "旱灾": "drought",
                "生物灾害": "biological",
                "气象灾害": "weather",
                "地震": "earthquake",
                "其他": "other",
            },
            example="洪涝",
        ),
        Column(field="day", header="受灾日期", holds=Holds.DAY, required=True, example="2021-09-18"),
        Column(field="loss", header="估计损失（元）", holds=Holds.YUAN, example="8000.00"),
    ),
    department=Department.EMERGENCY,
    channel=Channel.DISASTER,
    hardship=Hardship.DISASTER,
)
SCHOOL_DROP_OUT = DepartmentList(
    sheet=_sheet(
        "school_drop_out_list",
        "疑似失学辍学名单",
        Column(field="stage", header="学段", holds=Holds.CHOICE, required=True, choices={"小学": "primary", "初中": "junior"}, example="初中"),
        Column(field="absent_since", header="离校日期", holds=Holds.DAY, required=True, example="2021-09-01"),
        Column(field="reason", header="原因", holds=Holds.WORDS, example="外出务工"),
    ),
    department=Department.EDUCATION,
    channel=Channel.DEPARTMENT,
    hardship=Hardship.SCHOOLING,
)
HOUSING = DepartmentList(
    sheet=_sheet(
        "housing_list",
        "住房安全鉴定名单",
        Column(
            field="grade",
            header="鉴定等级",
            holds=Holds.CHOICE,
            required=True,
            choices={"A级": "A", "B级": "B", "C级": "C", "D级": "D"},
            example="C级",
        ),
        Column(field="surveyed_on", header="鉴定日期", holds=Holds.DAY, required=True, example="2021-09-10"),
    ),
    department=Department.HOUSING,
    channel=Channel.DEPARTMENT,
    hardship=Hardship.HOUSE,
)
WATER = DepartmentList(
    sheet=_sheet(
        "water_list",
        "饮水安全问题名单",
        Column(
            field="problem",
            header="问题",
            holds=Holds.CHOICE,
            required=True,
            choices={"水量不足": "quantity", "水质不达标": "quality", "取水不便": "distance", "供水不稳定": "reliability"},
            example="水量不足",
        ),
        Column(field="found_on", header="发现日期", holds=Holds.DAY, required=True, example="2021-09-15"),
    ),
    department=Department.WATER,
    channel=Channel.DEPARTMENT,
    hardship=Hardship.WATER,
)
LISTS = {each.sheet.kind: each for each in (MEDICAL_INSURANCE, DISASTER, SCHOOL_DROP_OUT, HOUSING, WATER)}

FAULTS: Mapping[str, tuple[str, str]] = {
    "no_such_village": ("没有这个村的区划代码", "there is no village of this code"),
    "outside_area": ("该村不在您的辖区内", "the village lies outside your area"),
    "number_twice": ("来源编号在文件中出现不止一次", "this number of yours stands in the file more than once"),
    "source_number_used": ("该来源编号已用于内容不同的记录，请使用新的编号", "this number of yours was used for something else: give it a new one"),
}
