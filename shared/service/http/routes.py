"""The route class of every service: it begins the transaction once the request is valid, and answers a repeated key.

The endpoint is wrapped before FastAPI reads it, so that the key, the effect and the answer share one transaction.

Promises: one transaction around key, effect and answer. A file comes in before that, once its sender is known (`shared/service/http/uploads.py`).
Does not promise anything to a request without a transaction.
Not for an endpoint that streams events and takes a transaction: it would hold a connection as long as somebody listens.
"""

import functools
import hashlib
import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.database.idempotency import Answer, earlier_answer, keep_answer
from shared.database.transaction import Transaction
from shared.kernel.errors import KeyMissing
from shared.service.http.problems import MEDIA_TYPE, Problem
from shared.service.http.requests import ExpectedVersion, InTransaction
from shared.service.http.uploads import body_document, form_of, received, taken_by

_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "操作编号：同一编号只办一次，重复提交得到同一答复，保留30天。One key, one effect, one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    "example": "0192f0c1-7d3e-7000-8000-0000000000aa",
}
_VERSION_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": '所见版本，取自 ETag 或 version。The version you saw, as in ETag: "3".',
    "schema": {"type": "string"},
    "example": '"3"',
}
_ANSWERS = {
    400: "缺少操作编号，或内容无法读取",
    401: "未登录",
    403: "岗位或辖区不符",
    404: "未找到",
    409: "状态不允许，或正在办理",
    412: "已被他人修改",
    413: "内容过大",
    422: "内容不合规格",
    428: "缺少所见版本",
    500: "系统错误",
    503: "系统繁忙",
}
_ANSWERS_TO_A_FILE = {**_ANSWERS, 400: "缺少操作编号，或表单无法读取，或上传过慢", 413: "文件过大，上限见说明"}

Endpoint = Callable[..., Awaitable[Any]]
E = TypeVar("E", bound=Endpoint)


def only_reads(endpoint: E) -> E:
    """Mark a POST that changes nothing: it needs no key."""
    endpoint.__dict__["only_reads"] = True
    return endpoint


class ServiceRoute(APIRoute):
    """A route whose endpoint runs in one transaction; a POST answers a repeated key with its first answer."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        keyed, versioned = _is_keyed(endpoint, options), _takes(endpoint, ExpectedVersion)
        form = form_of(endpoint)
        options["responses"] = {**_refusals(_ANSWERS_TO_A_FILE if form else _ANSWERS, versioned=versioned), **(options.get("responses") or {})}
        options["summary"] = options.get("summary") or _headline(endpoint)
        headers = [header for header, taken in ((_KEY_HEADER, keyed), (_VERSION_HEADER, versioned)) if taken]
        if headers:
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "parameters": headers}
        if form:
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "requestBody": body_document(form)}
        super().__init__(path, _wrapped(endpoint, keyed=keyed, status=options.get("status_code") or 200), **options)


def begun(endpoint: Endpoint) -> Endpoint:
    """Begin the transaction, then call."""

    @functools.wraps(endpoint)
    async def call(**values: Any) -> Any:
        await _transaction(values).begin()
        return await endpoint(**values)

    return call


def answered_once(endpoint: Endpoint, status: int) -> Endpoint:
    """Begin the transaction, then give the answer kept under this key, or call and keep the answer."""

    async def call(request: Request, **values: Any) -> Any:
        tx, key = _transaction(values), _key(request)
        await tx.begin()
        answer = await earlier_answer(tx, key, await _fingerprint(request))
        return _response(answer or await _first_answer(endpoint, values, tx, key, status))

    return _which_also_takes_the_request(call, endpoint)


def answered_once_with_a_file(endpoint: Endpoint, form: type[Any], status: int) -> Endpoint:
    """The same, after the file has come in. It stays only if this call gave the answer."""

    async def call(request: Request, **values: Any) -> Any:
        tx, key = _transaction(values), _key(request)
        async with received(request, form) as upload:
            await tx.begin()
            answer = await earlier_answer(tx, key, upload.fingerprint)
            if answer is None:
                answer = await _first_answer(endpoint, {**values, **upload.values_for(endpoint)}, tx, key, status)
                upload.kept = True
        return _response(answer)

    return _which_also_takes_the_request(call, endpoint, without=taken_by(endpoint))


def _wrapped(endpoint: Endpoint, *, keyed: bool, status: int) -> Endpoint:
    form = form_of(endpoint)
    if _streams(endpoint) and _takes(endpoint, InTransaction):
        raise TypeError(f"{endpoint.__name__} streams: it begins short transactions of its own (ShortTransactions)")
    if form:
        return answered_once_with_a_file(endpoint, form, status)
    if keyed:
        return answered_once(endpoint, status)
    return begun(endpoint) if _takes(endpoint, InTransaction) else endpoint


async def _first_answer(endpoint: Endpoint, values: dict[str, Any], tx: Transaction, key: str, status: int) -> Answer:
    state = await endpoint(**values)
    answer = Answer(status=_said_otherwise(values) or status, body=state.model_dump_json().encode())
    await keep_answer(tx, key, answer)
    return answer


def _said_otherwise(values: Mapping[str, Any]) -> int | None:
    """Give the status that the endpoint set on its response: what is there already is not made anew."""
    return next((each.status_code for each in values.values() if isinstance(each, Response)), None)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


def _is_keyed(endpoint: Endpoint, options: dict[str, Any]) -> bool:
    return "POST" in (options.get("methods") or ()) and not getattr(endpoint, "only_reads", False)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if not key or len(key) > 100 or not (key.isascii() and key.isprintable()) or " " in key:
        raise KeyMissing("header.idempotency-key")
    return key


def _transaction(values: dict[str, Any]) -> Transaction:
    return next(value for value in values.values() if isinstance(value, Transaction))


async def _fingerprint(request: Request) -> bytes:
    return hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()


def _streams(endpoint: Any) -> bool:
    return inspect.isasyncgenfunction(endpoint)


def _headline(endpoint: Endpoint) -> str | None:
    """The first sentence of an endpoint's docstring names the operation in the documentation."""
    return re.split("[。：；]", inspect.getdoc(endpoint) or "")[0] or None


def _takes(endpoint: Endpoint, kind: Any) -> bool:
    return any(each.annotation == kind for each in inspect.signature(endpoint).parameters.values())


def _refusals(answers: Mapping[int, str], *, versioned: bool) -> dict[int | str, dict[str, Any]]:
    """Say in the operation's document which refusals it may answer with."""
    absent = set() if versioned else {412, 428}
    model = {"model": Problem, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {status: {"description": text, **model} for status, text in answers.items() if status not in absent}


def _which_also_takes_the_request(call: Endpoint, endpoint: Endpoint, *, without: Collection[str] = ()) -> Endpoint:
    functools.update_wrapper(call, endpoint)
    signature = inspect.signature(endpoint)
    kept = [each for each in signature.parameters.values() if each.name not in without]
    taken = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    call.__signature__ = signature.replace(parameters=[*kept, taken])  # pyright: ignore[reportFunctionMemberAccess]
    return call
