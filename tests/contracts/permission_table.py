"""Prints the permission table: `python -m tests.contracts.permission_table > docs/permissions.md`, and with `matrix` the README's."""

import sys
from collections.abc import Iterator

from services.gateway.api.routes import PASSAGES
from services.gateway.permissions import PERMISSIONS as GATEWAY_PERMISSIONS
from shared.kernel.actors import Role
from tests.contracts.operations import OPERATIONS, OWN_OF_GATEWAY, PERMISSIONS, Operation

HEADING = """\
# 岗位权限表 Who may do what

由各服务的 `permissions.py` 生成，勿手改：`python -m tests.contracts.permission_table > docs/permissions.md`。
Printed from the permission tables of all services; a test executes every cell, and fails when this file differs.

岗位之外还看辖区：辖区外的人与事，一律如同不存在。A role is not enough: what lies outside one's area is as if it did not exist.
"""
ROLES = {
    Role.VILLAGE_CADRE: "村干部、驻村工作队，任职于村",
    Role.TOWNSHIP_OFFICER: "乡镇经办人，任职于乡镇",
    Role.COUNTY_OFFICER: "县级乡村振兴部门，任职于县",
    Role.PREFECTURE_OFFICER: "市级乡村振兴部门，任职于市",
    Role.PROJECT_OFFICER: "项目主管部门，任职于县或乡镇",
    Role.EMPLOYMENT_OFFICER: "人社部门，任职于县或乡镇",
    Role.MOBILE_APP: "一位群众的手机应用，登记于县",
    Role.DEPARTMENT_USER: "行业部门经办人，任职于市或县；令牌写明部门，只见本部门的文件",
    Role.PLATFORM_USER: "12317热线、省政府救助平台、全国APP 的接口，任职于市或县；令牌写明平台，只登记和查询本平台的线索",
    Role.AUDITOR: "审计监督，任职于市或县",
    Role.SERVICE: "系统自身",
}


def table() -> str:
    """Write the whole page."""
    return "\n".join([HEADING, *_legend(), "", *_lines()]) + "\n"


SHORT = {
    Role.VILLAGE_CADRE: "village",
    Role.TOWNSHIP_OFFICER: "township",
    Role.COUNTY_OFFICER: "county",
    Role.PREFECTURE_OFFICER: "prefecture",
    Role.PROJECT_OFFICER: "project",
    Role.EMPLOYMENT_OFFICER: "employment",
    Role.MOBILE_APP: "mobile",
    Role.DEPARTMENT_USER: "department",
    Role.PLATFORM_USER: "platform",
    Role.AUDITOR: "auditor",
    Role.SERVICE: "service",
}


def matrix() -> str:
    """Write the table that the README shows: a line for each operation, a column for each role."""
    heading = f"| operation | {' | '.join(SHORT.values())} |"
    tables = {**PERMISSIONS, "gateway": GATEWAY_PERMISSIONS}
    lines = [
        f"| {each.service} `{each.id}` | {' | '.join('●' if role in tables[each.service][each.id] else '' for role in SHORT)} |"
        for each in (*OPERATIONS, *OWN_OF_GATEWAY)
    ]
    return "\n".join([heading, "| --- |" + " :-: |" * len(SHORT), *lines]) + "\n"


def _legend() -> Iterator[str]:
    for role in Role:
        yield f"- `{role}` {ROLES[role]}"


def _lines() -> Iterator[str]:
    for service, permissions in PERMISSIONS.items():
        yield from (f"## {service}", "", "| Method | Path | Operation | Roles |", "| --- | --- | --- | --- |")
        yield from (_line(each, permissions[each.id]) for each in OPERATIONS if each.service == service)
        yield ""
    yield from ("## gateway", "", "| Method | Path | Operation | Roles |", "| --- | --- | --- | --- |")
    yield from (_line(each, GATEWAY_PERMISSIONS[each.id]) for each in OWN_OF_GATEWAY)
    for passage in PASSAGES:
        owners = "、".join(passage.services)
        yield f"| {passage.method} | `{passage.path}` | `{passage.name}` | 转交 {owners}，由其判定 as {owners} decides |"


def _line(operation: Operation, roles: frozenset[Role]) -> str:
    names = "、".join(f"`{role}`" for role in Role if role in roles)
    return f"| {operation.method} | `{operation.path}` | `{operation.id}` | {names} |"


if __name__ == "__main__":
    sys.stdout.write(matrix() if "matrix" in sys.argv else table())
