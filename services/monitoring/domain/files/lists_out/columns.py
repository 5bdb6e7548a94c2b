"""What the columns of many lists say, once; and how a list is declared."""

from services.monitoring.domain.files.lists_out.words import DAY_KIND, STEP
from shared.kernel.sheets import Column, Holds, Sheet


def reference(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.REFERENCE)


def words(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.WORDS)


def choice(field: str, header: str, choices: dict[str, str]) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices)


def count(field: str, header: str) -> Column:
    return Column(field=field, header=header, holds=Holds.COUNT)


VILLAGE = Column(field="village", header="行政村代码", holds=Holds.VILLAGE)
ANY_AREA = Column(field="village", header="区划代码", holds=Holds.VILLAGE)
HOUSEHOLD = reference("household_id", "农户编号（系统）")
NUMBER = words("number", "农户编号")
HEAD = words("head", "户主")
HARDSHIPS = words("hardships", "所述困难")
RISKS = words("risks", "风险类型")
LEAD = reference("lead_id", "线索编号")
FLAG = reference("flag_id", "风险标注编号")
STEP_LIMIT = (
    choice("step", "当前环节", STEP),
    words("step_due_at", "环节期限"),
    words("days_left", "环节剩余天数"),
    choice("day_kind", "天数种类", DAY_KIND),
    words("calendar_days_left", "环节剩余自然日"),
    words("paused_at", "暂停计时自"),
)


def a_list(kind: str, title: str, called: str, *columns: Column, area: Column = VILLAGE) -> Sheet:
    """Declare a list: each line begins with its id, under the header that it is called by, and the area in which it lies."""
    return Sheet(kind=kind, title=title, version=1, columns=(reference("id", called), area, *columns))
