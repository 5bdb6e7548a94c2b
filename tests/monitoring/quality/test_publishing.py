"""Rules as the prefecture and counties publish them, and as they are tried before."""

from typing import Any

import pytest

from services.monitoring.domain.quality.facts import FACTS
from tests.builders.families import a_family, as_it_is
from tests.builders.quality import a_rule, published, shipped
from tests.builders.story import done, refused
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import prefecture, village
from tests.monitoring.quality.conftest import CADRE, DESK, HERE, LAND, NEXT, OFFICE, TOWN, Quality

RULES = f"/v1/quality-rules/{TOWN[:6]}"
WAGE = a_rule(
    subject="person",
    must=[{"fact": "monthly_wage", "operator": "at_least", "value": "500"}],
    firing=[{"fact": "monthly_wage", "value": "499"}],
    passing=[{"fact": "monthly_wage", "value": "500"}],
)


async def test_the_rules_that_ship_are_listed_with_examples_and_with_what_they_lack(quality: Quality) -> None:
    listed = {each["number"]: each for each in done(await quality.way.call(CADRE).get("/v1/quality-rules"))["items"]}

    assert set(listed) == {rule.number for rule in shipped()}
    land, wage = listed[LAND], listed["1111_12"]
    assert (land["checkable"], land["missing_facts"], land["area"], land["effective_from"]) == (True, [], "5309", "2020-01-01")
    assert land["must"][1] == {"fact": "farmland", "title": "耕地", "operator": "at_most", "value": "100", "values": None, "other": None}
    assert land["firing"][-1] == {"fact": "farmland", "value": "100.01", "values": None}
    assert (wage["checkable"], wage["missing_facts"]) == (False, ["monthly_wage"])
    assert listed["LC_06_003"]["must"][0]["other"] == "head_sex"
    assert sum(not each["checkable"] for each in listed.values()) == 26


async def test_the_vocabulary_is_listed_with_units_and_with_what_is_awaited(quality: Quality) -> None:
    listed = {(each["subject"], each["fact"]): each for each in done(await quality.way.call(CADRE).get("/v1/quality-facts"))["items"]}

    assert set(listed) == {(subject, name) for subject, vocabulary in FACTS.items() for name in vocabulary}
    assert listed["household", "farmland"] | {"title": ""} == {
        "subject": "household",
        "fact": "farmland",
        "title": "",
        "kind": "number",
        "unit": "亩",
        "choices": [],
        "awaiting": None,
        "withheld": False,
    }
    assert listed["person", "monthly_wage"]["awaiting"] == "employment_records"
    assert listed["person", "phone_length"]["awaiting"] == "sealed"
    assert {name for (_, name), each in listed.items() if each["withheld"]} == {"healthy", "drop_out_reason"}


async def test_a_county_s_rule_holds_there_from_its_day_and_is_never_changed(quality: Quality) -> None:
    desk = quality.way.call(DESK)
    first = await desk.put(f"{RULES}/{LAND}", published())
    again = await desk.put(f"{RULES}/{LAND}", published())
    other = await desk.put(f"{RULES}/{LAND}", published(title="另一条"))
    done(await desk.put(f"{RULES}/{LAND}", published(effective_from="2022-01-01", severity="error")))

    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    assert refused(other) == (409, "PublishedAlready", ["body.effective_from"])
    household = await quality.household(farmland="60.00")
    assert await quality.check(LAND) == (1, 0)
    assert (await quality.found(household, LAND))["title"] == "耕地大于50亩"

    async def title(area: str, on: str) -> tuple[str, str]:
        items = done(await desk.get("/v1/quality-rules", area=area, on=on))["items"]
        (rule,) = [each for each in items if each["number"] == LAND]
        return rule["title"], rule["severity"]

    assert await title(HERE, "2021-09-22") == ("耕地大于50亩", "suspect")
    assert await title(HERE, "2022-01-01") == ("耕地大于50亩", "error")
    assert await title(HERE, "2020-12-31") == await title("530922", "2021-09-22") == ("耕地小于0或大于100亩", "suspect")


