"""The search for canaries finds what it is to find."""

import pytest

from tests.fixtures.canaries import found

NAME = "岩温·旺叫"


@pytest.mark.parametrize("content", [f"name={NAME}", r'{"name": "\u5ca9\u6e29\u00b7\u65fa\u53eb"}', repr(NAME.encode())])
def test_a_planted_name_is_found_however_it_is_written(content: str) -> None:
    assert found([NAME], {"log": "nothing here", "topic": content})[0].startswith("topic: ")


def test_where_nothing_was_planted_nothing_is_found() -> None:
    assert found([NAME, "53352119800101001X"], {"log": "household registered", "topic": "0192f0c1-7d3e-7000-8000-0000000000aa"}) == []
