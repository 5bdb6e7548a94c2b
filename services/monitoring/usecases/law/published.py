"""What publishing a row of the law answers, and who may publish where."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.errors import Forbidden, Invalid


class Published(BaseModel):
    """A row of the law; it is never changed, so its version stays 1."""

    id: UUID
    version: int = 1
    status: Literal["published"] = "published"
    area: str
    effective_from: date


class NotYourArea(Forbidden):
    sentence = "该区域不在您的辖区内。"
    english = "This area lies outside yours."


class NotPositive(Invalid):
    sentence = "监测底线须大于零。"
    english = "A bottom line is more than zero."


def require_own_area(area: str, tx: Transaction, *, field: str = "path.area") -> None:
    """Hold an area against the caller's.

    :raises NotYourArea: it lies outside.
    """
    if not is_inside(area, tx.actor.area):
        raise NotYourArea(field)