async def test_the_prefecture_reads_what_a_county_s_rule_says_in_every_list(quality: Quality) -> None:
    await quality.household(farmland="120.00")
    done(await quality.way.call(DESK).put(f"{RULES}/LC_90_001", published()))
    done(await quality.way.call(prefecture()).put("/v1/quality-rules/5309/LC_90_001", published(title="全市一条")))
    await quality.check(LAND, "LC_90_001")

    call, said = quality.way.call(prefecture()), {"LC_90_001": "耕地大于50亩", LAND: "耕地小于0或大于100亩"}
    lines = [each for each in await quality.findings(by=prefecture()) if each["area"] == HERE]
    assert {each["rule"]: each["title"] for each in lines} == said
    counted = [each for each in done(await call.get("/v1/quality-summary"))["items"] if each["area"] == TOWN[:6]]
    assert {each["rule"]: each["title"] for each in counted if each["open"]} == said
    assert {each["rule"]: done(await call.get(f"/v1/quality-findings/{each['id']}"))["title"] for each in lines} == said


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"must": [{"fact": "gold", "operator": "at_most", "value": "50"}]}, (422, "NoSuchFact", ["body.must.0.fact"])),
        ({"given": [{"fact": "kind", "operator": "at_least", "value": "general"}]}, (422, "UnfitComparison", ["body.given.0.operator"])),
        ({"must": [{"fact": "farmland", "operator": "at_most", "value": "much"}]}, (422, "UnfitComparand", ["body.must.0"])),
        ({"must": [{"fact": "farmland", "operator": "at_most", "other": "house_grade"}]}, (422, "UnfitComparand", ["body.must.0"])),
        ({"must": []}, (422, "Malformed", ["body.must"])),
        ({"must": [{"fact": "farmland", "operator": "near", "value": "50"}]}, (422, "Malformed", ["body.must.0.operator"])),
        ({"must": [{"fact": "farmland", "operator": "at_most", "value": "50'; --"}]}, (422, "Malformed", ["body.must.0.value"])),
        ({"firing": [{"fact": "farmland", "value": "50"}]}, (422, "ExampleSaysOtherwise", ["body.firing"])),
        ({"passing": [{"fact": "farmland", "value": "51"}]}, (422, "ExampleSaysOtherwise", ["body.passing"])),
        ({"firing": [{"fact": "gold", "value": "51"}]}, (422, "NoSuchFact", ["body.firing.0.fact"])),
        ({"owner": "prefecture"}, (422, "NobodyAbove", ["body.owner"])),
        ({"effective_to": "2020-12-31"}, (422, "EndsBeforeItBegins", ["body.effective_to"])),
        ({"days": 0}, (422, "Malformed", ["body.days"])),
    ],
)
async def test_a_rule_that_can_never_be_right_is_refused_with_the_place(
    changes: dict[str, Any], refusal: tuple[int, str, list[str]], quality: Quality
) -> None:
    assert refused(await quality.way.call(DESK).put(f"{RULES}/LC_90_001", published(**changes))) == refusal


async def test_who_publishes_where(quality: Quality) -> None:
    call = quality.way.call

    assert refused(await call(DESK).put("/v1/quality-rules/530922/LC_90_001", published())) == (403, "NotYourArea", ["path.area"])
    assert refused(await call(DESK).put("/v1/quality-rules/5309/LC_90_001", published())) == (403, "NotYourArea", ["path.area"])
    assert refused(await call(DESK).put(f"/v1/quality-rules/{TOWN}/LC_90_001", published())) == (422, "RuleTooNarrow", ["path.area"])
    assert refused(await call(OFFICE).put(f"{RULES}/LC_90_001", published()))[:2] == (403, "Forbidden")
    assert refused(await call(DESK).put(f"{RULES}/LC-90", published()))[:2] == (422, "Malformed")
    done(await call(prefecture()).put("/v1/quality-rules/5309/LC_90_002", published()))


async def test_a_trial_counts_and_lists_page_by_page_and_keeps_nothing(quality: Quality, admin: Any) -> None:
    wrong = sorted([await quality.household(farmland=f"{each}.00") for each in (60, 70, 80)])
    await quality.household(farmland="50.00")
    await quality.household(at=NEXT, farmland="90.00")
    desk, trial = quality.way.call(DESK), {"area": HERE, "rule": a_rule(), "size": 2}

    first = done(await desk.post("/v1/quality-rules/trials", trial, key=None))
    second = done(await desk.post("/v1/quality-rules/trials", trial | {"after": first["next"]}, key=None))
    county = done(await desk.post("/v1/quality-rules/trials", {"rule": a_rule()}, key=None))

    assert (first["area"], first["subjects"], first["found"], second["next"]) == (HERE, 4, 3, None)
    assert [each["subject_id"] for each in (*first["items"], *second["items"])] == wrong
    assert first["items"][0] | {"facts": None, "household_id": None, "subject_id": None} == {
        **dict.fromkeys(("subject_id", "household_id", "person_id", "flag_id", "facts")),
        "area": HERE,
    }
    assert (county["area"], county["subjects"], county["found"]) == (TOWN[:6], 5, 4)
    assert (first["withheld"], await count_of(admin, "SELECT count(*) FROM quality_finding WHERE county_code = $1", TOWN[:6])) == ([], 0)
    tried = "SELECT count(*) FROM audit WHERE relation = 'quality_trial' AND act = 'READ' AND actor = 'desk' AND county_code = $1"
    assert await count_of(admin, tried, TOWN[:6]) >= 3


