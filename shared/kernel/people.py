"""What identifies a person, masked wherever it is printed.

These are plain values; whether an ID number is right (GB 11643) is checked where it comes in, by `shared/wire`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A citizen's ID number (公民身份号码), 18 characters."""

    number: str

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
