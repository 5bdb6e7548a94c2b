"""The demo's story, chapter by chapter; each goes through the public REST API, and each can be told again without a second effect."""

from collections.abc import Awaitable, Callable

from deploy.demo.chapters.changes import change_a_household
from deploy.demo.chapters.corrections import correct_late
from deploy.demo.chapters.deadlines import go_there, go_up, leave_a_lead
from deploy.demo.chapters.decision import appraise_and_post, decide, take_down_and_review
from deploy.demo.chapters.disaster import complete_the_procedure, flood
from deploy.demo.chapters.leads import report, verify, visit
from deploy.demo.chapters.line import apply_when_it_comes, simulate_and_adopt
from deploy.demo.chapters.lists import read_answers, send_lists
from deploy.demo.chapters.region import answer_the_alarm, raise_an_alarm
from deploy.demo.chapters.register import correct, list_households, register_one_by_one, send_again, send_workbooks
from deploy.demo.chapters.response import add_a_risk, answer_tasks, watch_the_ledger, withdraw_one
from deploy.demo.chapters.start import publish_law
from deploy.demo.world import World

Chapter = Callable[[World], Awaitable[None]]

CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("发布监测底线与办理参数 · the law of 2021", publish_law),
    ("逐户登记 · villages register a few households", register_one_by_one),
    ("导入农户登记表 · counties send the register as workbooks", send_workbooks),
    ("更正未通过的行 · rows at fault are corrected", correct),
    ("重复提交 · what is sent again changes nothing", send_again),
    ("农户名册 · households are listed", list_households),
    ("群众自主申报 · people report hardship", report),
    ("干部走访发现线索 · cadres visit", visit),
    ("部门名单 · departments send lists", send_lists),
    ("入户核实 · leads are verified", verify),
    ("部门查看核实情况 · departments read what became of their rows", read_answers),
    ("部门更正 · a department corrects what it reported", correct_late),
    ("民主评议与公示 · villages appraise and post notices", appraise_and_post),
    ("撤下公示与乡镇审核 · notices end, townships review", take_down_and_review),
    ("县级审定与风险标注 · counties decide, flags are raised", decide),
    ("帮扶措施应答 · projects and employment answer", watch_the_ledger),
    ("办理帮扶任务 · tasks are started, finished, declined", answer_tasks),
    ("新增风险 · a second case adds a risk", add_a_risk),
    ("撤销一户 · one flag is withdrawn", withdraw_one),
    ("查找、补正与分户 · a household is found, corrected, parted", change_a_household),
    ("一条线索无人核实 · a lead that nobody checks", leave_a_lead),
    ("逾期上报乡镇 · it goes up to the township", go_up),
    ("逾期上报县级，随后核实 · it goes up to the county, and is checked", go_there),
    ("试算并发布新的监测底线 · a higher line is simulated, then published", simulate_and_adopt),
    ("新底线施行 · its day comes", apply_when_it_comes),
    ("洪涝灾害与绿色通道 · a flood: help comes first", flood),
    ("补办程序 · the procedure that is owed confirms it", complete_the_procedure),
    ("区域预警 · many households together: a regional alarm", raise_an_alarm),
    ("县级答复与防范预案 · the county answers, leads are opened", answer_the_alarm),
)
