"""Answers kept under the caller's key, in the transaction of the effect.

Promises: one key has one effect and one answer, for each caller; a twin waits for the first. Kept for 30 days.
Does not promise anything about refusals: they roll back, so the same key may succeed later.
Not for what has a client-made id, such as a self-report: a PUT needs no key.
"""

from dataclasses import dataclass

from sqlalchemy import text

from shared.database.transaction import Transaction
from shared.kernel.errors import Invalid

_RESERVE = text("""
    INSERT INTO idempotency (county_code, actor, key, fingerprint) VALUES (:county_code, :actor, :key, :fingerprint)
    ON CONFLICT DO NOTHING RETURNING true
""")
_FIND = text("SELECT fingerprint, status, body FROM idempotency WHERE (county_code, actor, key) = (:county_code, :actor, :key)")
_KEEP = text("UPDATE idempotency SET status = :status, body = :body WHERE (county_code, actor, key) = (:county_code, :actor, :key)")


class KeyUsedForAnother(Invalid):
    sentence = "此操作编号（Idempotency-Key）已用于另一请求。"
    english = "This Idempotency-Key was used for another request."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes


async def earlier_answer(tx: Transaction, key: str, fingerprint: bytes) -> Answer | None:
    """Reserve a key, or wait for its first user and give the answer that was given.

    :raises KeyUsedForAnother: the key belongs to another request.
    """
    if (await tx.execute(_RESERVE, {**_whose(tx, key), "fingerprint": fingerprint})).scalar():
        return None
    first = (await tx.execute(_FIND, _whose(tx, key))).one()
    if first.fingerprint != fingerprint:
        raise KeyUsedForAnother("header.idempotency-key")
    return Answer(status=first.status, body=first.body)


async def keep_answer(tx: Transaction, key: str, answer: Answer) -> None:
    await tx.execute(_KEEP, {**_whose(tx, key), "status": answer.status, "body": answer.body})


def _whose(tx: Transaction, key: str) -> dict[str, str]:
    return {"county_code": tx.actor.scope.county, "actor": tx.actor.id, "key": key}
