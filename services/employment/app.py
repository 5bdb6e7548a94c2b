"""What employment is made of: the only wiring."""

from services.employment.api import api
from services.employment.domain.tasks import NAME
from services.employment.permissions import PERMISSIONS
from services.employment.settings import Settings
from services.employment.subscriptions import subscriptions
from services.employment.usecases.announce_tasks import announce_tasks
from shared.service.assembly import Service

SERVICE = Service(
    name=NAME,
    title="就业 Employment",
    description="就业培训与帮扶任务。Employment and training; for now its assistance tasks.",
    settings=Settings,
    routers=[api],
    permissions=PERMISSIONS,
    subscriptions=subscriptions,
    announce=announce_tasks,
)
