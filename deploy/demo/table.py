"""What the demo prints in the end."""

from datetime import date, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo.desk import cadre, county, township
from deploy.embedded.platform import Ports
from services.gateway.app import make_token
from services.gateway.settings import Settings
from shared.kernel.actors import Actor
from shared.kernel.workdays import local_day


def print_numbers(numbers: dict[str, Any], console: Console, *, seconds: float) -> None:
    """Print the table of the story's numbers."""
    records = numbers["records"]
    between = f"{records['only_net_above_the_line']} / {records['only_reference_above_the_line']}"
    table = Table(title="守底线 · Bottom Line", show_header=False)
    table.add_row("文件 files", ", ".join(numbers["files"].values()))
    table.add_row("记录 records", f"{records['households']} 户 households, {records['people']} 人 people")
    table.add_row("净收入达标而参考收入低于底线 / 相反", f"{between} 户 households between net and reference income")
    table.add_row("农户登记表 register, rows", _counted(numbers["register"]))
    for kind, told in numbers["lists"].items():
        table.add_row(f"部门名单 list: {kind.removesuffix('_list')}", _counted(told))
    table.add_row("自主申报 self-reports", str(numbers["self_reports"]))
    table.add_row("线索 leads", _counted(numbers["leads"]))
    table.add_row("部门更正 corrections", _counted(numbers["corrections"]))
    table.add_row("识别事项 cases", _counted(numbers["cases"]))
    table.add_row("风险标注 flags", _counted(numbers["flags"]))
    table.add_row("应落实措施 owed / 已应答 confirmed", f"{numbers['owed']} / {numbers['confirmed']}")
    for service in ("projects", "employment"):
        table.add_row(f"任务 tasks: {service}", _counted(numbers["tasks"][service]))
    table.add_row("转介 referrals", _counted(numbers["answers"]["monitoring"]))
    table.add_row("逾期线索 the overdue lead", _counted(numbers["escalations"]))
    table.add_row("监测底线 the line", _line(numbers["line"]))
    table.add_row("洪涝灾害 a flood", _counted(numbers["disaster"]))
    table.add_row("区域预警 a regional alarm", _counted(numbers["alarm"]))
    table.add_row("查找、补正、分户 a household changed", _counted(numbers["changes"]))
    table.add_row("公示 notice", f"{numbers['notice']['posted']} → {_last_day(numbers['notice']['ends'])} 24:00（五个工作日 working days）")
    table.add_row("拒绝 refusals by reason", _counted(numbers["refusals"]))
    table.add_row("用时 seconds", f"{seconds:.1f}")
    console.print(table)


def print_doors(ports: Ports, settings: Settings, console: Console, *, village: str, flag_id: str) -> None:
    """Print where it serves, ready tokens, and three calls to try."""
    door = ports.url("gateway")
    tokens = {"VILLAGE": cadre(village), "TOWNSHIP": township(village), "COUNTY": county(village)}
    console.print(f"\n[bold]{door}[/bold]  文档 docs: {door}/docs · {door}/redoc\n", soft_wrap=True)
    for name, actor in tokens.items():
        console.print(f"{name}={_token(actor, settings)}", soft_wrap=True, highlight=False)
    console.print("\n试一试 · try:", highlight=False)
    for call in (
        f'curl -H "Authorization: Bearer $VILLAGE" "{door}/v1/households?status=normal&size=3"',
        f'curl -H "Authorization: Bearer $COUNTY" "{door}/v1/risk-flags/{flag_id}/fan-out"',
        f'curl -H "Authorization: Bearer $COUNTY" -H "Accept-Language: en" "{door}/v1/tasks?status=opened"',
    ):
        console.print(call, soft_wrap=True, highlight=False)
    console.print("\nCtrl-C 结束 stops it · FRESH=1 make demo 重来 begins anew")


def _line(line: dict[str, Any]) -> str:
    counts = _counted({name: line[name] for name in ("newly_below", "monitored_already", "leads")})
    return f"{line['before']} → {line['raised_to']} 元，自 {line['from']} 起: {counts}"


def _last_day(end: str) -> date:
    """The day at whose 24:00 a period ends, in Lincang."""
    return local_day(datetime.fromisoformat(end) - timedelta(microseconds=1))


def _token(actor: Actor, settings: Settings) -> str:
    return make_token(actor, settings=settings)


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(numbers.items())) or "0"
