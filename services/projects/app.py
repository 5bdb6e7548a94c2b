"""What projects is made of: the only wiring."""

from services.projects.api import api
from services.projects.domain.tasks import NAME
from services.projects.permissions import PERMISSIONS
from services.projects.settings import Settings
from services.projects.subscriptions import subscriptions
from services.projects.usecases.announce_tasks import announce_tasks
from shared.service.assembly import Service

SERVICE = Service(
    name=NAME,
    title="项目 Projects",
    description="项目库与帮扶任务。The project library; for now its assistance tasks.",
    settings=Settings,
    routers=[api],
    permissions=PERMISSIONS,
    subscriptions=subscriptions,
    announce=announce_tasks,
)
