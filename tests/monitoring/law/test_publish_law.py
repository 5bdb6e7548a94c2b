"""Publishing the law: lines and parameters are added and never changed, by the prefecture, with their document."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from services.monitoring.usecases.law.publish_bottom_line import PublishBottomLine, publish_bottom_line
from services.monitoring.usecases.law.publish_parameter import PublishParameter, publish_parameter
from services.monitoring.usecases.law.published import NotYourArea
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Role
from tests.builders.law import DOCUMENT, a_line, a_parameter
from tests.builders.story import done, refused
from tests.fixtures.callers import Call
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, township, village

pytestmark = pytest.mark.usefixtures("clean_law")

LINE = "/v1/bottom-lines/530922101/2031"  # where nobody is registered
NOTICE = "/v1/parameters/530925/identification.notice.days"
TRACES = "SELECT actor, relation, act, after ->> 'amount', after ->> 'value' FROM audit WHERE (after ->> 'id')::uuid = $1 ORDER BY id"
BOTH: Any = pytest.mark.parametrize(("path", "body"), [(LINE, a_line("9100.00")), (NOTICE, a_parameter("7"))])


@BOTH
async def test_a_rule_is_published_once_and_found_again(path: str, body: dict[str, Any], call: Call) -> None:
    first = await call(prefecture()).put(path, body)
    again = await call(prefecture()).put(path, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert {name: first.json()[name] for name in ("area", "effective_from", "status", "version")} == {
        "area": path.split("/")[3],
        "effective_from": "2021-01-01",
        "status": "published",
        "version": 1,
    }


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        (LINE, a_line("9100.00"), {"amount": "9100.01"}),
        (LINE, a_line("9100.00"), {"document_number": DOCUMENT + "（另）"}),
        (NOTICE, a_parameter("7"), {"value": "8"}),
        (NOTICE, a_parameter("7"), {"document_number": DOCUMENT + "（另）"}),
    ],
)
async def test_what_holds_from_a_day_is_not_rewritten(path: str, body: dict[str, Any], change: dict[str, str], call: Call) -> None:
    done(await call(prefecture()).put(path, body))

    answer = await call(prefecture()).put(path, body | change)

    assert refused(answer) == (409, "PublishedAlready", ["body.effective_from"])
    assert (await call(prefecture()).put(path, body | {**change, "effective_from": "2021-01-02", "document_number": DOCUMENT})).status_code == 201


async def test_an_amount_is_the_same_however_many_places_it_is_written_with(call: Call) -> None:
    done(await call(prefecture()).put(LINE, a_line("9100")))

    assert (await call(prefecture()).put(LINE, a_line("9100.00"))).status_code == 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("identification.total.days", "0"),
        ("identification.total.days", "367"),
        ("identification.total.days", "fifteen"),
        ("identification.total.days", "-1"),
        ("identification.total.days", "１５"),
        ("identification.total.day_kind", "working"),
        ("identification.village_appraisal.quorum", "3/2"),
        ("identification.village_appraisal.quorum", "0.66"),
        ("identification.village_appraisal.quorum", "0/3"),
        ("identification.village_appraisal.quorum", "1/0"),
        ("identification.county_approval.differs_from", "village_appraisal,nobody"),
        ("identification.county_approval.differs_from", "village_appraisal,"),
        ("identification.max_risks", "21"),
        ("period.rolls_to_workday", "ja"),
    ],
)
async def test_a_value_that_does_not_fit_its_key_is_refused(key: str, value: str, call: Call) -> None:
    answer = await call(prefecture()).put(f"/v1/parameters/530925/{key}", a_parameter(value))

    assert refused(answer) == (422, "UnfitParameter", ["body.value"])


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/v1/parameters/530925/identification.coffee", a_parameter("7"), (422, "Malformed", ["path.key"])),
        ("/v1/parameters/530102/identification.notice.days", a_parameter("7"), (422, "Malformed", ["path.area"])),
        (NOTICE, a_parameter("7", effective_from="2021-02-30"), (422, "Malformed", ["body.effective_from"])),
        (NOTICE, a_parameter("7", document_number=""), (422, "Malformed", ["body.document_number"])),
        (LINE, a_line("0.00"), (422, "NotPositive", ["body.amount"])),
        (LINE, a_line("-1.00"), (422, "Malformed", ["body.amount"])),
        ("/v1/bottom-lines/530925/2019", a_line("9100.00"), (422, "Malformed", ["path.year"])),
    ],
)
async def test_an_unfit_rule_is_refused_by_field(path: str, body: dict[str, Any], said: tuple[int, str, list[str]], call: Call) -> None:
    assert refused(await call(prefecture()).put(path, body)) == said


@BOTH
@pytest.mark.parametrize("official", [village(), township(), county(), auditor(), citizen()])
async def test_publishing_is_the_prefecture_s(official: Actor, path: str, body: dict[str, Any], call: Call) -> None:
    assert refused(await call(official).put(path, body)) == (403, "Forbidden", [])


async def test_nobody_publishes_for_an_area_outside_the_own(monitoring: Database) -> None:
    """No office of today could try; the rule is the use case's own."""
    of_one_county = Actor(id="somebody", role=Role.PREFECTURE_OFFICER, area="530925")

    async with rehearsal(monitoring, of_one_county) as tx:
        with pytest.raises(NotYourArea) as line:
            await publish_bottom_line("5309", 2031, PublishBottomLine(**a_line("9100.00")), tx)
        with pytest.raises(NotYourArea):
            await publish_parameter("530902", "identification.notice.days", PublishParameter(**a_parameter("7")), tx)  # pyright: ignore[reportArgumentType]

    assert line.value.fields == ("path.area",)


