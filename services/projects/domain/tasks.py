"""Which task answers which measure in projects."""

from shared.kernel.actors import Role
from shared.kernel.assistance import task_procedure

NAME = "projects"
PROCEDURE = task_procedure(Role.PROJECT_OFFICER)

KINDS = {
    "industry_support": "plant_or_breed",  # 产业帮扶：种植养殖
    "recovery": "repair_after_disaster",  # 灾后恢复生产
}
OTHER = "other"  # 其他：规定新增而本部门尚未细分的措施，照样应答


def kind_of(measure: str) -> str:
    """Name the work that answers a measure; one that the law has just added is answered too."""
    return KINDS.get(measure, OTHER)
