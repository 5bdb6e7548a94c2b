"""The list of tasks as it is exported: columns in the officials' words. Nobody fills it in, so no column is required."""

from shared.kernel.sheets import Column, Holds, Sheet

SERVICE = {"项目": "projects", "就业": "employment"}
MEASURE = {"产业帮扶": "industry_support", "灾后恢复生产": "recovery", "就业帮扶": "employment_support"}
KIND = {"种植养殖": "plant_or_breed", "灾后修复": "repair_after_disaster", "推荐就业": "job_placement", "其他": "other"}
STATUS = {"待认领": "opened", "办理中": "started", "已办结": "finished", "已退回": "declined", "已撤销": "withdrawn"}


def _choice(field: str, header: str, choices: dict[str, str]) -> Column:
    return Column(field=field, header=header, holds=Holds.CHOICE, choices=choices)


TASK_LIST = Sheet(
    kind="task_list",
    title="帮扶任务清单",
    version=1,
    columns=(
        Column(field="id", header="任务编号", holds=Holds.REFERENCE),
        _choice("service", "主管部门", SERVICE),
        Column(field="area", header="行政村代码", holds=Holds.VILLAGE),
        Column(field="household_id", header="农户编号（系统）", holds=Holds.REFERENCE),
        _choice("measure", "帮扶措施", MEASURE),
        _choice("kind", "任务内容", KIND),
        _choice("status", "状态", STATUS),
        Column(field="due_at", header="办结期限", holds=Holds.WORDS),
        Column(field="flag_id", header="风险标注编号", holds=Holds.REFERENCE),
    ),
)
