"""Take back many flags at once, as when a file was entered in error."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.monitoring.domain.flags.flags import WithdrawalReason
from services.monitoring.domain.parameters import MOST_ITEMS
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked, ask_for_decisions
from services.monitoring.usecases.flags.take_back import WithdrawFlag
from shared.database.transaction import Transaction
from shared.kernel.jobs import Atomic, Mode
from shared.wire import Count, DocumentNumber, SafeText, command, part


@part
class FlagToWithdraw:
    """A flag in the version that was seen; an opinion given here stands over that of all."""

    flag_id: UUID
    version: Count
    opinion: SafeText | None = None


@command
class WithdrawFlags:
    """Many flags for one reason. `validate` only says what would become of each, and can be committed later."""

    mode: Mode = Mode.COMMIT
    atomic: Atomic = Atomic.ROWS
    reason: WithdrawalReason
    opinion: SafeText
    document_number: DocumentNumber
    items: Annotated[list[FlagToWithdraw], Field(min_length=1, max_length=MOST_ITEMS)]


async def withdraw_flags(withdrawn: WithdrawFlags, tx: Transaction) -> DecisionsAsked:
    """Ask for many flags to be taken back: each is withdrawn as if it had been withdrawn alone.

    :raises TooManyItems: more than are let in at once; likewise TooManyForWhole, TwiceInList.
    """
    said = WithdrawFlag(reason=withdrawn.reason, opinion=withdrawn.opinion, document_number=withdrawn.document_number)
    return await ask_for_decisions("risk_flag_withdrawal", said, withdrawn, tx, field="flag_id")
