"""Files that are refused, each with the code, the row and the column that it is refused for."""

import io
import struct
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from zipfile import ZipFile

import openpyxl

from tests.shared.files.made import (
    HEADER,
    ID,
    MAIN,
    ROWS,
    Lie,
    book,
    cell,
    compound,
    csv,
    parts,
    relations,
    row,
    worksheet,
    zipped,
)

SHEET = "xl/worksheets/sheet1.xml"
CONTENT_TYPES = "[Content_Types].xml"
XML = b'<?xml version="1.0" encoding="UTF-8"?>'
NAMES = ["姓名", "身份证号码"]
PERSON = ["李文芳", ID]
_TEN_MEGABYTES = b64encode(Random(49).randbytes(7_500_000)).decode()  # that cannot be packed


@dataclass(frozen=True)
class Hostile:
    name: str
    make: Callable[[], bytes]
    code: str
    row: int | None = None
    column: str | None = None
    hint: str | None = None


def _nested_zip() -> bytes:
    return zipped({"a.zip": zipped({"b.zip": zipped({"c.xlsx": book()})})})


def _same_bytes_again_and_again() -> bytes:
    """A part named a thousand times in the directory, packed once (an overlapping bomb)."""
    content = parts() | {"xl/media/a.bin": b"\0" * 900_000}
    names = {f"xl/media/{number}.bin": b"\0" * 900_000 for number in range(20)}
    whole = zipped(content)
    at = whole.index(b"xl/media/a.bin") - 30
    return zipped({**content, **names}, lies={name: Lie(offset=at) for name in names})


def _compound(*names: str) -> bytes:
    return compound(dict.fromkeys(names, b"\x00" * 4096))


def _in_circles() -> bytes:
    """An old workbook whose first sector follows on itself."""
    whole = bytearray(compound({"Workbook": b"\0" * 4096}))
    first = struct.unpack_from("<I", whole, whole.index("Workbook".encode("utf-16-le")) + 116)[0]
    struct.pack_into("<I", whole, 512 + 4 * first, first)
    return bytes(whole)


def _longer_than_it_is() -> bytes:
    whole = bytearray(compound({"Workbook": b"\0" * 4096}))
    struct.pack_into("<I", whole, whole.index("Workbook".encode("utf-16-le")) + 120, 1 << 30)
    return bytes(whole)


def _linked() -> bytes:
    """A workbook that draws a value from another one, as openpyxl writes it."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(NAMES)
    sheet.append(PERSON)
    buffer = io.BytesIO()
    made.save(buffer)
    with ZipFile(buffer) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    return zipped(content)


def _with_relation(kind: str, target: str) -> bytes:
    content = parts()
    content["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("rId1", kind, target), external=["rId1"])
    return zipped(content)


def _billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">{entities}]><worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str">'
        "<v>&l9;</v></c></row></sheetData></worksheet>"
    ).encode()


def _replaced(name: str, old: bytes, new: bytes) -> bytes:
    content = parts()
    assert old in content[name]
    content[name] = content[name].replace(old, new)
    return zipped(content)


def _with(name: str, content: bytes) -> bytes:
    return zipped(parts() | {name: content})


def _without(name: str) -> bytes:
    return zipped({each: content for each, content in parts().items() if each != name})


def _lying(name: str, lie: Lie) -> bytes:
    return zipped(parts(), lies={name: lie})


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def _data_at(content: bytes, name: bytes) -> int:
    return content.index(name) + len(name) + 4


def _notes(mark: str) -> bytes:
    return zipped(parts(("填报", worksheet()), ("说明", worksheet(row(1, "模板版本", mark)))))


def _column(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _million_columns() -> bytes:
    return book("<row r='1'>" + "".join(f'<c r="{_column(place)}1"><v>1</v></c>' for place in range(1_000_000)) + "</row>")


def _far_cell() -> bytes:
    return book(HEADER + f'<row r="2">{cell("A2", "李")}<c r="XFD2"><v>1</v></c></row>')


FILES = (
    # What it is not
    Hostile("nothing", lambda: b"", "empty_file"),
    Hostile("blanks", lambda: b"\xef\xbb\xbf \r\n\r\n", "empty_file"),
    Hostile("lines of blanks", lambda: b" \r\n" * 10_000, "empty_file"),
    Hostile("a pdf", lambda: b"%PDF-1.7\n" + b"\0" * 100, "unknown_format", hint="PDF"),
    Hostile("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "unknown_format", hint="PNG"),
    Hostile("a photo", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100, "unknown_format", hint="JPEG"),
    Hostile("a rar", lambda: b"Rar!\x1a\x07\x00", "unknown_format", hint="RAR"),
    Hostile("a program", lambda: b"MZ\x90\x00", "unknown_format", hint="EXE"),
    Hostile("a page with a table", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "unknown_format", hint="HTML / XML"),
    Hostile("a json list", lambda: b'[{"name":"x"}]', "unknown_format", hint="JSON"),
    Hostile("a zip", lambda: zipped({"a.csv": b"x"}), "unknown_format", hint="ZIP"),
    Hostile("zips in a zip", _nested_zip, "unknown_format", hint="ZIP"),
    Hostile("a zip of nothing", lambda: zipped({}), "unknown_format", hint="ZIP"),
    Hostile("a text document", lambda: zipped({CONTENT_TYPES: b"<Types/>", "word/document.xml": b"<w/>"}), "unknown_format", hint="DOCX"),
    Hostile("an xlsb", lambda: zipped({CONTENT_TYPES: b"<Types/>", "xl/workbook.bin": b"\0"}), "unknown_format", hint="XLSB"),
    Hostile("an ods", lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "unknown_format", hint="ODS"),
    Hostile("an ofd", lambda: zipped({"OFD.xml": b"<ofd/>"}), "unknown_format", hint="OFD"),
    Hostile("a doc", lambda: _compound("WordDocument"), "unknown_format", hint="DOC"),
    Hostile("some other compound file", lambda: _compound("Contents"), "unknown_format", hint="OLE"),
    Hostile("a workbook of Excel 5", lambda: b"\x09\x08\x10\x00\x00\x05", "unknown_format", hint="Excel 5"),
    # Passwords
    Hostile("an encrypted xlsx", lambda: _compound("EncryptionInfo", "EncryptedPackage"), "encrypted"),
    Hostile("an encrypted part", lambda: _lying(SHEET, Lie(flags=1)), "encrypted"),
    # Bombs
    Hostile("a thousand to one", lambda: _with("xl/media/a.bin", b"\0" * 300_000_000), "bomb"),
    Hostile("a thousand to one, in the sheet", lambda: _with(SHEET, b" " * 50_000_000), "bomb"),
    Hostile("too many parts", lambda: zipped(parts() | {f"xl/{number}.xml": b"<a/>" for number in range(2_500)}), "bomb"),
    Hostile("a directory without end", lambda: zipped(parts() | {f"{'x' * 60_000}{number}": b"" for number in range(60)}), "bomb"),
    Hostile("more than fits", lambda: _lying("xl/styles.xml", Lie(size=0xFFFFFFF0)), "bomb"),
    Hostile("parts within parts", _same_bytes_again_and_again, "bomb"),
    Hostile("a small part that is large", lambda: _with("xl/workbook.xml", b"<workbook>" + bytes(range(32, 60)) * 200_000), "bomb"),
    # Lies and damage
    Hostile("a size too small", lambda: _lying(SHEET, Lie(size=10)), "damaged"),
    Hostile("a size too large", lambda: _lying(SHEET, Lie(size=100_000)), "damaged"),
    Hostile("a wrong checksum", lambda: _lying(SHEET, Lie(checksum=1)), "damaged"),
    Hostile("a packed size too small", lambda: _lying(SHEET, Lie(packed=50)), "damaged"),
    Hostile("a method that nobody knows", lambda: _lying(SHEET, Lie(method=99)), "damaged"),
    Hostile("a part in the midst of another", lambda: _lying(SHEET, Lie(offset=5)), "bomb"),
    Hostile("a part beyond the end", lambda: _lying("xl/styles.xml", Lie(offset=0x7FFFFFF0)), "damaged"),
    Hostile("one part twice", lambda: zipped(parts(), twice=SHEET), "damaged"),
    Hostile("two parts of one name", lambda: _with("XL/Workbook.xml", b"<workbook/>"), "damaged"),
    Hostile("a flipped byte", lambda: _flipped(book(), _data_at(book(), SHEET.encode())), "damaged"),
    Hostile("no workbook", lambda: _without("xl/workbook.xml"), "damaged"),
    Hostile("no content types", lambda: _without(CONTENT_TYPES), "damaged"),
    Hostile("only the beginning of a zip", lambda: b"PK\x03\x04" + b"\0" * 50, "damaged"),
    Hostile("an .xls whose sectors go in circles", _in_circles, "damaged"),
    Hostile("an .xls whose stream is longer than it", _longer_than_it_is, "damaged"),
    Hostile("a sheet that is no XML", lambda: _with(SHEET, worksheet(HEADER + "<row r='2'><c r='A2'></row>")), "damaged"),
    Hostile("a sheet without end", lambda: _with(SHEET, worksheet()[:-40]), "damaged"),
    Hostile("a string that is not there", lambda: book('<row r="1"><c r="A1" t="s"><v>7</v></c></row>', strings=["<t>姓名</t>"]), "damaged"),
    Hostile("a string below nought", lambda: book('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', strings=["<t>姓名</t>"]), "damaged"),
    Hostile("strings that are not there", lambda: book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), "damaged"),
    # Foreign things
    Hostile("macros", lambda: _with("xl/vbaProject.bin", b"\0" * 100), "macros"),
    Hostile("old macros", lambda: _with("xl/macrosheets/sheet1.xml", b"<a/>"), "macros"),
    Hostile(
        "a workbook that is for macros",
        lambda: _with(CONTENT_TYPES, XML + b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'),
        "macros",
    ),
    Hostile("macros in an .xls", lambda: _compound("Workbook", "_VBA_PROJECT_CUR"), "macros"),
    Hostile("a link to another workbook", _linked, "external_links"),
    Hostile("a connection", lambda: _with("xl/connections.xml", b"<connections/>"), "external_links"),
    Hostile("an embedded object", lambda: _with("xl/embeddings/oleObject1.bin", b"\0"), "external_links"),
    Hostile("a control", lambda: _with("xl/activeX/activeX1.xml", b"<a/>"), "external_links"),
    Hostile("a picture from elsewhere", lambda: _with_relation("image", "http://example.org/a.png"), "external_links"),
    Hostile("a template from elsewhere", lambda: _with_relation("attachedTemplate", "file://///example.org/a"), "external_links"),
    Hostile(
        "a reference to elsewhere",
        lambda: _replaced("xl/workbook.xml", b"</sheets>", b'</sheets><externalReferences><externalReference r:id="rId7"/></externalReferences>'),
        "external_links",
    ),
    # XML
    Hostile("a document type in the sheet", lambda: _with(SHEET, b'<!DOCTYPE a SYSTEM "http://example.org/">' + worksheet()), "dtd"),
    Hostile("an entity from a file", lambda: _with(SHEET, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + worksheet()), "dtd"),
    Hostile("a billion laughs", lambda: _with(SHEET, _billion_laughs()), "dtd"),
    Hostile("a document type in the workbook", lambda: _replaced("xl/workbook.xml", b"<workbook", b"<!DOCTYPE a><workbook"), "dtd"),
    Hostile("a document type where nobody looks", lambda: _with("docProps/app.xml", XML + b"<!DOCTYPE a []><a/>"), "dtd"),
    Hostile("an entity in the strings", lambda: _with("xl/sharedStrings.xml", XML + b'<!DOCTYPE a [<!ENTITY x "y">]><sst/>'), "dtd"),
    Hostile("a sheet in UTF-16", lambda: _with(SHEET, worksheet().decode().replace("UTF-8", "UTF-16").encode("utf-16")), "utf16"),
    Hostile("a sheet in UTF-16 that does not say so", lambda: _with(SHEET, worksheet().decode().encode("utf-16-be")), "utf16"),
    Hostile("a sheet that says it is GBK", lambda: _with(SHEET, worksheet().replace(b"UTF-8", b"GBK")), "utf16"),
    Hostile("a workbook in UTF-16", lambda: _with("xl/workbook.xml", '<?xml version="1.0"?><workbook/>'.encode("utf-16")), "utf16"),
    Hostile("a comment that hides a row", lambda: book(ROWS + "<!--" + row(3, "王五") + "-->"), "odd_xml"),
    Hostile("text that the library would lose", lambda: book(HEADER + '<row r="2"><c r="A2" t="str"><v><![CDATA[李]]></v></c></row>'), "odd_xml"),
    Hostile("rows under another prefix", lambda: book(ROWS + f'<y:row xmlns:y="{MAIN}" r="3"/>'), "odd_xml"),
    Hostile("rows out of order", lambda: book(HEADER + row(5, "李") + row(3, "王")), "odd_xml", row=3),
    Hostile("one row twice", lambda: book(HEADER + row(2, "李") + row(2, "王")), "odd_xml", row=2),
    Hostile("a row past the last", lambda: book(HEADER + row(2_000_000, "李")), "odd_xml", row=2_000_000),
    Hostile("a cell that says another row", lambda: book(HEADER + f'<row r="2">{cell("A900", "李")}</row>'), "odd_xml", row=1),
    Hostile("a sheet of something else", lambda: _with(SHEET, XML + b"<chartsheet/>"), "odd_xml"),
    # Sheets
    Hostile("a second sheet with content", lambda: zipped(parts(("填报", worksheet()), ("Sheet2", worksheet()))), "extra_sheet"),
    Hostile(
        "a second sheet with a formula",
        lambda: zipped(parts(("填报", worksheet()), ("甲", worksheet("<row r='1'><c><f>1</f></c></row>")))),
        "extra_sheet",
    ),
    Hostile(
        "a second sheet with nothing but a formula",
        lambda: zipped(parts(("填报", worksheet()), ("甲", worksheet("<row><c><f>A1</f></c></row>")))),
        "extra_sheet",
    ),
    Hostile("nothing but notes", lambda: zipped(parts(("说明", worksheet(row(1, "甲"))))), "no_rows"),
    Hostile("merged headers", lambda: book(after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'), "merged_header", row=1),
    Hostile("a title over the header", lambda: book(row(1, "登记表") + row(2, *NAMES)), "unknown_column", row=1, column="A"),
    Hostile("another kind of file", lambda: _notes("income_register/2"), "wrong_template"),
    Hostile("an older template", lambda: _notes("household_register/1"), "old_template"),
    # Sizes
    Hostile("a million columns", _million_columns, "too_many_columns", row=1, column="GS"),
    Hostile("a cell in the last column", _far_cell, "too_many_columns", row=2, column="GS"),
    Hostile("columns without letters", lambda: book("<row>" + "<c><v>1</v></c>" * 300 + "</row>"), "too_many_columns", row=1, column="GS"),
    Hostile("a million columns in CSV", lambda: csv(["姓名", *["x"] * 1_000_000]), "too_many_columns", row=1, column="GS"),
    Hostile("ten megabytes in a cell", lambda: book(HEADER + row(2, "李", _TEN_MEGABYTES)), "cell_too_long", row=2, column="身份证号码"),
    Hostile("ten megabytes in a CSV cell", lambda: csv(NAMES, PERSON, ["x" * 10_000_000, ""]), "cell_too_long", row=3),
    Hostile("ten megabytes in a JSON line", lambda: b'{"name":"' + b"x" * 10_000_000 + b'"}', "cell_too_long", row=1),
    Hostile("a long JSON value", lambda: b'{"name":"' + b"x" * 40_000 + b'"}', "cell_too_long", row=1, column="name"),
    Hostile("a row without end", lambda: book(HEADER + "<row r='2'>" + "<c/>" * 20_000_000), "bomb"),
    Hostile("a quotation mark that is never closed", lambda: csv(NAMES, ['"李', ID], *[PERSON] * 2_000), "cell_too_long", row=2),
    # Text
    Hostile("UTF-16 with a mark", lambda: csv(NAMES, PERSON, encoding="utf-16"), "utf16"),
    Hostile("UTF-16 without a mark", lambda: csv(NAMES, PERSON, encoding="utf-16-le"), "utf16"),
    Hostile("UTF-32", lambda: csv(NAMES, PERSON, encoding="utf-32-be"), "nul"),
    Hostile("a NUL", lambda: csv(NAMES, ["李\0", ID]), "nul"),
    Hostile("lines in two encodings", lambda: csv(NAMES, PERSON) + csv(["王五", ID], encoding="gb18030"), "mixed_encoding"),
    Hostile("lines in two encodings, the other way", lambda: csv(NAMES, PERSON, encoding="gb18030") + csv(["王小", "联系不上"]), "mixed_encoding"),
    Hostile("one name in another encoding", lambda: csv(NAMES, ["李四", ID], encoding="gb18030") + csv(["王五", ID]), "mixed_encoding"),
    Hostile("no text at all", lambda: bytes(range(128, 256)) * 10, "mixed_encoding"),
    Hostile("Latin-1", lambda: csv(NAMES) + "Müßig,1\r\n".encode("latin-1"), "mixed_encoding"),
    Hostile("text after a quotation mark", lambda: csv(NAMES, ['"李"四', ID]), "csv_quotes", row=2),
    Hostile("a file that ends within quotation marks", lambda: csv(NAMES, ['"李', ID]), "csv_quotes", row=2),
    # JSON lines
    Hostile("no JSON", lambda: b'{"name":"x"}\n{name:1}', "json_line", row=2),
    Hostile("NaN", lambda: b'{"name":"x","income":NaN}', "json_line", row=1),
    Hostile("Infinity", lambda: b'{"name":"x","income":-Infinity}', "json_line", row=1),
    Hostile("a key twice", lambda: b'{"name":"x","name":"y"}', "json_line", row=1),
    Hostile("half a character", lambda: b'{"name":"\\ud800"}', "json_line", row=1),
    Hostile("JSON in GB18030", lambda: '{"name":"李"}'.encode("gb18030"), "json_line", row=1),
    Hostile("a list among objects", lambda: b'{"name":"x"}\n["y"]', "json_line", row=2),
    Hostile("JSON a hundred thousand levels deep", lambda: b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_line", row=1),
    Hostile("a field and its header", lambda: '{"name":"x","姓名":"y"}'.encode(), "duplicate_header", row=1, column="姓名"),
    Hostile("a thousand keys", lambda: b"{" + b",".join(b'"k%d":1' % each for each in range(1_000)) + b"}", "too_many_columns", row=1),
    # Headers
    Hostile("blank rows above the header", lambda: book(row(3, *NAMES) + row(4, *PERSON)), "header_not_first", row=3),
    Hostile("blank records above the header", lambda: csv([""], NAMES, PERSON), "header_not_first", row=2),
    Hostile("a header twice", lambda: csv([*NAMES, "姓　名"], [*PERSON, "李"]), "duplicate_header", row=1, column="姓名"),
    Hostile("no required column", lambda: csv(["身份证号码"], [ID]), "missing_column", row=1, column="姓名"),
    Hostile("an unknown column", lambda: csv([*NAMES, "血型"], [*PERSON, "A"]), "unknown_column", row=1, column="C"),
    Hostile("no header at all", lambda: csv(PERSON, PERSON), "unknown_column", row=1, column="A"),
    Hostile("an unknown key", lambda: b'{"name":"x","blood":"A"}', "unknown_column", row=1, column="blood"),
    Hostile("only a header", lambda: csv(NAMES), "no_rows"),
    Hostile("a header and blanks", lambda: book(HEADER + row(2, " ", "　")), "no_rows"),
    Hostile("an empty sheet", lambda: book(""), "empty_file"),
)
