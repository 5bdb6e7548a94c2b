"""What monitoring is made of: the only wiring."""

from collections.abc import Sequence

from services.monitoring.api import ROUTERS
from services.monitoring.jobs import BINDING, DECISIONS, FILE_KINDS, LISTS_OUT, WORKS, duties, watched
from services.monitoring.permissions import PERMISSIONS
from services.monitoring.queries.files import days_files_are_kept, villages_here
from services.monitoring.settings import Settings
from services.monitoring.store.jobs import jobs
from services.monitoring.subscriptions import subscriptions
from services.monitoring.usecases.flags.announce_flags import announce_flags
from services.monitoring.usecases.law.load_calendar import load_calendar
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import LINCANG
from shared.service.assembly import Service
from shared.service.jobs.asking import Desk
from shared.service.jobs.doors import job_router

DESK = Desk(
    jobs=jobs,
    kinds=FILE_KINDS,
    lists=LISTS_OUT,
    keep_days=days_files_are_kept,
    villages=villages_here,
    decisions=DECISIONS,
    works=WORKS,
    binding=BINDING,
)

SERVICE = Service(
    name="monitoring",
    title="监测 Monitoring",
    description="农户、线索、识别认定、风险标注与帮扶措施台账。Households, leads, cases, risk flags, and the ledger of what each flag owes.",
    settings=Settings,
    routers=[job_router(DESK), *ROUTERS],  # first: the export of a list must not be taken for the id of one of its things
    permissions=PERMISSIONS,
    subscriptions=subscriptions,
    announce=announce_flags,
    duties=lambda settings: duties(reconcile_seconds=settings.reconcile_seconds, watch_seconds=settings.watch_seconds),
    watched=watched,
    desk=DESK,
)


async def load_years(years: Sequence[int], database: Database) -> int:
    """Load the working days of years; say how many are new."""
    async with database.transaction(service_actor("monitoring", LINCANG)) as tx:
        return await load_calendar(years, tx)
