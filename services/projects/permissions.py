"""Who may do what: one line per operation. The README prints this table and a test executes it."""

from shared.kernel.actors import Permissions, Role

_OFFICER = frozenset({Role.PROJECT_OFFICER})

PERMISSIONS: Permissions = {
    "tasks": _OFFICER | {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.AUDITOR},
    "task_start": _OFFICER,
    "task_finish": _OFFICER,
    "task_decline": _OFFICER,
}
