"""Registering a household."""

from tests.builders.people import a_household
from tests.fixtures.callers import Call
from tests.fixtures.tokens import village


async def test_a_household_is_registered_and_shown_masked(call: Call) -> None:
    household = a_household()

    answer = await call(village()).post("/v1/households", household)

    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 1
    assert answer.json()["status"] == "normal"
    shown = await call(village()).get(f"/v1/households/{answer.json()['id']}")
    assert shown.status_code == 200, shown.text
    assert shown.headers["etag"] == '"1"'
    assert len(shown.json()["members"]) == 4
    for member in household["members"]:
        assert member["id_number"] not in shown.text
        assert member["phone"] not in shown.text
        assert member["name"] not in shown.text
