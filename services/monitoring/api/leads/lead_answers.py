from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.monitoring.domain.leads.answers import AnswerId, AnswerStatus
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.queries.leads.answers import AnswerPage, list_answers
from services.monitoring.usecases.leads.return_answer import AnswerReturned, ReturnAnswer, return_answer
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction
from shared.wire import PageSize

lead_answers = service_router("线索反馈 lead answers")


@lead_answers.get("/v1/lead-answers", name="lead_answers")
async def list_of_lead_answers(
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    status: AnswerStatus = AnswerStatus.TO_RETURN,
    channel: Annotated[Channel | None, Query(description="只列某一来源。Of one channel only.")] = None,
    size: PageSize = 50,
) -> AnswerPage:
    """辖区内线索的核实结果，待反馈来源单位的按期限排列，久者在前。"""
    return await list_answers(area or tx.actor.area, status, channel, tx, after=after, size=size)


@lead_answers.post("/v1/lead-answers/{answer_id}/return")
async def lead_answer_return(answer_id: UUID, body: ReturnAnswer, tx: InTransaction, expected: ExpectedVersion) -> AnswerReturned:
    """登记已将核实结果反馈来源单位，及其回执。"""
    return await return_answer(AnswerId(answer_id), body, tx, expected=expected)
