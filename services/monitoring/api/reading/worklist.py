from typing import Annotated, Literal

from fastapi import Query

from services.monitoring.domain.reading.work import Matter, WorkStep
from services.monitoring.queries.reading.work import WorkPage, list_work
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, InTransaction
from shared.wire import PageSize

worklist = service_router("待办 worklist")

Said = Literal["true", "false"]
"""As an address says yes or no: these two words, for of a truth value the framework would take a dozen others."""


def _is(said: Said) -> bool:
    return said == "true"


@worklist.get("/v1/worklist", name="worklist")
async def list_of_what_waits(
    after: Cursor,
    tx: InTransaction,
    area: Area = None,
    matter: Matter = Matter.ALL,
    step: Annotated[WorkStep | None, Query(description="只列某一环节。One step only.")] = None,
    mine: Annotated[Said, Query(description="只列本岗位、本级应办的。What is the task of your office only.")] = "false",
    overdue: Annotated[Said | None, Query(description="只列已逾期的，或只列未逾期的。What is late only, or what is not.")] = None,
    size: PageSize = 50,
) -> WorkPage:
    """列出辖区内各类待办：线索、识别事项、变更申请、疑似重复人员、排查户、线索反馈、区域预警、受灾核查、灾后回访、数据质量问题、提醒与上报；期限近者在前，并写明由何处办理。"""
    return await list_work(
        area or tx.actor.area, tx, after=after, size=size, matter=matter, step=step, mine=_is(mine), overdue=overdue and _is(overdue)
    )