@pytest.mark.parametrize(
    ("path", "body", "trace"),
    [
        (LINE, a_line("9100.00"), ("prefecture", "bottom_line", "INSERT", "9100.00", None)),
        (NOTICE, a_parameter("7"), ("prefecture", "parameter", "INSERT", None, "7")),
    ],
)
async def test_a_published_rule_leaves_a_trace_with_its_author(
    path: str, body: dict[str, str], trace: tuple[Any, ...], call: Call, admin: asyncpg.Connection
) -> None:
    published = done(await call(prefecture()).put(path, body))

    traces = await admin.fetch(TRACES, published["id"])

    assert tuple(traces[-1]) == trace


async def test_the_tree_of_areas_is_shown_level_by_level_to_everybody(call: Call) -> None:
    counties = done(await call(citizen()).get("/v1/areas"))["items"]
    villages = done(await call(auditor()).get("/v1/areas", inside="530902102"))["items"]

    assert [each["code"] for each in counties] == ["530902", "530921", "530922", "530923", "530924", "530925", "530926", "530927"]
    assert {each["level"] for each in villages} == {"village"}
    assert len(villages) == 19
    assert {"code": "530902102201", "name": "博尚村民委员会", "level": "village", "parent": "530902102"} in villages


async def test_what_a_hardship_is_graded_is_published_for_people_and_found_where_it_holds(call: Call, clean_law: None, september: datetime) -> None:
    path = f"/v1/lead-grade-rules/{HOME[:6]}/other"
    rule = {"grade": "red", "population": "lifted_out", "effective_from": "2021-09-01", "document_number": DOCUMENT}

    first, again = await call(county()).put(path, rule), await call(county()).put(path, rule)
    general = await call(county()).put(path, {**rule, "population": "general", "grade": "orange"})
    other = await call(county()).put(path, {**rule, "grade": "orange"})

    assert (first.status_code, again.status_code, general.status_code, first.json()) == (201, 200, 201, again.json())
    assert refused(other) == (409, "PublishedAlready", ["body.effective_from"])
    assert refused(await call(county()).put("/v1/lead-grade-rules/5309/other", rule)) == (403, "NotYourArea", ["path.area"])
    assert refused(await call(county()).put(path, {**rule, "population": "monitored"})) == (422, "Malformed", ["body.population"])
    assert refused(await call(village()).put(path, rule)) == (403, "Forbidden", [])
    shown = [done(await call(by).get("/v1/lead-grade-rules"))["items"] for by in (village(), prefecture())]
    here, wide = [{(each["area"], each["population"], each["grade"]) for each in items if each["hardship"] == "other"} for items in shown]
    assert here == {(HOME[:6], "lifted_out", "red"), (HOME[:6], "general", "orange")}
    assert wide == {("5309", "any", "yellow")}
