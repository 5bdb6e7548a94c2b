from uuid import UUID

from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.queries.register.duplicates import DuplicatePage, list_duplicates
from services.monitoring.usecases.register.decide_duplicate import DecideDuplicate, DuplicateDecided, decide_duplicate
from services.monitoring.usecases.register.search_duplicates import DuplicateSearchAsked, SearchDuplicates, search_duplicates
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction
from shared.wire import PageSize

duplicates = service_router("疑似重复人员 duplicates")


@duplicates.get("/v1/duplicates", name="duplicates")
async def list_of_duplicates(
    after: Cursor, tx: InTransaction, area: Area = None, status: DuplicateStatus = DuplicateStatus.OPEN, size: PageSize = 50
) -> DuplicatePage:
    """按核定期限列出辖区内某一状态的疑似重复人员，两人均已脱敏。"""
    return await list_duplicates(area or tx.actor.area, status, tx, after=after, size=size)


@duplicates.post("/v1/duplicates/{duplicate_id}/decision")
async def duplicate_decision(duplicate_id: UUID, body: DecideDuplicate, tx: InTransaction, expected: ExpectedVersion) -> DuplicateDecided:
    """核定两人是否同一人，并写明理由；系统只提示，不自行核定。"""
    return await decide_duplicate(duplicate_id, body, tx, expected=expected)


@duplicates.post("/v1/duplicate-searches", status_code=202)
async def duplicate_search(body: SearchDuplicates, tx: InTransaction) -> DuplicateSearchAsked:
    """逐县查找疑似重复人员；作为任务办理，进度见 /v1/jobs。"""
    return await search_duplicates(body, tx)
