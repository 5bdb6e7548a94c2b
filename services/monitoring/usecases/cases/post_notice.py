"""The notice goes up in the village (公示)."""

from services.monitoring.domain import cases as rules
from services.monitoring.domain.parameters import Key
from services.monitoring.store import cases, law
from services.monitoring.usecases.cases.stepped import Stepped
from services.monitoring.usecases.cases.take_step import take_step
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened, local_day
from shared.wire import AwareTime, Evidences, SafeText, command
from shared.wire.evidence import as_kept


@command
class PostNotice:
    """Where and when the notice was posted, with the photo that proves it. The notice shows no ID number, phone, account or illness."""

    posted_at: AwareTime
    posted_where: SafeText
    evidence: Evidences


async def post_notice(case_id: CaseId, notice: PostNotice, tx: Transaction, *, expected: int) -> Stepped:
    """Begin the notice period from the proof of posting (plan ch.3 s.1; national guide: in the village, once).

    :raises NoticeBeforeAppraisal: it claims to have been posted before the meeting.
    :raises NotYetHappened: it claims to have been posted in the future.
    :raises CalendarMissing: the working days of a year it touches are not loaded.
    :raises Stale: somebody changed the case.
    """
    case = await cases.get(case_id, tx)
    as_seen(case.version, expected)
    parameters = await law.parameters_for(case.area_code, tx)
    period = parameters.period(Key.NOTICE_DAYS, Key.NOTICE_DAY_KIND)
    calendar = await law.calendar_for(case.area_code, tx, days=period.reach, around=[local_day(notice.posted_at)])
    happened("body.posted_at", notice.posted_at, now=tx.now)
    posting = rules.post_notice(case, notice.posted_at, by=tx.actor, period=period, calendar=calendar)

    version = await take_step(
        case,
        rules.CaseAct.NOTICE,
        tx,
        status=posting.status,
        record={
            "posted_at": notice.posted_at.isoformat(),
            "posted_where": notice.posted_where,
            "ends_at": posting.ends_at.isoformat(),
            "evidence": as_kept(notice.evidence),
        },
        parameters=parameters,
        basis=parameters.used(Key.NOTICE_DAYS, Key.NOTICE_DAY_KIND, Key.ROLLS),
        notice_posted_at=notice.posted_at,
        notice_ends_at=posting.ends_at,
    )
    return Stepped(id=case_id, version=version, status=posting.status, notice_ends_at=posting.ends_at)