LISTS_THE_ILL = a_rule(
    subject="person",
    must=[{"fact": "healthy", "operator": "equals", "value": "yes"}],
    firing=[{"fact": "healthy", "value": "no"}],
    passing=[{"fact": "healthy", "value": "yes"}],
)
HEALTHY_OF_LITTLE_LABOUR = a_rule(
    subject="person",
    given=[{"fact": "healthy", "operator": "equals", "value": "yes"}],
    must=[{"fact": "labour", "operator": "not_among", "values": ["none", "weak"]}],
    firing=[{"fact": "healthy", "value": "yes"}, {"fact": "labour", "value": "none"}],
    passing=[{"fact": "healthy", "value": "yes"}, {"fact": "labour", "value": "ordinary"}],
)


async def test_a_trial_and_a_rule_name_nobody_by_health(quality: Quality, admin: Any) -> None:
    family = a_family("head", "son", village=HERE)
    household = done(await quality.way.call(CADRE).post("/v1/households", family))["id"]
    seen = await as_it_is(quality.way, household, family["members"])
    await admin.execute("UPDATE membership SET labour = 'none' WHERE person_id = $1", seen.people[1])
    form = {"effective_from": quality.way.now.date().isoformat(), "health": ["healthy"]}
    done(await quality.way.call(CADRE).put(f"/v1/people/{seen.people[1]}/form", form, seen=seen.version))
    desk = quality.way.call(DESK)

    tried = done(await desk.post("/v1/quality-rules/trials", {"rule": HEALTHY_OF_LITTLE_LABOUR}, key=None))
    ill = await desk.post("/v1/quality-rules/trials", {"rule": LISTS_THE_ILL}, key=None)
    published_ill = await desk.put(f"{RULES}/LC_90_004", published(**LISTS_THE_ILL))

    assert (tried["subjects"], tried["found"], tried["withheld"], tried["items"], tried["next"]) == (2, 1, ["healthy"], [], None)
    assert refused(ill) == (422, "ListsTheIll", ["body.rule.must.0"])
    assert refused(published_ill) == (422, "ListsTheIll", ["body.must.0"])
    done(await desk.put(f"{RULES}/LC_90_004", published(**HEALTHY_OF_LITTLE_LABOUR)))


async def test_what_cannot_be_tried_says_why(quality: Quality) -> None:
    call, path = quality.way.call, "/v1/quality-rules/trials"

    wage = await call(DESK).post(path, {"area": HERE, "rule": WAGE}, key=None)
    assert refused(wage)[:2] == (409, "Uncheckable")
    assert "monthly_wage" in wage.text
    assert refused(await call(prefecture()).post(path, {"rule": a_rule()}, key=None)) == (422, "AreaTooWide", ["body.area"])
    assert refused(await call(DESK).post(path, {"area": "530922", "rule": a_rule()}, key=None)) == (403, "NotYourArea", ["body.area"])
    unfit = a_rule(must=[{"fact": "gold", "operator": "filled"}])
    assert refused(await call(DESK).post(path, {"rule": unfit}, key=None)) == (422, "NoSuchFact", ["body.rule.must.0.fact"])
    assert refused(await call(village()).post(path, {"rule": a_rule()}, key=None))[:2] == (403, "Forbidden")


async def test_a_rule_on_an_awaited_fact_is_kept_and_finds_and_closes_nothing(quality: Quality) -> None:
    await quality.household(farmland="60.00")
    done(await quality.way.call(DESK).put(f"{RULES}/LC_90_003", published(**WAGE)))

    assert await quality.check("LC_90_003") == (0, 0)
    (rule,) = [each for each in done(await quality.way.call(DESK).get("/v1/quality-rules"))["items"] if each["number"] == "LC_90_003"]
    assert (rule["checkable"], rule["missing_facts"]) == (False, ["monthly_wage"])
