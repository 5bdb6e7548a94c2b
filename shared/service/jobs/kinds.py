"""What a service declares of its long work: the kinds of file that it takes, and the lists that it gives out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.actors import Department, Role
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome, Sheet
from shared.wire.files import RowAnswer


class Load(Protocol):
    """One run of loading a file of one kind. Every method is a fixed number of statements, in a transaction of one county."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Compare the rows of the whole file with one another."""
        ...

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of each row, and change nothing; count the rows by what would become of them."""
        ...

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Say what becomes of each row, and keep it; nothing if somebody changed the same meanwhile, and it has to be done again."""
        ...


Seal = Callable[[Vault, UUID, Mapping[str, str | None]], Sealed]
"""Seal what is secret in a row: the vault, the id that the row would give what it makes, the row's clean secret values."""


Answers = Callable[[Sequence[UUID], Transaction], Awaitable[Mapping[UUID, RowAnswer]]]
"""Say how the matters of rows that were taken stand now, by the rows' subjects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file: a declaration, not a pipeline.

    :param senders: whose files are taken.
    :param department: whose list it is, if it is a department's.
    :param unit: the column whose equal values make rows stand or fall together; without one each row is by itself.
    :param place: the column with the area that a row belongs to: a village, or an area of any level where the column is another;
        a sheet without it is of the sender's own area, which then is of one county.
    :param secret: the columns that are never staged in clear; `name` is kept beside them as it is.
    :param seals: further columns that are sealed with them, and staged in clear too.
    :param answers: how the matter of a row that was taken stands, if that is anything the sender should know.
    :param faults: code -> sentences in Chinese and English, of what may be wrong beside the cells.
    """

    sheet: Sheet
    senders: frozenset[Role]
    department: Department | None = None
    unit: str | None = None
    place: str = "village"
    secret: Sequence[str]
    seals: Sequence[str] = ()
    seal: Seal
    faults: Mapping[str, tuple[str, str]]
    load: Callable[[], Load]
    answers: Answers | None = None
