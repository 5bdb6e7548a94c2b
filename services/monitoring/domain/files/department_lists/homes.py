"""House and water: lists of housing (住建) and water (水利) (R57; plan ch.4 s.3 and s.4)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

HOUSING = DepartmentList(
    sheet=sheet(
        "housing_list",
        "住房安全鉴定名单",
        choice("grade", "鉴定等级", {"A级": "A", "B级": "B", "C级": "C", "D级": "D"}, "C级"),
        day("surveyed_on", "鉴定日期"),
    ),
    department=Department.HOUSING,
    hardship=Hardship.HOUSE,
    day="surveyed_on",
)
WATER = DepartmentList(
    sheet=sheet(
        "water_list",
        "饮水安全问题名单",
        choice("problem", "问题", {"水量不足": "quantity", "水质不达标": "quality", "取水不便": "distance", "供水不稳定": "reliability"}, "水量不足"),
        day("found_on", "发现日期", "2021-09-15"),
    ),
    department=Department.WATER,
    hardship=Hardship.WATER,
    day="found_on",
)
HOMES = (HOUSING, WATER)
