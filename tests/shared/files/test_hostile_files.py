"""Whatever is uploaded, what reads it lives, and says in a sentence what is wrong and where."""

import os
from pathlib import Path

import pytest

from tests.shared.files.hostile import FILES, Hostile
from tests.shared.files.made import ID, reading, refusal
from tests.shared.files.made import book as a_workbook


@pytest.mark.parametrize("hostile", FILES, ids=lambda each: each.name)
async def test_a_hostile_file_is_refused_for_its_reason(hostile: Hostile, tmp_path: Path) -> None:
    refused = await refusal(tmp_path, hostile.make())

    assert (refused.code, refused.row, refused.column, refused.hint) == (hostile.code, hostile.row, hostile.column, hostile.hint)
    assert ID not in f"{refused.sentence}{refused.english}{refused.detail}"
