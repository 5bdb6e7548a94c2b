"""What a request says to the database, listened to, and said again by pgbench: the same texts, the same parameters.

Whatever differs between two requests of a kind, ids, keyed hashes, the caller's key, is made by pgbench anew for each transaction, so
that rows are as many and as scattered as ours. A parameter that is the same in both is passed as one, not written into the text: the
plans are those of prepared statements here and there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

_PARAMETER = re.compile(r"\$(\d+)")
_HASH_BYTES = 32
# Ids made later sort later, as UUIDv7 do; `u` is what nobody else draws. `first` keeps the runs apart.
_DRAW = r"""\set n :n + 1
\set t :first + :n * 64 + :client_id
\set u random(1, 9000000000000000000)
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement and its parameters."""

    text: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A transaction for pgbench, and the parameters that stay the same."""

    text: str
    constants: dict[str, str]


def script(one: Sequence[Said], other: Sequence[Said], *, name: str = "p") -> Script:
    """Write the statements of one request; `other` is a second request of its kind, or the same. One statement needs no transaction.

    :raises ValueError: they did not say the same.
    """
    if [each.text for each in one] != [each.text for each in other]:
        raise ValueError("two requests of one kind said different things")
    writer = _Writer(name)
    lines = [writer.statement(n, said, twin) for n, (said, twin) in enumerate(zip(one, other, strict=True))]
    act = ["BEGIN;", *lines, "COMMIT;"] if len(lines) > 1 else lines
    return Script(text=_DRAW + "\n".join(act) + "\n", constants=writer.constants)


class _Writer:
    def __init__(self, name: str) -> None:
        self._name = name
        self.constants: dict[str, str] = {}
        self._drawn: dict[Any, str] = {}

    def statement(self, n: int, said: Said, twin: Said) -> str:
        def parameter(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            return self._parameter(f"{self._name}_{n}_{place}", said.values[place], twin.values[place])

        return _PARAMETER.sub(parameter, " ".join(said.text.split())) + ";"

    def _parameter(self, name: str, value: Any, twin: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, list) and any(_is_drawn(mine, other) for mine, other in zip(value, twin, strict=True)):
            return f"ARRAY[{', '.join(self._draw(each) for each in value)}]"
        if _is_drawn(value, twin):
            return self._draw(value)
        self.constants[name] = as_text(value)
        return f":{name}"

    def _draw(self, value: Any) -> str:
        """Give the expression that stands for a value wherever it occurs."""
        if value not in self._drawn:
            own = f"int8send(:u::int8 + {len(self._drawn)})"
            if isinstance(value, UUID):
                self._drawn[value] = f"encode(int8send(:t::int8) || {own}, 'hex')::uuid"
            else:
                self._drawn[value] = f"sha256({own})" if isinstance(value, bytes) else f"encode({own}, 'hex')"
        return self._drawn[value]


def _is_drawn(value: Any, twin: Any) -> bool:
    """Say whether a value must be made anew: ids, hashes and keys; a moment or a ciphertext may be the same for all."""
    return value != twin and (isinstance(value, UUID | str) or (isinstance(value, bytes) and len(value) == _HASH_BYTES))


def as_text(value: Any) -> str:
    """Write a value as PostgreSQL reads it."""
    if isinstance(value, list):
        return "{" + ",".join("NULL" if each is None else _quoted(as_text(each)) for each in value) + "}"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal | UUID):
        return str(value)
    raise TypeError(f"no text for {type(value).__name__}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
