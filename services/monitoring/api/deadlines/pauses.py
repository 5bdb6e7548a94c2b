from uuid import UUID

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.usecases.deadlines.pause import Pause, Paused, pause
from services.monitoring.usecases.deadlines.resume import Resumed, resume
from shared.service.http.apps import service_router
from shared.service.http.requests import ExpectedVersion, InTransaction

pauses = service_router("办理时限 deadlines")


@pauses.post("/v1/leads/{lead_id}/pause")
async def lead_pause(lead_id: UUID, body: Pause, tx: InTransaction, expected: ExpectedVersion) -> Paused:
    """暂停线索核实计时：须写明等待何方、理由与佐证；期间不提醒、不上报，最长天数按规定。"""
    return await pause(Subject.LEAD, lead_id, body, tx, expected=expected)


@pauses.post("/v1/leads/{lead_id}/resumption")
async def lead_resumption(lead_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> Resumed:
    """恢复线索核实计时：期限按暂停的整日顺延。"""
    return await resume(Subject.LEAD, lead_id, tx, expected=expected)


@pauses.post("/v1/cases/{case_id}/pause")
async def case_pause(case_id: UUID, body: Pause, tx: InTransaction, expected: ExpectedVersion) -> Paused:
    """暂停识别事项当前环节计时；公示期为法定期间，不得暂停。"""
    return await pause(Subject.CASE, case_id, body, tx, expected=expected)


@pauses.post("/v1/cases/{case_id}/resumption")
async def case_resumption(case_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> Resumed:
    """恢复识别事项计时：期限按暂停的整日顺延。"""
    return await resume(Subject.CASE, case_id, tx, expected=expected)
