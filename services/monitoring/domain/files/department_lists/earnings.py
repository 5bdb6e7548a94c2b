"""Earnings: work and wages from human resources (人社), farming from agriculture (农业农村), payments and loans from finance (财政) and
banking regulation (银保监) (R57; plan ch.3 s.3)."""

from services.monitoring.domain.files.department_lists.declared import DepartmentList, choice, day, sheet, yuan
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Department

JOB_LOSS = DepartmentList(
    sheet=sheet(
        "job_loss_list",
        "失业返乡人员名单",
        choice("why", "原因", {"被辞退": "dismissed", "企业停产": "closed", "返乡": "returned", "伤病": "injured"}, "返乡"),
        day("day", "失业日期", "2021-09-05"),
    ),
    department=Department.HUMAN_RESOURCES,
    hardship=Hardship.JOB_LOST,
    day="day",
)
WAGE_ARREARS = DepartmentList(
    sheet=sheet("wage_arrears_list", "拖欠工资名单", yuan("owed", "拖欠金额（元）", "9600.00"), day("since", "拖欠起始日期", "2021-06-30")),
    department=Department.HUMAN_RESOURCES,
    hardship=Hardship.JOB_LOST,
    day="since",
)
FARM_LOSS = DepartmentList(
    sheet=sheet(
        "farm_loss_list",
        "农业生产受损名单",
        choice("matter", "事由", {"价格下跌": "price_fall", "牲畜死亡": "animal_death", "病虫害": "pest", "项目失败": "project_failed"}, "牲畜死亡"),
        yuan("loss", "估计损失（元）", "7200.00"),
        day("day", "发生日期", "2021-09-08"),
    ),
    department=Department.AGRICULTURE,
    hardship=Hardship.HARVEST_OR_BUSINESS_FAILED,
    day="day",
)
OVERDUE_LOAN = DepartmentList(
    sheet=sheet(
        "overdue_loan_list",
        "小额信贷逾期名单",
        yuan("overdue", "逾期金额（元）", "20000.00"),
        day("since", "逾期起始日期", "2021-08-15"),
    ),
    department=Department.BANKING_REGULATION,
    hardship=Hardship.HARVEST_OR_BUSINESS_FAILED,
    day="since",
)
CARD_PAYMENT = DepartmentList(
    sheet=sheet(
        "card_payment_list",
        "惠农补贴一卡通未到账名单",
        yuan("unpaid", "未到账金额（元）", "1800.00"),
        day("since", "应发日期", "2021-08-31"),
    ),
    department=Department.FINANCE,
    hardship=Hardship.OTHER,
    day="since",
)
EARNINGS = (JOB_LOSS, WAGE_ARREARS, FARM_LOSS, OVERDUE_LOAN, CARD_PAYMENT)
