"""What identifies a person, masked wherever it is printed.

These are plain values; whether an ID number is right (GB 11643) is checked where it comes in, by `shared/wire`.
"""

from dataclasses import dataclass, field
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def check_digit(number: str) -> str:
    """Give the character that follows the first 17 digits of an ID number (GB 11643)."""
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=True)) % 11]


def of_fifteen(number: str) -> str:
    """Give the ID number that follows from an obsolete one of 15 digits, in which a year of birth, always of the 1900s, had two."""
    digits = f"{number[:6]}19{number[6:]}"
    return digits + check_digit(digits)


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A citizen's ID number (公民身份号码), 18 characters, by which a person is recognised.

    :param disability: what follows it on a disability certificate (残疾人证): class and grade, and how often it was re-issued.
    """

    number: str
    disability: str = field(default="", compare=False)

    @property
    def born_on(self) -> date:
        """The day of birth that the number says."""
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))

    @property
    def is_a_man_s(self) -> bool:
        """Whether the number says that the person is a man: its sequence is odd (GB 11643)."""
        return int(self.number[16]) % 2 == 1

    def __repr__(self) -> str:
        return f"{self.number[:6]}********{self.number[-4:-2]}**"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """A mobile number, 11 digits."""

    number: str

    def __repr__(self) -> str:
        return f"{self.number[:3]}****{self.number[-4:]}"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """A person's name; masked, its first character remains."""

    full: str

    def __repr__(self) -> str:
        return self.full[:1] + "*" * min(len(self.full) - 1, 3)

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class CertificateNumber:
    """The number of a certificate that is no resident's ID card (军官证, 通行证, 护照)."""

    number: str

    def __repr__(self) -> str:
        return f"{self.number[:1]}****{self.number[-2:]}"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class BankAccount:
    """The number of a bank account; masked, its last four digits remain."""

    number: str

    def __repr__(self) -> str:
        return f"********{self.number[-4:]}"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a household lives, in words; masked, the first three characters remain."""

    full: str

    def __repr__(self) -> str:
        return self.full[:3] + "***"

    __str__ = __repr__
