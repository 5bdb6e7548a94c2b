"""A command that is kept comes back as it came in, and nothing of it is kept masked."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.kernel import people
from shared.wire import Address, BankAccount, CertificateNumber, Day, IdNumber, PersonName, Phone, SafeText, Yuan, command, part
from shared.wire.kept import read, written
from tests.builders.people import an_id_number

NUMBER = an_id_number()


@part
class Somebody:
    name: PersonName
    id_number: IdNumber
    certificate_number: CertificateNumber
    phone: Phone | None = None


@command
class Everything:
    people: list[Somebody]
    account: BankAccount
    address: Address
    amount: Yuan
    on: Day
    yes: bool
    reason: SafeText


EVERYTHING = Everything(
    people=[
        Somebody(
            name=people.PersonName("李文芳"),
            id_number=people.IdNumber(NUMBER, "43B1"),
            certificate_number=people.CertificateNumber("南字123456"),
            phone=people.Phone("13812340000"),
        )
    ],
    account=people.BankAccount("6217001234567890"),
    address=people.Address("下寨12号"),
    amount=Decimal("12.30"),
    on=date(2021, 9, 1),
    yes=True,
    reason="情况属实",
)


def test_what_is_kept_is_read_again_as_it_was_and_in_full() -> None:
    kept = written(EVERYTHING)

    assert read(Everything, kept) == EVERYTHING
    assert read(Everything, kept).people[0].id_number.disability == "43B1"
    assert "*" not in str(kept)


@pytest.mark.parametrize("value", [object(), b"x", {"name": people.PersonName("李文芳")}, 1.5])
def test_what_is_of_no_known_kind_is_not_kept(value: Any) -> None:
    with pytest.raises(TypeError):
        written([value])
