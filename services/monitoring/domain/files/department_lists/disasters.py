"""Disasters and warnings of them: emergency (应急), natural resources (自然资源), forestry (林草) (R57; plan ch.3 s.1 and s.3)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, yuan
from services.monitoring.domain.leads.leads import Channel
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

_DISASTERS = {
    "洪涝": "flood",
    "地质灾害": "geological",
    "旱灾": "drought",
    "生物灾害": "biological",
    "气象灾害": "weather",
    "地震": "earthquake",
    "火灾": "fire",
    "其他": "other",
}

DISASTER = DepartmentList(
    sheet=sheet(
        "disaster_list",
        "受灾群众名单",
        choice("disaster", "灾害种类", _DISASTERS, "洪涝"),
        day("day", "受灾日期", "2021-09-18"),
        yuan("loss", "估计损失（元）", "8000.00", required=False),
    ),
    department=Department.EMERGENCY,
    hardship=Hardship.DISASTER,
    day="day",
    channel=Channel.DISASTER,
)
HAZARD_WARNING = DepartmentList(
    sheet=sheet(
        "hazard_warning_list",
        "地质灾害隐患预警名单",
        choice("level", "预警等级", {"红色": "red", "橙色": "orange", "黄色": "yellow", "蓝色": "blue"}, "橙色"),
        day("warned_on", "预警日期", "2021-09-16"),
    ),
    department=Department.NATURAL_RESOURCES,
    hardship=Hardship.DISASTER,
    day="warned_on",
)
FOREST_FIRE = DepartmentList(
    sheet=sheet(
        "forest_fire_list",
        "林草火灾受损名单",
        choice("object", "受损对象", {"林木": "timber", "经济林果": "orchard", "房屋": "house"}, "经济林果"),
        day("day", "受灾日期", "2021-04-18"),
        yuan("loss", "估计损失（元）", "6000.00", required=False),
    ),
    department=Department.FORESTRY,
    hardship=Hardship.DISASTER,
    day="day",
    channel=Channel.DISASTER,
)
DISASTERS = (DISASTER, HAZARD_WARNING, FOREST_FIRE)
