"""Files as cadres, departments and those who mean harm make them, byte by byte, and what became of them."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from shared.files.limits import DEFAULT, Limits
from shared.files.reading.batches import read
from shared.files.unreadable import Unreadable
from shared.kernel.sheets import Column, Holds, Sheet

TODAY = date(2026, 11, 25)
ID = "533522197001010010"  # the check digit is right

FORM = Sheet(
    kind="household_register",
    title="农户登记表",
    version=2,
    columns=(
        Column(field="name", header="姓名", holds=Holds.NAME, required=True, masked=True),
        Column(field="id_number", header="身份证号码", holds=Holds.ID_NUMBER, masked=True),
        Column(field="phone", header="联系电话", holds=Holds.PHONE, masked=True),
        Column(field="village", header="行政村代码", holds=Holds.VILLAGE),
        Column(field="kind", header="户类型", holds=Holds.CHOICE, choices={"脱贫户": "lifted_out", "一般农户（含）": "general"}),
        Column(field="income", header="工资性收入（元）", holds=Holds.YUAN),
        Column(field="people", header="家庭人口", holds=Holds.COUNT),
        Column(field="since", header="纳入日期", holds=Holds.DAY),
        Column(field="note", header="备注", holds=Holds.WORDS),
        Column(field="person", header="人员编号（系统）", holds=Holds.REFERENCE),
    ),
)
FIELDS = tuple(column.field for column in FORM.columns)


@dataclass(frozen=True)
class Outcome:
    """What reading a file came to.

    :param rows: by number: the fields that hold something.
    :param faults: by number: the codes of the row, by field.
    """

    rows: Mapping[int, Mapping[str, str]]
    faults: Mapping[int, Mapping[str | None, str]]


async def reading(folder: Path, content: bytes, *, sheet: Sheet = FORM, limits: Limits = DEFAULT) -> Outcome:
    """Read a file to its end."""
    file = put(folder, content)
    rows: dict[int, Mapping[str, str]] = {}
    faults: dict[int, Mapping[str | None, str]] = {}
    position = 0.0
    async with aclosing(read(file, sheet, limits=limits, today=TODAY)) as batches:
        async for batch in batches:
            assert position <= batch.position <= 1
            position = batch.position
            for row in batch.rows.to_dicts():
                number, told = row.pop("row"), row.pop("faults")
                rows[number] = {field: value for field, value in row.items() if value is not None}
                faults |= {number: dict(orjson.loads(told))} if told else {}
    return Outcome(rows, faults)


def put(folder: Path, content: bytes) -> Path:
    """Put a file where nobody can tell by its name what it is."""
    file = folder / "upload.part"
    file.write_bytes(content)
    return file


async def refusal(folder: Path, content: bytes, *, limits: Limits = DEFAULT, sheet: Sheet = FORM) -> Unreadable:
    """Read a file that is refused, and give the refusal."""
    try:
        outcome = await reading(folder, content, sheet=sheet, limits=limits)
    except Unreadable as refused:
        return refused
    raise AssertionError(f"it was read: {outcome}")


def csv(*rows: Sequence[str], encoding: str = "utf-8", separator: str = ",") -> bytes:
    return "".join(separator.join(row) + "\r\n" for row in rows).encode(encoding)


# Workbooks by hand

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
Parts = dict[str, bytes]


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str) -> str:
    """Write a row of texts from column A on."""
    return f'<row r="{number}">' + "".join(cell(f"{chr(65 + place)}{number}", text) for place, text in enumerate(texts)) + "</row>"


HEADER = row(1, "姓名", "身份证号码")
ROWS = HEADER + row(2, "李文芳", ID)


def worksheet(rows: str = ROWS, *, before: str = "", after: str = "") -> bytes:
    return (_XML + f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>').encode()


def relations(*each: tuple[str, str, str], external: Sequence[str] = ()) -> bytes:
    """Write relationships: id, kind, target; those named in `external` lie outside."""
    inner = ""
    for name, kind, target in each:
        mode = 'TargetMode="External"' if name in external else ""
        inner += f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}" {mode}/>'
    return (_XML + f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>').encode()


def parts(*sheets: tuple[str, bytes], states: Mapping[str, str] | None = None, strings: Sequence[str] | None = None) -> Parts:
    """Give the parts of a workbook: by default one sheet with one person."""
    sheets = sheets or (("填报", worksheet()),)
    named = {f"rId{number}": (title, f"worksheets/sheet{number}.xml") for number, (title, _) in enumerate(sheets, start=1)}
    listed = ""
    for name, (title, _) in named.items():
        state = (states or {}).get(title, "visible")
        listed += f'<sheet name="{title}" sheetId="{name[3:]}" state="{state}" r:id="{name}"/>'
    made = {
        "[Content_Types].xml": (
            _XML + f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
        ).encode(),
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (_XML + f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>').encode(),
        "xl/_rels/workbook.xml.rels": relations(
            *((name, "worksheet", target) for name, (_, target) in named.items()),
            ("rId98", "styles", "styles.xml"),
            *([("rId99", "sharedStrings", "sharedStrings.xml")] if strings is not None else []),
        ),
        "xl/styles.xml": (
            _XML + f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
        ).encode(),
    }
    if strings is not None:
        made["xl/sharedStrings.xml"] = (_XML + f'<sst xmlns="{MAIN}">' + "".join(f"<si>{each}</si>" for each in strings) + "</sst>").encode()
    return made | {f"xl/{named[f'rId{number}'][1]}": xml for number, (_, xml) in enumerate(sheets, start=1)}


@dataclass
class Lie:
    """What the directory of a ZIP file says of a part, where that is not the truth."""

    size: int | None = None
    packed: int | None = None
    checksum: int | None = None
    flags: int = 0
    method: int | None = None
    offset: int | None = None


def zipped(
    content: Mapping[str, bytes], *, lies: Mapping[str, Lie] | None = None, stored: bool = False, twice: str | None = None, large: bool = False
) -> bytes:
    """Write a ZIP file by hand, so that it can lie.

    :param twice: a part that the directory names a second time.
    :param large: it ends as files of more than four gigabytes do.
    """
    body, directory = b"", b""
    names = [*content, *([twice] if twice else [])]
    for name in names:
        lie = (lies or {}).get(name, Lie())
        packed, method = (content[name], 0) if stored else (_deflated(content[name]), 8)
        method = method if lie.method is None else lie.method
        size = len(content[name]) if lie.size is None else lie.size
        claimed = len(packed) if lie.packed is None else lie.packed
        checksum = zlib.crc32(content[name]) if lie.checksum is None else lie.checksum
        offset = len(body) if lie.offset is None else lie.offset
        common = struct.pack("<4H3I2H", lie.flags | 0x800, method, 0, 33, checksum, claimed, size, len(name.encode()), 0)
        if name not in names[: names.index(name)] or name != twice:
            body += b"PK\x03\x04" + struct.pack("<H", 20) + common + name.encode() + packed
        directory += b"PK\x01\x02" + struct.pack("<2H", 20, 20) + common + struct.pack("<3H2I", 0, 0, 0, 0, offset) + name.encode()
    end = struct.pack("<4H2IH", 0, 0, len(names), len(names), len(directory), len(body), 0)
    if large:
        where = len(body) + len(directory)
        directory += b"PK\x06\x06" + struct.pack("<Q2H2I4Q", 44, 45, 45, 0, 0, len(names), len(names), len(directory), len(body))
        directory += b"PK\x06\x07" + struct.pack("<IQI", 0, where, 1)
        end = struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + directory + b"PK\x05\x06" + end


def _deflated(content: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(content) + deflate.flush()


def book(rows: str = ROWS, *, strings: Sequence[str] | None = None, **around: str) -> bytes:
    """Write a workbook of one sheet."""
    return zipped(parts(("填报", worksheet(rows, **around)), strings=strings))


# Old workbooks by hand

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Write an old Office file: a header, the table of sectors, the directory, the streams; up to 64 KiB."""
    entries = [_entry("Root Entry", 5, _END, 0)]
    table, sectors = [_TABLE], b""
    room = -(-(len(streams) + 1) // 4)  # four entries to a sector
    table += [*range(2, room + 1), _END]
    for name, content in streams.items():
        first, number = len(table), -(-len(content) // _SECTOR)
        table += [*range(first + 1, first + number), _END]
        sectors += content.ljust(number * _SECTOR, b"\0")
        entries.append(_entry(name, 2, first, len(content)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<5H10x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<8I", 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    return header + struct.pack("<128I", *table, *[_FREE] * (128 - len(table))) + b"".join(entries).ljust(room * _SECTOR, b"\0") + sectors


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    spelt = name.encode("utf-16-le") + b"\0\0"
    return spelt.ljust(64, b"\0") + struct.pack("<HBB48xII4x", len(spelt), kind, 1, first, size)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
