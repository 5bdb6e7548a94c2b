"""How a refusal looks on the wire: RFC 9457, and the one place where a status code is chosen.

Promises: one shape for every refusal and error, in the caller's language, without what was sent.
Does not promise to name every fault at once.
Not for choosing a status anywhere else.
"""

import re
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.kernel.errors import Conflict, Forbidden, Incomplete, Invalid, NotFound, Refusal, Stale, Unauthenticated, VersionMissing
from shared.service.http.faults import sentence_of

STATUS: dict[type[Refusal], int] = {
    Incomplete: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    VersionMissing: 428,
}
MEDIA_TYPE = "application/problem+json"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_LOCK_NOT_AVAILABLE = "55P03"
_TRY_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock
_DATA = "22"  # the class of what the database cannot hold

log = structlog.get_logger()


class Fault(BaseModel):
    """One field at fault."""

    field: str = Field(examples=["body.members.0.id_number"])
    reason: str = Field(examples=["id_number_check_digit"])
    detail: str | None = Field(default=None, examples=["校验码不符，请核对号码"])


class Problem(BaseModel):
    """A refusal (RFC 9457). It never repeats what was sent, which may be an ID number."""

    type: str = Field(examples=["urn:bottom-line:problem:Stale"])
    title: str = Field(examples=["内容已被他人修改，请重新打开后再办理。"])
    status: int = Field(examples=[412])
    detail: str | None = Field(default=None, examples=["2027"], description="所涉年份、参数等。What it is about.")
    fields: list[Fault] | None = None


class Said:
    """A sentence that is no refusal's, in both languages."""

    def __init__(self, name: str, status: int, sentence: str, english: str) -> None:
        self.name, self.status, self.sentence, self.english = name, status, sentence, english


class BodyTooLarge(HTTPException):
    """A body, or the file in it, is larger than this address takes."""

    def __init__(self, largest: int) -> None:
        super().__init__(413)
        self.largest = largest


def too_large(largest: int) -> Said:
    """Name the limit, which differs from address to address."""
    mebibytes = largest >> 20
    return Said("TooLarge", 413, f"请求内容过大，上限为{mebibytes} MiB。", f"The body is too large: {mebibytes} MiB at most.")


MALFORMED = Said("Malformed", 422, "请求内容不合规格，请按所列字段更正。", "The request does not fit: correct the fields listed.")
IN_PROGRESS = Said("InProgress", 409, "同一操作正在办理，请稍候再试。", "The same matter is being handled: try again shortly.")
BUSY = Said("Busy", 503, "系统繁忙或正在恢复，请稍候再试。", "The system is busy or recovering: try again shortly.")
BROKEN = Said("Broken", 500, "系统内部错误，已记录。", "Something went wrong here; it has been recorded.")
HTTP = {
    400: Said("Malformed", 400, "请求格式无法识别。", "The request cannot be read."),
    404: Said("NotFound", 404, "没有这个地址。", "There is nothing at this address."),
    405: Said("MethodNotAllowed", 405, "此地址不支持该方法。", "This address does not take this method."),
}


def problem(
    said: Said, request: Request, *, fields: list[dict[str, Any]] | None = None, detail: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Answer with a problem document in the caller's language."""
    title, language = (said.english, "en") if wants_english(request) else (said.sentence, "zh-CN")
    content: dict[str, Any] = {"type": f"urn:bottom-line:problem:{said.name}", "title": title, "status": said.status}
    if detail:
        content["detail"] = detail
    if fields:
        content["fields"] = fields
    return JSONResponse(content, said.status, media_type=MEDIA_TYPE, headers={"Content-Language": language, **(headers or {})})


def refusal_said(refusal: Refusal) -> Said:
    return Said(type(refusal).__name__, status_of(type(refusal)), refusal.sentence, refusal.english)


def status_of(kind: type[Refusal]) -> int:
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def wants_english(request: Request) -> bool:
    """Prefer Chinese unless English is asked for first."""
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return first.startswith("en")


def answer_with_problems(app: FastAPI) -> None:
    """Make every refusal and every error of an app a problem document."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> JSONResponse:
        fields = [{"field": field, "reason": type(refusal).__name__} for field in refusal.fields]
        headers = {"WWW-Authenticate": "Bearer"} if isinstance(refusal, Unauthenticated) else None
        return problem(refusal_said(refusal), request, fields=fields, detail=refusal.detail, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(MALFORMED, request, fields=[_fault(each, english=wants_english(request)) for each in error.errors()])

    @app.exception_handler(HTTPException)
    async def not_ours(request: Request, error: HTTPException) -> JSONResponse:
        return problem(_said(error), request, headers=dict(error.headers or {}))

    @app.exception_handler(ClientDisconnect)
    async def left(request: Request, _: ClientDisconnect) -> JSONResponse:
        return problem(HTTP[400], request)  # nobody reads it

    @app.exception_handler(DBAPIError)
    async def refused_by_the_database(request: Request, error: DBAPIError) -> JSONResponse:
        return _from_database(request, error)

    @app.exception_handler(PoolTimeout)
    async def no_connection(request: Request, _: PoolTimeout) -> JSONResponse:
        return problem(BUSY, request, headers={"Retry-After": "2"})

    @app.exception_handler(OSError)
    async def no_database(request: Request, error: OSError) -> JSONResponse:
        log.warning("database_away", error=type(error).__name__)
        return problem(BUSY, request, headers={"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> JSONResponse:
        return problem(BROKEN, request)


def _said(error: HTTPException) -> Said:
    if isinstance(error, BodyTooLarge):
        return too_large(error.largest)
    return HTTP.get(error.status_code) or Said("Refused", error.status_code, "请求未被受理。", "The request was not granted.")


def _fault(error: dict[str, Any], *, english: bool) -> dict[str, Any]:
    """Name a field at fault and the rule that it breaks; never its value."""
    where, *steps = error["loc"]
    named = [str(step).lower() for step in steps] if where == "header" else steps  # headers are the same in any case
    return {"field": ".".join(map(_named, (where, *named))), "reason": error["type"], "detail": sentence_of(error["type"], english=english)}


def _named(step: str | int) -> str:
    """Write a step of the way to a field. A name that could be none of ours is a value too, perhaps somebody's number: it is not repeated."""
    return str(step) if isinstance(step, int) or _NAME.fullmatch(step) else "?"


def _from_database(request: Request, error: DBAPIError) -> JSONResponse:
    code = str(getattr(error.orig, "sqlstate", None) or "")
    if code == _LOCK_NOT_AVAILABLE or code in _TRY_AGAIN:
        return problem(IN_PROGRESS, request, headers={"Retry-After": "2"})
    if code.startswith(_DATA):
        return problem(MALFORMED, request)
    if not code or error.connection_invalidated or code.startswith(("08", "57", "53")):  # connection, shutdown or time-out, resources
        log.warning("database_away", sqlstate=code)
        return problem(BUSY, request, headers={"Retry-After": "2"})
    log.error("database_refused", sqlstate=code)
    return problem(BROKEN, request)
