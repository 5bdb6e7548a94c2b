"""The types of fields. Pydantic's patterns are Rust's: `[0-9]`, not `\\d`, which lets digits of other scripts pass."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as StdnumError

from shared.kernel import people
from shared.kernel.texts import UNSAFE
from shared.kernel.workdays import local_day
from shared.wire.faults import fault

_MONEY = re.compile(r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$")
_QUANTITY = re.compile(r"^(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?$")
# An ID number, or the number of a disability certificate: class, grade, and how often it was re-issued, follow it.
_ID_NUMBER = re.compile(r"^([1-9][0-9]{16}[0-9X])([1-7][1-4]([0-9A-Z]{2})?)?$")
_OLD_ID_NUMBER = re.compile(r"^[1-9][0-9]{14}$")
_CERTIFICATE = re.compile(r"^[0-9A-Za-z一-龥()-]{4,30}$")
_ACCOUNT = re.compile(r"^[0-9]{8,30}$")
_PHONE = re.compile(r"^1[3-9][0-9]{9}$")
_TIME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})$")
_LINES = re.compile(r"[\t\n]")
_DAY = re.compile(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2101, 1, 1, tzinfo=UTC)


def _safe(text: str) -> str:
    if UNSAFE.search(text):
        raise fault("unsafe_text")
    return text


def _unix_lines(value: object) -> object:
    """Take the line ends of forms and of Windows as line ends."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _money(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not (isinstance(value, str) and _MONEY.fullmatch(value)):
        raise fault("money")
    return Decimal(value)


def _iso_text(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    raise fault("time")


def _iso_day(value: object) -> object:
    if (isinstance(value, date) and not isinstance(value, datetime)) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise fault("day")


def _within_reason(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise fault("time_range")
    return value


def _id_number(value: object) -> people.IdNumber:
    """Check form, birth date and check digit. The address code is no ground for refusal: people keep the code of their first registration."""
    if isinstance(value, people.IdNumber):
        return value
    if not isinstance(value, str):
        raise fault("id_number_form")
    written = _ID_NUMBER.fullmatch(value.upper())
    if not written:
        raise fault("id_number_form")
    number, disability = written[1], written[2] or ""
    try:
        born = ric.get_birth_date(number)
    except StdnumError as error:
        raise fault("id_number_birth") from error
    if not date(1900, 1, 1) <= born <= local_day(datetime.now(UTC)):
        raise fault("id_number_birth")
    if ric.calc_check_digit(number) != number[-1]:
        raise fault("id_number_check_digit")
    return people.IdNumber(number, disability)


def _searched_id_number(value: object) -> people.IdNumber:
    """Check the number of somebody who is searched, who may still hold an obsolete one of 15 digits; none is registered under it."""
    return _id_number(people.of_fifteen(value) if isinstance(value, str) and _OLD_ID_NUMBER.fullmatch(value) else value)


def _phone(value: object) -> people.Phone:
    if isinstance(value, people.Phone):
        return value
    if not (isinstance(value, str) and _PHONE.fullmatch(value)):
        raise fault("phone")
    return people.Phone(value)


def _name(value: object) -> people.PersonName:
    if isinstance(value, people.PersonName):
        return value
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 50 or _LINES.search(value.strip()):
        raise fault("person_name")
    return people.PersonName(_safe(value.strip()))


def _certificate(value: object) -> people.CertificateNumber:
    if isinstance(value, people.CertificateNumber):
        return value
    if not (isinstance(value, str) and _CERTIFICATE.fullmatch(value)):
        raise fault("certificate_number")
    return people.CertificateNumber(value.upper())


def _account(value: object) -> people.BankAccount:
    if isinstance(value, people.BankAccount):
        return value
    if not (isinstance(value, str) and _ACCOUNT.fullmatch(value)):
        raise fault("bank_account")
    return people.BankAccount(value)


def _address(value: object) -> people.Address:
    if isinstance(value, people.Address):
        return value
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 100 or _LINES.search(value.strip()):
        raise fault("address")
    return people.Address(_safe(value.strip()))


def _quantity(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not (isinstance(value, str) and _QUANTITY.fullmatch(value)):
        raise fault("quantity")
    return Decimal(value)


def _uuid7(value: UUID) -> UUID:
    if value.version != 7:
        raise fault("uuid7")
    return value


def _shown(pattern: str, example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example], **more})


_masked = PlainSerializer(str, return_type=str)

SafeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_safe), Field(examples=["情况属实"])]
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_safe),
    Field(examples=["走访时发现房屋漏雨"]),
    BeforeValidator(_unix_lines),  # last here, so first to act
]
DocumentNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100), AfterValidator(_safe), Field(examples=["临乡振发〔2021〕1号"])
]
AreaCode = Annotated[str, StringConstraints(pattern=r"^5309([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$", strict=True), Field(examples=["530902"])]
HouseholdNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$", strict=True), Field(examples=["5309021022010001"])]
SourceNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,59}$", strict=True),
    Field(description="来源单位的编号。The source's own number.", examples=["RX2021-000123"]),
]
VillageCode = Annotated[str, StringConstraints(pattern=r"^5309[0-9]{8}$", strict=True), Field(examples=["530902102201"])]
Year = Annotated[int, Field(ge=2020, le=2100, examples=[2021])]
YesNo = Annotated[bool, Field(strict=True, examples=[True])]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000, examples=[30])]
PageSize = Annotated[int, Field(ge=1, le=200)]
ClientId = Annotated[UUID, AfterValidator(_uuid7)]
Yuan = Annotated[Decimal, PlainValidator(_money), PlainSerializer(str, return_type=str), _shown(_MONEY.pattern, "5161.00")]
AwareTime = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(_within_reason), Field(examples=["2021-09-22T09:30:00+08:00"])]
Day = Annotated[date, BeforeValidator(_iso_day), Field(examples=["2021-01-01"])]
IdNumber = Annotated[
    people.IdNumber,
    PlainValidator(_id_number),
    _masked,
    _shown("^[1-9][0-9]{16}[0-9Xx]([1-7][1-4]([0-9A-Za-z]{2})?)?$", "533522197001010010"),
]
SearchedIdNumber = Annotated[
    people.IdNumber,
    PlainValidator(_searched_id_number),
    _masked,
    _shown("^([1-9][0-9]{14}|[1-9][0-9]{16}[0-9Xx]([1-7][1-4]([0-9A-Za-z]{2})?)?)$", "533522197001010010"),
]
Phone = Annotated[people.Phone, PlainValidator(_phone), _masked, _shown(_PHONE.pattern, "13900000000")]
PersonName = Annotated[
    people.PersonName, PlainValidator(_name), _masked, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 50, "examples": ["李文芳"]})
]
CertificateNumber = Annotated[people.CertificateNumber, PlainValidator(_certificate), _masked, _shown(_CERTIFICATE.pattern, "E12345678")]
BankAccount = Annotated[people.BankAccount, PlainValidator(_account), _masked, _shown(_ACCOUNT.pattern, "6228480000000000010")]
Address = Annotated[
    people.Address, PlainValidator(_address), _masked, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 100, "examples": ["下寨12号"]})
]
Quantity = Annotated[Decimal, PlainValidator(_quantity), PlainSerializer(str, return_type=str), _shown(_QUANTITY.pattern, "3.50")]
Months = Annotated[int, Field(strict=True, ge=1, le=12, examples=[6])]
Grade = Annotated[int, Field(strict=True, ge=1, le=4, examples=[2])]
SiteCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,30}$", strict=True), Field(examples=["530902-01"])]
