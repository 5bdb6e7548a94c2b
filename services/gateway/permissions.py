"""Who may use the gateway's own operations. What it forwards is decided by the service that owns it."""

from shared.kernel.actors import Permissions, Role

_READERS = frozenset(
    {
        Role.PROJECT_OFFICER,
        Role.EMPLOYMENT_OFFICER,
        Role.TOWNSHIP_OFFICER,
        Role.COUNTY_OFFICER,
        Role.PREFECTURE_OFFICER,
        Role.AUDITOR,
    }
)

PERMISSIONS: Permissions = {
    "tasks": _READERS,
    "task_export": _READERS,
}
