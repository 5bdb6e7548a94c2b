"""What people may ask of the gateway: its own list of tasks, also as a file, and what it forwards."""

from services.gateway.api.documentation import documentation
from services.gateway.api.exporting import task_export
from services.gateway.api.forwarding import forwarding
from services.gateway.api.health import health
from services.gateway.api.tasks import tasks

ROUTERS = (tasks, task_export, forwarding, documentation, health)

__all__ = ["ROUTERS"]
