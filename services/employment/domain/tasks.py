"""Which task answers which measure in employment."""

from shared.kernel.actors import Role
from shared.kernel.assistance import task_procedure

NAME = "employment"
PROCEDURE = task_procedure(Role.EMPLOYMENT_OFFICER)

KINDS = {
    "employment_support": "job_placement",  # 就业帮扶：推荐就业
}
OTHER = "other"  # 其他：规定新增而本部门尚未细分的措施，照样应答


def kind_of(measure: str) -> str:
    """Name the work that answers a measure; one that the law has just added is answered too."""
    return KINDS.get(measure, OTHER)
