"""Many leads sent down as one job, over counties too."""

from typing import Any
from uuid import uuid4

from shared.kernel.actors import Actor
from tests.builders.leads import a_person_lead
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import HOME, county, prefecture, township, village
from tests.monitoring.decisions.conftest import Bulk


async def waiting(way: Way, area: str, by: Actor) -> dict[str, Any]:
    return done(await way.call(by).post("/v1/leads", a_person_lead(area=area)))


def dispatches(leads: list[dict[str, Any]], area: str, **changes: Any) -> dict[str, Any]:
    return {"area": area, "note": "请尽快入户", "items": [{"lead_id": each["id"], "version": each["version"]} for each in leads], **changes}


async def test_many_leads_go_down_each_to_where_it_is_sent(way: Way, bulk: Bulk) -> None:
    leads = [await waiting(way, HOME[:9], county()) for _ in range(4)]
    body = dispatches(leads, HOME)
    body["items"][1]["area"] = NEXT_VILLAGE
    body["items"][2]["area"] = OTHER_TOWNSHIP
    body["items"][3]["version"] = 7

    job = await bulk.asked(body, by=township(), path="lead-dispatches")

    assert (job["state"], job["updated"], job["refused"]) == ("done", 2, 2)
    assert await bulk.results(job["id"], by=township()) == [("updated", None), ("updated", None), ("refused", "NotFurtherDown"), ("refused", "Stale")]
    areas = [done(await way.call(county()).get(f"/v1/leads/{each['id']}"))["area"] for each in leads]
    assert areas == [HOME, NEXT_VILLAGE, HOME[:9], HOME[:9]]


async def test_a_prefecture_sends_leads_of_several_counties_down_at_once(way: Way, bulk: Bulk) -> None:
    here, there = [await waiting(way, area, prefecture()) for area in (HOME[:6], OTHER_COUNTY[:6])]
    body = dispatches([here, there, {"id": str(uuid4()), "version": 1}], HOME[:9])
    body["items"][1]["area"] = OTHER_COUNTY[:9]

    whole = await bulk.ask({**body, "atomic": "all"}, by=prefecture(), path="lead-dispatches")
    tried = await bulk.asked({**body, "mode": "validate"}, by=prefecture(), path="lead-dispatches")
    job = await bulk.committed(tried, by=prefecture())

    assert refused(whole) == (422, "TooManyForWhole", ["body.atomic"])
    assert (tried["state"], tried["total"], tried["updated"]) == ("validated", 3, 2)
    assert (job["state"], job["total"], job["updated"], job["refused"]) == ("done", 3, 2, 1)
    assert await bulk.results(job["id"], by=prefecture()) == [("updated", None), ("updated", None), ("refused", "NotFound")]
    assert [done(await way.call(prefecture()).get(f"/v1/leads/{each['id']}"))["area"] for each in (here, there)] == [HOME[:9], OTHER_COUNTY[:9]]


async def test_a_lead_of_another_township_is_as_if_there_were_none(way: Way, bulk: Bulk) -> None:
    lead = await waiting(way, OTHER_TOWNSHIP[:9], county())

    job = await bulk.asked(dispatches([lead], HOME), by=township(), path="lead-dispatches")

    assert await bulk.results(job["id"], by=township()) == [("refused", "NotFound")]
    assert refused(await bulk.ask(dispatches([lead], HOME), by=village(), path="lead-dispatches"))[:2] == (403, "Forbidden")


async def test_a_lead_stands_in_the_list_once(way: Way, bulk: Bulk) -> None:
    lead = {"id": str(uuid4()), "version": 1}

    assert refused(await bulk.ask(dispatches([lead, lead], HOME), path="lead-dispatches")) == (422, "TwiceInList", ["body.items.1.lead_id"])
