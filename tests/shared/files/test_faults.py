"""Every reason for which something is not taken has two sentences and a test; and who only wants the sentences loads no reader."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.files.faults import FAULTS, OF_CELLS, OF_FILES, sentence
from shared.files.unreadable import Unreadable
from shared.kernel.errors import Invalid
from shared.service.http.problems import refusal_said, status_of
from tests.shared.files.hostile import FILES
from tests.shared.files.test_cells_checked import REFUSED

BY_PROCESS = {"too_large_to_read", "takes_too_long", "unreadable"}  # tests/shared/files/test_capped.py
BY_SIZE = {"too_many_rows"}  # tests/shared/files/test_hostile_files.py
BY_CELL = {"formula_cell", "merged_cell", "extra_cells"}  # tests/shared/files/test_workbooks_read.py
BY_COLUMN = {"missing", "masked_value"}  # tests/shared/files/test_cells_checked.py


def test_every_reason_has_a_test() -> None:
    assert {each.code for each in FILES} | BY_PROCESS | BY_SIZE == set(OF_FILES)
    assert {code for cases in REFUSED.values() for _, code in cases} | BY_CELL | BY_COLUMN == set(OF_CELLS)


@pytest.mark.parametrize("code", FAULTS)
def test_a_sentence_is_said_in_both_languages(code: str) -> None:
    chinese, english = sentence(code, english=False), sentence(code, english=True)

    assert chinese.endswith("。") is english.endswith(".") is (code in OF_FILES)
    assert english.isascii() or "“" in english
    assert not chinese.isascii()


def test_a_kind_of_file_adds_its_own_reasons() -> None:
    own = {"one_head": ("每户须有且只有一名户主", "a household has exactly one head")}

    assert sentence("one_head", english=False, more=own) == "每户须有且只有一名户主"
    assert sentence("missing", english=True, more=own) == "is required: fill it in"
    assert Unreadable("one_head", more=own).english == "a household has exactly one head"


def test_a_refusal_says_its_own_sentence_and_its_place() -> None:
    refusal = Unreadable("cell_too_long", row=7, column="备注")

    said = refusal_said(refusal)

    assert (said.name, said.status) == ("Unreadable", status_of(Invalid))
    assert (said.sentence, said.english) == OF_FILES["cell_too_long"]
    assert str(refusal) == OF_FILES["cell_too_long"][0]
    assert refusal.detail == "第7行 备注"
    assert Unreadable("unknown_format", hint="PDF").detail == "PDF"
    assert Unreadable("empty_file").detail is None


@pytest.mark.parametrize("module", ["faults", "unreadable", "limits", "capped"])
def test_who_only_wants_the_sentences_loads_no_reader(module: str) -> None:
    probe = f"import sys, shared.files.{module}; print(*[each for each in ('polars', 'python_calamine', 'xlsxwriter') if each in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", probe], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []
