"""Values that have broken systems like this one, as they are written in JSON, in an address and in a header."""

import json
from typing import Any

from tests.shared.service.forms import BOUNDARY, FORM, form, part

MARK = "zq7x"
"""Stands in every hostile text: it is never to be read in an answer that refuses it."""

NINES, FULL_WIDTH = "9" * 5000, "１２３４５６７"
NEVER_SAID = (MARK, "9" * 20, "0" * 20, FULL_WIDTH, MARK.upper())

UNREADABLE = object()
"""What JSON text is no value at all."""

IN_JSON: dict[str, str] = {
    "NUL": rf'"{MARK}\u0000"',
    "lone surrogate": rf'"{MARK}\ud800"',
    "beyond int32": "2147483648",
    "beyond int64": "9223372036854775808",
    "10^30": "1" + "0" * 30,
    "-10^30": "-1" + "0" * 30,
    "1e300": "1e300",
    "1e400": "1e400",
    "literal NaN": "NaN",
    "literal Infinity": "Infinity",
    "literal -Infinity": "-Infinity",
    "text NaN": '"NaN"',
    "text Infinity": '"Infinity"',
    "text 10^30": f'"1{"0" * 30}"',
    "text 1e5": '"1e5"',
    "text -1": '"-1"',
    "-1": "-1",
    "1e5": "1e5",
    "half": "0.5",
    "empty": '""',
    "blanks": '"   "',
    "ideographic blanks": '"\u3000\u3000"',
    "null": "null",
    "true": "true",
    "text true": '"true"',
    "empty array": "[]",
    "empty object": "{}",
    "array in array": f'[[["{MARK}"]]]',
    "year 9999": '"9999-12-31T23:59:59-12:00"',
    "year 0001": '"0001-01-01T00:00:00+14:00"',
    "naive time": '"2021-09-22T09:30:00"',
    "time as number": "1632274200",
    "30 February": '"2021-02-30"',
    "5,000 digits": NINES,
    "text of 5,000 digits": f'"{NINES}"',
    "full-width digits": f'"{FULL_WIDTH}"',
    "bidi control": rf'"{MARK}\u202e{MARK}"',
    "zero width": rf'"{MARK}\u200b"',
    "5,000 characters": f'"{MARK * 1250}"',
    "noncharacter": rf'"{MARK}\uffff"',
    "line separator": rf'"{MARK}\u2028{MARK}"',
    "array of many": f"[{','.join(['0'] * 20_000)}]",
    "deep": "[" * 500 + "]" * 500,
}

IN_TEXT: dict[str, bytes] = {
    "NUL": f"{MARK}\0".encode(),
    "only NUL": b"\0",
    "surrogate": MARK.encode() + b"\xed\xa0\x80",
    "not UTF-8": MARK.encode() + b"\xff\xfe",
    "GB18030": "镇康".encode("gb18030") + MARK.encode(),
    "beyond int32": b"2147483648",
    "beyond int64": b"9223372036854775808",
    "10^20": b"1" + b"0" * 20,
    "-10^20": b"-1" + b"0" * 20,
    "10^30": b"1" + b"0" * 30,
    "5,000 digits": NINES.encode(),
    "1e300": b"1e300",
    "1e5": b"1e5",
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-1": b"-1",
    "0": b"0",
    "half": b"0.5",
    "empty": b"",
    "blanks": b"   ",
    "null": b"null",
    "true": b"true",
    "empty array": b"[]",
    "empty object": b"{}",
    "year 9999": b"9999-12-31T23:59:59-12:00",
    "naive time": b"2021-09-22T09:30:00",
    "full-width digits": FULL_WIDTH.encode(),
    "bidi control": f"{MARK}\u202e".encode(),
    "byte order mark": f"\ufeff{MARK}".encode(),
    "5,000 characters": (MARK * 1250).encode(),
    "slash": f"{MARK}/{MARK}".encode(),
    "climbing": f"../{MARK}".encode(),
    "quote": f"'; DROP TABLE person; -- {MARK}".encode(),
    "per cent": b"%00",
    "cursor of no county": b"530999.1632274200000000." + b"a" * 32,
    "cursor without end": b"530902." + b"9" * 16 + b"." + b"f" * 32,
    "cursor too long ago": b"530902.-1." + b"f" * 32,
    "cursor of no id": b"530902.1632274200000000." + b"z" * 32,
    "cursor of other digits": "530902.１６３２.".encode() + b"f" * 32,
    "cursor of dots": b"." * 50,
}

IN_HEADERS: dict[str, bytes] = {
    **{name: value for name, value in IN_TEXT.items() if b"\0" not in value},
    "two values": b'"1", "2"',
    "star": b"*",
    "open quote": b'"1',
    "weak": b'W/"',
    "zero": b'"0"',
    "negative": b'"-1"',
    "large": b'"999999999"',
    "larger": b'"2147483648"',
    "text": f'"{MARK}"'.encode(),
    "tab": f"{MARK}\t{MARK}".encode(),
    "101 characters": b"k" * 101,
    "100 characters": b"k" * 100,
}

NAMES = {
    "NUL": f"{MARK}\0",
    "lone surrogate": f"{MARK}\ud800",
    "ID number": "533522194001010019",
    "5,000 characters": MARK * 1250,
    "bidi control": f"{MARK}\u202e",
    "empty": "",
    "name of a person": "李文芳",
    "dots": f"{MARK}.{MARK}",
}
"""Names of fields that nobody knows, and that are not to be repeated."""

BODIES: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {422}),
    "blanks": (b"   ", {422}),
    "no JSON": (b'{"a": ', {422}),
    "half a text": (b'"\xe4\xb8', {400}),
    "null": (b"null", {422}),
    "true": (b"true", {422}),
    "text": (f'"{MARK}"'.encode(), {422}),
    "number": (b"1e400", {422}),
    "NaN": (b"NaN", {422}),
    "array": (b"[]", {422}),
    "object": (b"{}", {422}),
    "5,000 digits": (b"9" * 5000, {400}),
    "arrays, unclosed, deep": (b"[" * 100_000, {400, 422}),
    "arrays, deep": (b"[" * 100_000 + b"]" * 100_000, {400}),
    "objects, deep": (f'{{"{MARK}":'.encode() * 50_000 + b"1" + b"}" * 50_000, {400}),
    "array of many": (b"[" + b"0," * 500_000 + b"0]", {422}),
    "array of a million": (b"[" + b"0," * 999_999 + b"0]", {413}),
    "1.1 MiB": (b'"' + b"z" * (11 * 2**20 // 10) + b'"', {413}),
}
"""Bodies that are no request at all, and the statuses that may answer them."""

CONTENT_TYPES = [
    b"text/plain",
    b"application/xml",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"application/octet-stream",
]


FILE_NAMES: dict[str, bytes] = {
    "NUL": f"{MARK}\0.csv".encode(),
    "surrogate": MARK.encode() + b"\xed\xa0\x80.csv",
    "GB18030": "镇康.csv".encode("gb18030"),
    "climbing": f"../../{MARK}".encode(),
    "of Windows": f"C:\\{MARK}\\con".encode(),
    "quote": f'{MARK}"; filename="x'.encode(),
    "line end": f"{MARK}\r\nX-{MARK}: 1".encode(),
    "bidi control": f"{MARK}\u202e.csv".encode(),
    "dots": b"..",
    "empty": b"",
    "another part": f"{MARK}\r\n\r\n--{BOUNDARY}--".encode(),
    "3,000 characters": MARK.encode() * 750,
    "5,000 characters": MARK.encode() * 1250,
}

_KIND, _FILE = part("kind", "household_register"), part("file", b"rows", file="rows.csv")
_FULL = form(_KIND, _FILE)

FORMS: dict[str, tuple[str, bytes, int, set[str]]] = {
    "JSON": ("application/json", b'{"kind": "household_register"}', 422, {"header.content-type"}),
    "no content type": ("", _FULL, 422, {"header.content-type"}),
    "of an address": ("application/x-www-form-urlencoded", b"kind=household_register&file=rows", 422, {"header.content-type"}),
    "mixed": (f"multipart/mixed; boundary={BOUNDARY}", _FULL, 422, {"header.content-type"}),
    "no boundary": ("multipart/form-data", _FULL, 400, set()),
    "empty boundary": ("multipart/form-data; boundary=", _FULL, 400, set()),
    "another boundary": ("multipart/form-data; boundary=other", _FULL, 400, set()),
    "boundary of 300": (f"multipart/form-data; boundary={'x' * 300}", _FULL, 400, set()),
    "boundary of other letters": ("multipart/form-data; boundary=é".encode().decode("latin-1"), _FULL, 400, set()),
    "nothing": (FORM, b"", 400, set()),
    "only an end": (FORM, form(), 422, {"body.file"}),
    "no form": (FORM, f"{MARK}".encode() * 100, 400, set()),
    "no end": (FORM, form(_KIND, _FILE, end=b""), 400, set()),
    "cut in the end": (FORM, _FULL[:-6], 400, set()),
    "cut in the file": (FORM, _FULL[:-40], 400, set()),
    "no file": (FORM, form(_KIND), 422, {"body.file"}),
    "no kind": (FORM, form(_FILE), 422, {"body.kind"}),
    "file as a field": (FORM, form(_KIND, part("file", "rows")), 202, set()),
    "two files": (FORM, form(_KIND, _FILE, _FILE), 422, {"body.file"}),
    "kind twice": (FORM, form(_KIND, _KIND, _FILE), 422, {"body.kind"}),
    "kind again after the file": (FORM, form(_KIND, _FILE, _KIND), 422, {"body.kind"}),
    "unknown field": (FORM, form(_KIND, part("status", MARK), _FILE), 422, {"body.status"}),
    "unknown file": (FORM, form(_KIND, _FILE, part("second", b"rows", file="x")), 422, {"body.second"}),
    "many fields": (FORM, form(*(part(f"f{n}", "x") for n in range(2_000)), _FILE), 422, {"body.f0"}),
    "huge field": (FORM, form(part("kind", MARK * 500_000), _FILE), 422, {"body.kind"}),
    "NUL in a field": (FORM, form(part("kind", f"{MARK}\0"), _FILE), 422, {"body.kind"}),
    "lone surrogate": (FORM, form(part("kind", MARK.encode() + b"\xed\xa0\x80"), _FILE), 422, {"body.kind"}),
    "no name": (FORM, _FULL.replace(b'; name="kind"', b""), 400, set()),
    "no disposition": (FORM, _FULL.replace(b"Content-Disposition", b"X-Disposition"), 400, set()),
    "two dispositions": (
        FORM,
        _FULL.replace(b'name="kind"', b'name="kind"\r\nContent-Disposition: form-data; name="status"'),
        422,
        {"body.status"},
    ),
    "headers without end": (FORM, f"--{BOUNDARY}\r\n".encode() + f"X-{MARK}: 1\r\n".encode() * 50_000, 400, set()),
    "header without end": (FORM, f"--{BOUNDARY}\r\nX-{MARK}: ".encode() + b"x" * 1_000_000, 400, set()),
    "header name without end": (FORM, f"--{BOUNDARY}\r\n".encode() + b"X" * 1_000_000, 400, set()),
    "header of no letters": (FORM, _FULL.replace(b"Content-Disposition", b"Content Disposition\xff"), 400, set()),
    "line feeds only": (FORM, _FULL.replace(b"\r\n", b"\n"), 400, set()),
    "preamble": (FORM, f"{MARK}\r\n".encode() + _FULL, 400, set()),
    "epilogue": (FORM, _FULL + MARK.encode() * 1_000, 202, set()),
}
"""Forms that are none, or odd: content type, body, the status of the answer, and the fields that it names."""


def read(written: str) -> Any:
    """Read JSON as a service does."""
    try:
        return json.loads(written)
    except ValueError:
        return UNREADABLE
