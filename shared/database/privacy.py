"""Personal fields: one ciphertext for all that is secret about a row, and a keyed index where equality is searched.

Promises: a ciphertext opens only with the key that it names, and only for the row that it was made for; equal values have equal
indexes, and an index tells nothing without its key, which is not in the database.
Does not promise anything about names, which officials search by part: they are masked at their type (`shared/kernel/people.py`).
Not for values that are searched by part or sorted, nor for ones with few possible values, whose indexes would give them away by frequency.
"""

import hmac
import os
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unopenable(Exception):
    """A ciphertext that was made with another key, for another row, or not by us."""


class Vault:
    """The keys of one service: AES-256-GCM, the key's id in front of the value, the row as associated data."""

    def __init__(self, service: str, *, key: bytes, index_key: bytes, key_id: int = 1) -> None:
        self._service = service
        self._cipher = AESGCM(key)
        self._index_key = index_key
        self._key_id = key_id.to_bytes(2)

    def seal(self, fields: dict[str, Any], *, table: str, row: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        return self._key_id + nonce + self._cipher.encrypt(nonce, orjson.dumps(fields), self._context(table, row))

    def open(self, sealed: bytes, *, table: str, row: UUID) -> dict[str, Any]:
        """Open what was sealed.

        :raises Unopenable: not with this key, or not for this row.
        """
        key_id, nonce, ciphertext = sealed[:2], sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
        if key_id != self._key_id:
            raise Unopenable
        try:
            return orjson.loads(self._cipher.decrypt(nonce, ciphertext, self._context(table, row)))
        except (InvalidTag, ValueError) as error:  # ValueError: cut off within the nonce
            raise Unopenable from error

    def index(self, value: str) -> bytes:
        """Give the blind index of a normalised value: HMAC-SHA-256 under a key of its own."""
        return hmac.digest(self._index_key, value.encode(), "sha256")

    def _context(self, table: str, row: UUID) -> bytes:
        return f"{self._service}|{table}|{row.hex}|{self._key_id.hex()}".encode()
