"""How the silence of a service looks on the wire."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.gateway.clients.upstreams import EMPLOYMENT, MONITORING, PROJECTS, ServiceSilent
from shared.service.http.problems import Said, problem

_CHINESE = {MONITORING: "监测", PROJECTS: "项目", EMPLOYMENT: "就业"}
_RETRY_AFTER = "2"


def answer_when_silent(app: FastAPI) -> None:
    """Make the silence of a service a problem document that names it."""

    @app.exception_handler(ServiceSilent)
    async def silent(request: Request, error: ServiceSilent) -> JSONResponse:
        return problem(_said(error), request, headers={"Retry-After": _RETRY_AFTER})


def _said(error: ServiceSilent) -> Said:
    chinese, english = "、".join(_CHINESE[each] for each in error.services), ", ".join(error.services)
    sentence = f"{chinese}服务（{english}）暂时没有应答，请稍候再试。"
    return Said("ServiceSilent", 503, sentence, f"No answer from {english}: try again shortly.")
