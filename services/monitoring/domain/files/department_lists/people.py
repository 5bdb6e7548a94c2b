"""What befalls people: accidents and deaths from public security (公安), allowances from civil affairs (民政), certificates from the disabled
persons' federation (残联), matters of the hotline 12317 (R41, R42, R57; plan ch.3 s.1 and s.3)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, words
from services.monitoring.domain.leads.leads import Channel
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

TRAFFIC_ACCIDENT = DepartmentList(
    sheet=sheet(
        "traffic_accident_list",
        "交通事故伤亡名单",
        choice("harm", "后果", {"轻伤": "minor", "受伤": "injury", "致残": "disability", "死亡": "death"}, "受伤"),
        day("day", "事故日期"),
    ),
    department=Department.PUBLIC_SECURITY,
    hardship=Hardship.ACCIDENT,
    day="day",
)
ACCIDENT = DepartmentList(
    sheet=sheet(
        "accident_list",
        "意外事故及刑事案件受害名单",
        choice("matter", "事由", {"意外伤害": "injury", "意外死亡": "death", "刑事案件": "crime"}, "意外伤害"),
        day("day", "发生日期"),
    ),
    department=Department.PUBLIC_SECURITY,
    hardship=Hardship.ACCIDENT,
    day="day",
)
HOUSEHOLD_CHANGE = DepartmentList(
    sheet=sheet(
        "household_change_list",
        "户口变动名单",
        choice("change", "变动", {"死亡注销": "death", "迁出": "moved_out", "迁入": "moved_in", "号码变更": "number_changed"}, "死亡注销"),
        day("day", "变动日期"),
    ),
    department=Department.PUBLIC_SECURITY,
    hardship=Hardship.OTHER,
    day="day",
)
SOCIAL_RELIEF = DepartmentList(
    sheet=sheet(
        "social_relief_list",
        "低保特困及临时救助变动名单",
        choice("relief", "类别", {"低保": "allowance", "特困供养": "extreme_difficulty", "临时救助": "temporary", "救助平台": "platform"}, "低保"),
        choice("change", "变动", {"新增": "new", "停发": "stopped", "在享": "receiving", "申请": "applied"}, "停发"),
        day("from_day", "变动日期"),
    ),
    department=Department.CIVIL_AFFAIRS,
    hardship=Hardship.OTHER,
    day="from_day",
)
DISABILITY = DepartmentList(
    sheet=sheet(
        "disability_certificate_list",
        "持证残疾人名单",
        choice("grade", "残疾等级", {"一级": "1", "二级": "2", "三级": "3", "四级": "4"}, "二级"),
        day("certified_on", "发证日期"),
    ),
    department=Department.DISABLED_PERSONS,
    hardship=Hardship.OTHER,
    day="certified_on",
)
HOTLINE = DepartmentList(
    sheet=sheet(
        "hotline_list",
        "12317热线及信访反映名单",
        choice("by", "来源", {"12317热线": "12317", "信访": "petition", "媒体": "media"}, "12317热线"),
        words("matter", "反映事项", "家中主要劳动力重病"),
        day("day", "反映日期"),
    ),
    department=Department.RURAL_REVITALISATION,
    hardship=Hardship.OTHER,
    day="day",
    channel=Channel.HOTLINE,
)
PEOPLE = (TRAFFIC_ACCIDENT, ACCIDENT, HOUSEHOLD_CHANGE, SOCIAL_RELIEF, DISABILITY, HOTLINE)
