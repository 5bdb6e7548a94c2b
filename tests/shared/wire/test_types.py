"""What the types of fields let pass, and what they refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import ric

from shared import wire
from shared.kernel import people

TYPES: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(getattr(wire, name))
    for name in (
        *("AreaCode", "AwareTime", "ClientId", "Count", "Day", "DocumentNumber", "IdNumber", "LongText"),
        *("PageSize", "PersonName", "Phone", "SafeText", "VillageCode", "Year", "YesNo", "Yuan"),
        *("Address", "BankAccount", "CertificateNumber", "Grade", "Months", "Quantity", "SiteCode"),
    )
}

ACCEPTED: list[tuple[str, object, object]] = [
    ("AreaCode", "5309", "5309"),
    ("AreaCode", "530902", "530902"),
    ("AreaCode", "530902102", "530902102"),
    ("AreaCode", "530902102201", "530902102201"),
    ("VillageCode", "530902102201", "530902102201"),
    ("AwareTime", "2021-09-22T09:30:00+08:00", datetime(2021, 9, 22, 1, 30, tzinfo=UTC)),
    ("AwareTime", "2021-09-22T01:30:00Z", datetime(2021, 9, 22, 1, 30, tzinfo=UTC)),
    ("AwareTime", "2021-09-22 09:30+0800", datetime(2021, 9, 22, 1, 30, tzinfo=UTC)),
    ("AwareTime", "2100-12-31T23:59:59.999999Z", datetime(2100, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ("ClientId", "0192f0c1-7d3e-7000-8000-0000000000aa", UUID("0192f0c1-7d3e-7000-8000-0000000000aa")),
    ("Count", 0, 0),
    ("Count", 100_000, 100_000),
    ("Day", "2021-01-01", date(2021, 1, 1)),
    ("Day", "2024-02-29", date(2024, 2, 29)),
    ("DocumentNumber", " 临乡振发〔2021〕1号 ", "临乡振发〔2021〕1号"),
    ("IdNumber", "53352219700101007x", people.IdNumber("53352219700101007X")),
    ("IdNumber", "53352219700101007x43", people.IdNumber("53352219700101007X", "43")),
    ("IdNumber", "53352219700101007x43b1", people.IdNumber("53352219700101007X", "43B1")),
    ("Address", " 下寨12号 ", people.Address("下寨12号")),
    ("BankAccount", "6228480000000000010", people.BankAccount("6228480000000000010")),
    ("CertificateNumber", "e12345678", people.CertificateNumber("E12345678")),
    ("CertificateNumber", "军字第0123456号", people.CertificateNumber("军字第0123456号")),
    ("Grade", 4, 4),
    ("Months", 12, 12),
    ("Quantity", "3.5", Decimal("3.5")),
    ("Quantity", "999999.99", Decimal("999999.99")),
    ("SiteCode", "530902-01", "530902-01"),
    ("LongText", "第一行\n第二行\t末", "第一行\n第二行\t末"),
    ("LongText", "长" * 2000, "长" * 2000),
    ("PageSize", "200", 200),
    ("PersonName", " 李文芳 ", people.PersonName("李文芳")),
    ("PersonName", "阿依古丽·买买提", people.PersonName("阿依古丽·买买提")),
    ("PersonName", "𠮷野", people.PersonName("𠮷野")),
    ("Phone", "13900000000", people.Phone("13900000000")),
    ("SafeText", "  村务公开栏 ", "村务公开栏"),
    ("SafeText", "'; DROP TABLE household; --", "'; DROP TABLE household; --"),
    ("SafeText", "%s %(x)s {0} $1 \\x00", "%s %(x)s {0} $1 \\x00"),
    ("SafeText", "👨‍🌾", None),  # joined by a character that could hide others
    ("Year", "2021", 2021),
    ("YesNo", True, True),
    ("YesNo", False, False),
    ("Yuan", "5161.00", Decimal("5161.00")),
    ("Yuan", "0", Decimal(0)),
    ("Yuan", "0.5", Decimal("0.5")),
    ("Yuan", "999999999999.99", Decimal("999999999999.99")),
]

TEXTS_REFUSED_EVERYWHERE = ["", " ", "\x00", "a\x00b", "\ud800", "a\u202eb", "\u200b", "\ufeff5309", "a\x1b[31m", "\u2028", "\uffff", "9" * 5000]
NO_TEXT_AT_ALL = [None, True, False, [], {}, [1], {"a": 1}, 2**31, 2**63, 10**30, -1, 1e300, float("nan"), float("inf"), 0.1 + 0.2]
OF_NUMBERS = [
    "1e5",
    "1E+5",
    "NaN",
    "Infinity",
    "-Infinity",
    "1_000",
    "１２",
    "٣",
    "0x10",
    "+1",
    "-1",
    "1,000",
    " 1",
    "1 ",
    "1\n",
    "1.234",
    "01",
    ".5",
    "5.",
]
OF_TIMES = [
    *("2021-09-22T09:30:00", "2021-09-22", "9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00+00:00", "1899-12-31T23:59:59Z", "2101-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "1632275400", "2021-02-30T00:00:00Z", "2021-09-22T24:30:00Z", "2021-09-22T09:30:00+99:99", "now", "infinity"),
    *("2021-09-22T09:30:60Z", "２０２１-09-22T09:30:00Z", "2021-09-22T09:30:00Z\n", "20210922T093000Z"),
]
REFUSED: list[tuple[str, object]] = [
    *((name, value) for name in TYPES for value in TEXTS_REFUSED_EVERYWHERE),
    *((name, value) for name in TYPES if name not in {"Count", "Grade", "Months", "PageSize", "Year", "YesNo"} for value in NO_TEXT_AT_ALL),
    *(("Yuan", value) for value in (*OF_NUMBERS, 5161, "1000000000000", "-0", "-0.01")),
    *(("Quantity", value) for value in (*OF_NUMBERS, 3, "1000000", "-0")),
    *(("Grade", value) for value in (0, 5, "1", 1.0, True, None)),
    *(("Months", value) for value in (0, 13, "1", 1.0, True, None)),
    *(("SiteCode", value) for value in ("1 2", "x" * 31, "安置点", "1\n")),
    *(("BankAccount", value) for value in ("1234567", "1" * 31, "6228 4800", "６２２８４８０００")),
    *(("CertificateNumber", value) for value in ("E12", "E" * 31, "E 12345", "E12345\n", "E1234%")),
    *(("Address", value) for value in ("长" * 101, "下\n寨")),
    *(("Count", value) for value in (*OF_NUMBERS, "1", 1.0, 1.5, 100_001, 10**30, True, None, float("nan"))),
    *(("PageSize", value) for value in ("0", "-1", "201", str(10**20), "1e2", "x", "１０", "NaN", 0, 201, 10**20, None)),
    *(("Year", value) for value in ("2019", "2101", 2019, 2101, 10**30, True, "2021.5", "２０２１", "", None, float("nan"), float("inf"))),
    *(("YesNo", value) for value in ("true", "yes", "1", 1, 0, 1.0, None, [], {})),
    *(("AwareTime", value) for value in OF_TIMES),
    *(("AwareTime", value) for value in (1632275400, 1632275400.5)),
    *(("Day", value) for value in ("2021-1-1", "1899-12-31", "2100-01-01", "2021-02-30", "2021-01-01T00:00:00", "20210101", "２０２１-01-01", 18628)),
    *(
        ("AreaCode", value)
        for value in ("530", "53090", "5309020", "540902", "530902102201 ", "530902\n", "５３０９", "53090２", "5309:", "%", 530902)
    ),
    *(("VillageCode", value) for value in ("5309", "530902102", "5309021022011", "440902102201", "53090210220１")),
    *(("ClientId", value) for value in ("0192f0c1-7d3e-4000-8000-0000000000aa", "x", "0192f0c1-7d3e-7000-8000-0000000000a", 7)),
    *(("Phone", value) for value in ("1390000000", "139000000000", "12900000000", "+8613900000000", "１3900000000", "139 0000 0000", 13900000000)),
    *(("DocumentNumber", value) for value in ("x", "长" * 101)),
    *(("SafeText", value) for value in ("长" * 201, "a\rb", "\u2066x")),
    *(("LongText", value) for value in ("长" * 2001,)),
    *(("PersonName", value) for value in ("长" * 51, "李\n芳", "李\u200d芳", 12)),
    *(("IdNumber", value) for value in (533522197001010010, "53352219700101001", "5335221970010100100", "533522700101001", "X" * 18)),
]


def _shown(value: object) -> str:
    return ascii(value)[:30]


@pytest.mark.parametrize(("name", "value", "read"), [case for case in ACCEPTED if case[2] is not None], ids=_shown)
def test_a_type_takes_what_fits(name: str, value: object, read: object) -> None:
    assert TYPES[name].validate_python(value) == read


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=_shown)
def test_a_type_refuses_what_the_database_or_the_domain_could_not_hold(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        TYPES[name].validate_python(value)


def test_a_character_that_joins_others_could_hide_them() -> None:
    with pytest.raises(ValidationError):
        TYPES["SafeText"].validate_python("👨\u200d🌾")


def _an_id_number(digits: str) -> str:
    return digits + ric.calc_check_digit(digits + "0")


@pytest.mark.parametrize(
    ("digits", "because"),
    [
        ("53352219700230001", "holds an impossible date of birth"),
        ("53352218991231001", "holds an impossible date of birth"),
        ("53352221000101001", "holds an impossible date of birth"),
        ("03352219700101001", "must have 17 digits and a check digit"),
    ],
)
def test_an_id_number_without_a_possible_day_of_birth_is_refused(digits: str, because: str) -> None:
    with pytest.raises(ValidationError, match=because):
        TYPES["IdNumber"].validate_python(_an_id_number(digits))


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_id_number_is_found(place: int, more: int) -> None:
    digits = list("53352219700101001")
    right = _an_id_number("".join(digits))
    digits[place] = str((int(digits[place]) + more) % 10)

    with pytest.raises(ValidationError):
        TYPES["IdNumber"].validate_python("".join(digits) + right[-1])


@given(st.decimals(0, 999_999_999_999, places=2))
def test_money_is_read_to_the_cent_and_written_as_it_was(amount: Decimal) -> None:
    text = f"{amount:f}"

    assert TYPES["Yuan"].validate_python(text) == amount
    assert TYPES["Yuan"].dump_python(TYPES["Yuan"].validate_python(text)) == text


MORE_MASKED = [
    ("IdNumber", "53352219700101007X43", "533522********00**"),
    ("Address", "下寨12号", "下寨1***"),
    ("BankAccount", "6228480000000000010", "********0010"),
    ("CertificateNumber", "E12345678", "E****78"),
]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("IdNumber", "53352219700101007X", "533522********00**"),
        ("Phone", "13900000000", "139****0000"),
        ("PersonName", "李文芳", "李**"),
        *MORE_MASKED,
    ],
)
def test_what_identifies_a_person_leaves_masked(name: str, value: str, shown: str) -> None:
    assert TYPES[name].dump_json(TYPES[name].validate_python(value)).decode() == f'"{shown}"'


@pytest.mark.parametrize("name", TYPES)
def test_every_type_says_in_the_document_what_it_takes(name: str) -> None:
    schema = TYPES[name].json_schema()

    assert schema.get("type") in {"string", "integer", "boolean"}
    assert "\\d" not in str(schema)
    assert "\\z" not in str(schema)


def test_the_line_ends_of_forms_are_line_ends() -> None:
    assert TYPES["LongText"].validate_python("第一行\r\n第二行") == "第一行\n第二行"


@pytest.mark.parametrize("hidden", ["\u2060", "\u061c", "\U000e0041"])
def test_characters_that_nobody_sees_are_refused(hidden: str) -> None:
    with pytest.raises(ValidationError):
        TYPES["SafeText"].validate_python(f"情况{hidden}属实")
