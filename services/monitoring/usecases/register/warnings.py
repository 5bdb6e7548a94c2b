"""What somebody should look at again, and what is taken all the same."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, Field

from services.monitoring.domain.register.people import Identity, is_of_another_place
from shared.kernel.areas import county_of


class WarningCode(StrEnum):
    NUMBER_OF_ANOTHER_PLACE = "number_of_another_place"  # 号码的地址码不是本县的


SENTENCES = {
    WarningCode.NUMBER_OF_ANOTHER_PLACE: (
        "身份证号码的地址码不是本县的，已登记；如无迁入、婚入等情况，请核对。",
        "The ID number was first given in another county. It is registered; look again if nobody moved or married in.",
    )
}


class Warned(BaseModel):
    """Something to look at again: a code, the field that it is about, and a sentence in Chinese and English."""

    code: WarningCode
    field: str = Field(examples=["body.members.0.id_number"])
    chinese: str
    english: str


def warned_of_places(people: Sequence[Identity], village: str) -> list[Warned]:
    """Warn of ID numbers that were first given in another county (R52, plan ch.3 s.3)."""
    code = WarningCode.NUMBER_OF_ANOTHER_PLACE
    chinese, english = SENTENCES[code]
    return [
        Warned(code=code, field=f"body.members.{n}.id_number", chinese=chinese, english=english)
        for n, person in enumerate(people)
        if person.id_number and is_of_another_place(person.id_number, county_of(village))
    ]
