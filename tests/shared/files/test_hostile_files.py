"""Whatever is uploaded, what reads it lives, and says in a sentence what is wrong and where."""

from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from datetime import date
from pathlib import Path
from random import Random

import pytest

from shared.files.capped import running
from shared.files.faults import FAULTS
from shared.files.limits import Limits
from shared.files.reading.checking import batches
from shared.files.unreadable import Unreadable
from tests.shared.files.hostile import FILES, Hostile
from tests.shared.files.made import FORM, HEADER, ID, book, csv, parts, put, reading, refusal, row, worksheet, zipped

OLD = Path(__file__).parent / "data" / "register.xls"
MUTANTS = 300
SHEET = "the sheet within a workbook"
WHOLE = {
    "xlsx": book(),
    "shared": book(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>', strings=["<t>姓名</t>", "<t>李</t>"]
    ),
    "csv": csv(["姓名", "身份证号码"], *[["李文芳", ID]] * 20),
    "gb18030": csv(["姓名", "身份证号码"], *[["李文芳", ID]] * 20, encoding="gb18030"),
    "json": b'{"name":"x","income":1.5}\n' * 20,
    "xls": OLD.read_bytes(),
    SHEET: worksheet(HEADER + row(2, "李", ID) + '<row><c t="str"><f>A2</f><v>王</v></c><c t="e"><v>#REF!</v></c></row>' + row(9, "赵")),
}


@pytest.mark.parametrize("hostile", FILES, ids=lambda each: each.name)
async def test_a_hostile_file_is_refused_for_its_reason(hostile: Hostile, tmp_path: Path) -> None:
    refused = await refusal(tmp_path, hostile.make())

    assert (refused.code, refused.row, refused.column, refused.hint) == (hostile.code, hostile.row, hostile.column, hostile.hint)
    assert ID not in f"{refused.sentence}{refused.english}{refused.detail}"


async def test_after_all_of_them_an_honest_file_is_read(tmp_path: Path) -> None:
    assert len(FILES) >= 60
    assert (await reading(tmp_path, book())).rows == {2: {"name": "李文芳", "id_number": ID}}


@pytest.mark.parametrize("tenth", range(1, 10))
async def test_a_workbook_that_was_cut_off_is_damaged(tenth: int, tmp_path: Path) -> None:
    whole = book(row(1, "姓名") + "".join(row(number, f"李{number}") for number in range(2, 500)))

    assert (await refusal(tmp_path, whole[: len(whole) * tenth // 10])).code == "damaged"


@pytest.mark.parametrize("tenth", range(1, 10))
async def test_an_old_workbook_that_was_cut_off_is_refused(tenth: int, tmp_path: Path) -> None:
    whole = OLD.read_bytes()

    assert (await refusal(tmp_path, whole[: len(whole) * tenth // 10])).code in ("damaged", "unknown_format")


async def test_a_file_that_needs_more_memory_than_there_is_is_too_large(tmp_path: Path) -> None:
    strings = [f"<t>{Random(number).randbytes(500).hex()}</t>" for number in range(60_000)]
    content = book(row(1, "姓名"), strings=strings)

    assert (await refusal(tmp_path, content, limits=Limits(memory=128))).code == "too_large_to_read"


async def test_a_file_that_takes_longer_than_is_allowed_is_given_up(tmp_path: Path) -> None:
    content = csv(["姓名", "身份证号码"], *[["李文芳", ID]] * 1_500_000)

    assert (await refusal(tmp_path, content, limits=Limits(seconds=1))).code == "takes_too_long"


async def test_more_rows_than_are_allowed_are_refused(tmp_path: Path) -> None:
    refused = await refusal(tmp_path, csv(["姓名"], *[["李"]] * 30), limits=Limits(rows=10))

    assert (refused.code, refused.row) == ("too_many_rows", 12)


async def test_as_many_rows_as_are_allowed_are_read(tmp_path: Path) -> None:
    assert len((await reading(tmp_path, csv(["姓名"], *[["李"]] * 10, [""] * 5), limits=Limits(rows=10))).rows) == 10


async def test_that_there_is_no_file_is_not_the_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "upload.part").mkdir()
    with pytest.raises(OSError, match="directory"):
        await reading(tmp_path, b"")


def mutated(content: bytes, number: int) -> bytes:
    """Change, cut or double some bytes; the same ones for the same number."""
    draw = Random(number)
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8))):
        at = draw.randrange(len(changed))
        match draw.randrange(5):
            case 0:
                changed[at] = draw.randrange(256)
            case 1:
                changed[at] ^= 1 << draw.randrange(8)
            case 2:
                del changed[at : at + draw.randrange(40)]
            case 3:
                changed[at:at] = changed[at : at + draw.randrange(40)]
            case _:
                changed[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"<!--", b'"""",'))
    return bytes(changed) or b"x"


def verdicts(folder: Path, name: str, first: int, last: int) -> Iterator[str]:
    """Read a file with some bytes changed, again and again in one process; say what became of each."""
    for number in range(first, last):
        content = mutated(WHOLE[name], number)
        file = put(folder, zipped(parts(("填报", content))) if name == SHEET else content)
        try:
            for _ in batches(file, FORM, Limits(), date(2026, 11, 25)):
                pass
            yield "read"
        except Unreadable as refused:
            yield refused.code


@pytest.mark.parametrize("name", WHOLE)
async def test_a_file_with_changed_bytes_is_read_or_refused(name: str, tmp_path: Path) -> None:
    told: Counter[str] = Counter()

    while told.total() < MUTANTS:
        try:
            async with aclosing(running.stream(verdicts, tmp_path, name, told.total(), MUTANTS, limits=Limits(seconds=300))) as each:
                async for verdict in each:
                    told[verdict] += 1
        except Unreadable as refused:  # this one ended the process: the library was asked for too much, or panicked
            told[refused.code] += 1

    assert set(told) <= {"read", *FAULTS}
    assert len(told) > 2
