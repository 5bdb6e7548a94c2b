"""What monitoring's workers do from time to time, county by county, and what they watch."""

from datetime import timedelta

from services.monitoring.queries.figures import ledger_figures, open_escalations
from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from services.monitoring.usecases.flags.announce_flags import announce_gaps, announce_under_way
from services.monitoring.usecases.income.settle_standings import settle_waiting
from services.monitoring.usecases.law.adopt_lines import adopt_what_has_come
from services.monitoring.usecases.places.ask_for_rehoming import ask_for_what_is_due
from services.monitoring.usecases.quality.ask_for_check import ask_for_daily_check
from services.monitoring.usecases.reading.fold_figures import fold_waiting
from services.monitoring.usecases.reading.recount_figures import recount_nightly
from services.monitoring.usecases.regional.check_regions import check_duty
from services.monitoring.usecases.regional.count_occurrences import count_waiting
from services.monitoring.usecases.signals.match_signals import match_signals
from shared.database.transaction import Transaction
from shared.service.metrics import Metrics
from shared.service.working.worker import Duty, Work


def duties(*, reconcile_seconds: float, watch_seconds: float = 60.0) -> list[Duty]:
    """The reconciler looks for gaps every minute and announces what is not over once a day of real time; the others are named for what they do.

    :param watch_seconds: how often somebody looks whether a day has come: that of a line, or of a limit.
    """

    async def reconcile(tx: Transaction) -> None:
        await announce_gaps(tx, patience=timedelta(seconds=reconcile_seconds))

    return [
        Duty(name="reconcile", every=timedelta(seconds=reconcile_seconds), work=reconcile),
        Duty(name="announce_under_way", every=timedelta(days=1), work=announce_under_way),
        Duty(name="settle_standings", every=timedelta(seconds=10), work=settle_waiting),
        Duty(name="adopt_lines", every=timedelta(seconds=watch_seconds), work=adopt_what_has_come),
        Duty(name="rehome", every=timedelta(hours=1), work=ask_for_what_is_due),
        Duty(name="match_signals", every=timedelta(minutes=1), work=match_signals),
        Duty(name="count_occurrences", every=timedelta(minutes=1), work=count_waiting),
        Duty(name="check_regions", every=timedelta(hours=1), work=check_duty),
        Duty(name="check_quality", every=timedelta(hours=1), work=ask_for_daily_check),
        Duty(name="fold_figures", every=timedelta(seconds=1), work=fold_waiting),
        Duty(name="recount_figures", every=timedelta(days=1), work=recount_nightly),
        Duty(name="watch_deadlines", every=timedelta(seconds=watch_seconds), work=watch_deadlines),
    ]


def watched(metrics: Metrics) -> Work:
    """Keep the gauges of the ledger and of limits fresh in every worker, whichever of them did the last round."""

    async def show(tx: Transaction) -> None:
        figures = await ledger_figures(tx)
        metrics.owed.set(figures.owed)
        metrics.confirmed.set(figures.confirmed)
        metrics.oldest_gap.set(figures.oldest_gap_seconds)
        metrics.unknown_answers.set(figures.unknown_answers)
        metrics.repairs.set(figures.repairs)
        for level, count in (await open_escalations(tx)).items():
            metrics.escalations.labels(level).set(count)

    return show
