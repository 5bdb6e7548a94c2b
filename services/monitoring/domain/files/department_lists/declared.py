"""How a list is declared: whose it is, its columns, and what a lead that comes of it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.monitoring.domain.leads.leads import Channel
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department
from shared.kernel.sheets import Column, Holds, Sheet

_PERSON = (
    Column(field="source_number", header="来源编号", holds=Holds.WORDS, required=True, example="YB202110-0007", note="本部门的记录编号"),
    Column(field="name", header="姓名", holds=Holds.NAME, required=True, example="李文芳"),
    Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, required=True, example="533521198001010019"),
    Column(field="phone", header="联系电话", holds=Holds.PHONE, example="13900000000"),
    Column(field="village", header="行政村代码", holds=Holds.VILLAGE, required=True, example="530902102201", note="现住村；未登记的人由该村核实"),
)
_REVISION = Column(field="revision", header="版次", holds=Holds.COUNT, example="1", note="同一来源编号更正时加1，以最高版次为准；不填即为1")
_NOTES = (
    "一行一人一事；来源编号由本部门编制，同一编号同一版次再次提交不会重复计算。",
    "更正已报送的记录：用原来源编号、更高版次重新报送整行。",
    "身份证号码一列须为文本格式。",
    "提交后可在任务的各行结果中查看核实情况。",
)
JUDGED = (Holds.YUAN, Holds.COUNT, Holds.CHOICE)
"""What a rule can look at; words and days say nothing to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentList:
    """One kind of list (指标): whose it is, and what a lead from it says.

    :param day: the column that says from which day the matter holds: the rules of that day decide.
    :param warning: what is shown at a case of the person's household; such a list is kept for checking and never opens a lead.
    """

    sheet: Sheet
    department: Department
    hardship: Hardship
    day: str
    channel: Channel = Channel.DEPARTMENT
    warning: str | None = None

    @property
    def matter(self) -> tuple[str, ...]:
        """The columns that say what it is about."""
        return tuple(column.field for column in self.sheet.columns[len(_PERSON) : -1])

    @property
    def judged(self) -> tuple[str, ...]:
        """Those of them that a rule can look at."""
        return tuple(name for name in self.matter if self.sheet.column(name).holds in JUDGED)

    @property
    def group(self) -> str:
        """In which trouble the department finds people with it: one person has one lead of a group at a time."""
        return f"{self.department}/{self.hardship}"

    def note(self, row: Mapping[str, str | None]) -> str:
        """Say in words what a row tells, for who checks it."""
        words = {column.field: {code: word for word, code in column.choices.items()} for column in self.sheet.columns}
        told = [f"{column.header}：{words[column.field].get(value, value)}" for column in self.sheet.columns if (value := self._told(column, row))]
        return f"{self.sheet.title}，{'；'.join(told)}"

    def _told(self, column: Column, row: Mapping[str, str | None]) -> str | None:
        return row.get(column.field) if column.field in ("source_number", *self.matter) else None


def sheet(kind: str, title: str, *matter: Column) -> Sheet:
    """Put the columns of a list together: the person, the matter, the revision."""
    return Sheet(kind=kind, title=title, version=2, columns=(*_PERSON, *matter, _REVISION), notes=_NOTES)


def yuan(field: str, header: str, example: str, *, required: bool = True, note: str = "") -> Column:
    return Column(field=field, header=header, holds=Holds.YUAN, required=required, example=example, note=note)


def day(field: str, header: str, example: str = "2021-09-10") -> Column:
    return Column(field=field, header=header, holds=Holds.DAY, required=True, example=example)


def choice(field: str, header: str, choices: Mapping[str, str], example: str) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, required=True, choices=choices, example=example)


def words(field: str, header: str, example: str) -> Column:
    return Column(field=field, header=header, holds=Holds.WORDS, example=example)


def by_kind(*groups: Sequence[DepartmentList]) -> dict[str, DepartmentList]:
    return {each.sheet.kind: each for group in groups for each in group}


FAULTS: Mapping[str, tuple[str, str]] = {
    "no_such_village": ("没有这个村的区划代码", "there is no village of this code"),
    "outside_area": ("该村不在您的辖区内", "the village lies outside your area"),
    "number_twice": ("来源编号和版次在文件中出现不止一次，内容不同", "this number and revision stand in the file more than once, and differ"),
    "source_number_used": (
        "该来源编号的这一版次已有内容不同的记录，更正请用更高版次",
        "this revision of the number was sent with another content: correct it under a higher revision",
    ),
    "day_ahead": ("日期晚于今天", "this day has not come yet"),
    "no_such_column": ("该名单没有这一栏", "the list has no such column"),
    "column_twice": ("同一栏出现不止一次", "this column stands more than once"),
    "revision": ("版次应为1以上的整数", "a revision is a whole number from 1"),
}
"""What may be wrong with a row beside its cells: code -> sentences in Chinese and English."""
