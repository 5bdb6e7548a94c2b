"""What people own, to be checked when they are to be registered (比对名单; plan ch.3 s.3): kept, never a lead, a warning at the case."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, yuan
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

VEHICLE = DepartmentList(
    sheet=sheet(
        "vehicle_list",
        "车辆登记比对名单",
        choice("vehicle", "车辆类型", {"轿车": "car", "货车": "truck", "农用车": "farm", "摩托车": "motorcycle"}, "轿车"),
        yuan("price", "登记价格（元）", "86000.00", required=False),
        day("registered_on", "登记日期", "2020-05-20"),
    ),
    department=Department.PUBLIC_SECURITY,
    hardship=Hardship.OTHER,
    day="registered_on",
    warning="名下有车辆登记",
)
BUSINESS = DepartmentList(
    sheet=sheet(
        "business_list",
        "工商登记比对名单",
        choice("form", "登记类型", {"企业": "company", "个体工商户": "self_employed", "农民专业合作社": "cooperative"}, "企业"),
        yuan("capital", "注册资本（元）", "500000.00", required=False),
        day("registered_on", "登记日期", "2019-03-11"),
    ),
    department=Department.MARKET_REGULATION,
    hardship=Hardship.OTHER,
    day="registered_on",
    warning="名下有企业或个体工商户登记",
)
PROPERTY = DepartmentList(
    sheet=sheet(
        "property_list",
        "不动产登记比对名单",
        choice("kind", "类型", {"住宅": "dwelling", "商铺": "shop", "车位": "parking"}, "住宅"),
        day("registered_on", "登记日期", "2018-11-02"),
    ),
    department=Department.NATURAL_RESOURCES,
    hardship=Hardship.OTHER,
    day="registered_on",
    warning="名下有商品房等不动产登记",
)
HOLDINGS = (VEHICLE, BUSINESS, PROPERTY)
