"""Personal fields: sealed for one row, found by a keyed index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.database.privacy import Unopenable, Vault
from shared.kernel.ids import new_id

KEY, OTHER_KEY, INDEX_KEY = bytes(32), bytes([1]) * 32, bytes([2]) * 32
VAULT = Vault("monitoring", key=KEY, index_key=INDEX_KEY)
SECRETS = {"id_number": "533522197001010010", "phone": None}
ROW = new_id()


@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers(-(2**53), 2**53) | st.lists(st.text())))
def test_what_was_sealed_for_a_row_opens_for_it(fields: dict[str, object]) -> None:
    assert VAULT.open(VAULT.seal(fields, table="person", row=ROW), table="person", row=ROW) == fields


def test_a_ciphertext_shows_nothing_and_is_never_the_same_twice() -> None:
    sealed = {VAULT.seal(SECRETS, table="person", row=ROW) for _ in range(100)}

    assert len(sealed) == 100
    assert all(b"533522" not in each and b"id_number" not in each for each in sealed)


@pytest.mark.parametrize(
    ("vault", "table", "row"),
    [
        (VAULT, "person", new_id()),
        (VAULT, "lead", ROW),
        (Vault("projects", key=KEY, index_key=INDEX_KEY), "person", ROW),
        (Vault("monitoring", key=OTHER_KEY, index_key=INDEX_KEY), "person", ROW),
        (Vault("monitoring", key=KEY, index_key=INDEX_KEY, key_id=2), "person", ROW),
    ],
    ids=["another row", "another table", "another service", "another key", "another key id"],
)
def test_a_ciphertext_opens_only_where_it_belongs(vault: Vault, table: str, row: object) -> None:
    sealed = VAULT.seal(SECRETS, table="person", row=ROW)

    with pytest.raises(Unopenable):
        vault.open(sealed, table=table, row=row)  # pyright: ignore[reportArgumentType]


def test_every_tampered_bit_is_found() -> None:
    sealed = VAULT.seal(SECRETS, table="person", row=ROW)

    for place in range(len(sealed)):
        tampered = bytearray(sealed)
        tampered[place] ^= 1
        with pytest.raises(Unopenable):
            VAULT.open(bytes(tampered), table="person", row=ROW)


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 20, 29])
def test_what_was_cut_off_is_not_opened(length: int) -> None:
    sealed = VAULT.seal(SECRETS, table="person", row=ROW)

    with pytest.raises(Unopenable):
        VAULT.open(sealed[:length], table="person", row=ROW)


def test_a_blind_index_is_the_same_for_the_same_number_under_the_same_key_only() -> None:
    index = VAULT.index("533522197001010010")

    assert index == Vault("projects", key=OTHER_KEY, index_key=INDEX_KEY).index("533522197001010010")
    assert index != Vault("monitoring", key=KEY, index_key=OTHER_KEY).index("533522197001010010")
    assert index != VAULT.index("533522197001010029")
    assert index.hex() == "5a8337b4964f19f6c9009c4e854dd66501403f348a1cf6b5eaaad3c2b8114658"


def test_the_keys_of_a_vault_are_not_printed() -> None:
    vault = Vault("monitoring", key=b"k" * 32, index_key=b"i" * 32)

    assert "kkkk" not in repr(vault)
    assert "iiii" not in repr(vault)
