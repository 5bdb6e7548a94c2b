"""What people may ask of the gateway: its own worklist, and what it forwards."""

from services.gateway.api.documentation import documentation
from services.gateway.api.forwarding import forwarding
from services.gateway.api.health import health
from services.gateway.api.tasks import tasks

ROUTERS = (tasks, forwarding, documentation, health)

__all__ = ["ROUTERS"]
