"""What may be refused.

Refusal
├── Unauthenticated   nobody we trust says who you are
├── NotFound          there is no such thing, or it is not yours to see
├── Forbidden         your role or your part in the matter does not allow it
├── Conflict          the matter is not in a state that allows it
│   └── Stale         it changed after you read it
├── Invalid           the request contradicts itself or the facts
└── Incomplete        a header that this act needs is missing, or the rest of the body
    ├── KeyMissing
    └── VersionMissing

Each refusal is a class with one sentence for the official at the counter, in Chinese and English.
One that only one use case raises is defined beside it. The status code is chosen once, in `shared/service/http/problems.py`.
"""

from typing import ClassVar


class Refusal(Exception):
    """Why a request cannot be granted, which fields of it are at fault, and what it is about where the sentence leaves that open."""

    sentence: ClassVar[str] = "请求未被受理。"
    english: ClassVar[str] = "The request was not granted."

    def __init__(self, *fields: str, detail: str | None = None) -> None:
        super().__init__(*fields)
        self.fields = fields
        self.detail = detail

    def __str__(self) -> str:
        return self.sentence


class Unauthenticated(Refusal):
    sentence = "身份凭证无效或已过期，请重新登录。"
    english = "The token is missing, invalid or expired: sign in again."


class NotFound(Refusal):
    sentence = "未找到，或不在您的辖区内。"
    english = "Not found, or outside your area."


class Forbidden(Refusal):
    sentence = "您的岗位不能办理此事项。"
    english = "Your role may not do this."


class Conflict(Refusal):
    sentence = "当前状态下不能办理此事项。"
    english = "This is not possible in the present state."


class Stale(Conflict):
    sentence = "内容已被他人修改，请重新打开后再办理。"
    english = "Somebody changed it after you read it: open it again."


class Invalid(Refusal):
    sentence = "所填内容前后矛盾。"
    english = "What was filled in contradicts itself."


class NotYetHappened(Invalid):
    sentence = "所填时间晚于现在。"
    english = "This time has not come yet."


class Incomplete(Refusal):
    """A header is missing, or the rest of the body."""


class KeyMissing(Incomplete):
    sentence = "缺少操作编号（Idempotency-Key），应为1至100个可见字符。"
    english = "The header Idempotency-Key is missing: 1 to 100 printable characters."


class VersionMissing(Incomplete):
    sentence = "缺少所见版本（If-Match）。"
    english = "The header If-Match with the version you saw is missing."
