"""Rules in data say what calls for a lead: those that are loaded, those that offices publish, and what none of them may say."""

from typing import Any

import asyncpg
import pytest

from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.migrations.versions.v0015_signals import CODES, RULES
from shared.kernel.actors import Actor
from shared.kernel.areas import COUNTIES
from tests.builders.files import Row, a_list_row
from tests.builders.law import DOCUMENT, a_line, a_signal_rule
from tests.builders.people import a_household
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY
from tests.builders.signals import some_signals
from tests.builders.story import done, refused
from tests.fixtures.callers import Call
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import HOME, county, department_user, prefecture, township, village
from tests.monitoring.conftest import Adopt

pytestmark = pytest.mark.usefixtures("clean_law", "september")

MEDICAL = "medical_insurance_list"
# Rule -> whose row it is, one that it calls, and one that it does not; nothing there: whoever is on the list is called.
SEEDS: dict[str, tuple[str | None, Row, Row | None]] = {
    "medical_insurance_list.lifted_out": ("lifted_out", {"self_paid": "5000.00"}, {"self_paid": "4999.99"}),
    "medical_insurance_list.general": (None, {"self_paid": "20000.00"}, {"self_paid": "19999.99"}),
    "medical_insurance_list.extra_assistance": ("monitored", {"self_paid": "6000.01"}, {"self_paid": "6000.00"}),
    "outpatient_cost_list.monthly": (None, {"self_paid_month": "500.01"}, {"self_paid_month": "500.00"}),
    "uninsured_list.lifted_out": ("lifted_out", {}, None),
    "uninsured_list.monitored": ("monitored", {}, None),
    "serious_disease_list.listed": (None, {}, None),
    "school_drop_out_list.listed": (None, {}, None),
    "school_cost_list.yearly": (None, {"self_paid": "10000.01"}, {"self_paid": "10000.00"}),
    "housing_list.dangerous": (None, {"grade": "D级"}, {"grade": "B级"}),
    "water_list.listed": (None, {}, None),
    "disaster_list.listed": (None, {"loss": ""}, None),
    "hazard_warning_list.severe": (None, {"level": "红色"}, {"level": "蓝色"}),
    "forest_fire_list.listed": (None, {}, None),
    "traffic_accident_list.harm": (None, {"harm": "死亡"}, {"harm": "轻伤"}),
    "accident_list.listed": (None, {}, None),
    "household_change_list.death": (None, {"change": "死亡注销"}, {"change": "迁入"}),
    "social_relief_list.change": (None, {"change": "停发"}, {"change": "在享"}),
    "disability_certificate_list.severe": (None, {"grade": "二级"}, {"grade": "三级"}),
    "hotline_list.listed": (None, {}, None),
    "job_loss_list.listed": (None, {}, None),
    "wage_arrears_list.listed": (None, {}, None),
    "farm_loss_list.listed": (None, {}, None),
    "overdue_loan_list.listed": (None, {}, None),
    "card_payment_list.listed": (None, {}, None),
}


def of(kind: str, **changes: Any) -> Actor:
    return department_user(department=LISTS[kind].department, **changes)


async def judged(call: Call, admin: asyncpg.Connection, kind: str, **changes: Any) -> tuple[str, str | None]:
    """Report a record; say what the rules made of it, and which."""
    answer = done(await call(of(kind)).post("/v1/signals", some_signals(kind, a_list_row(kind, **changes))))
    (item,) = answer["items"]
    assert item["outcome"] == "created", item
    row = await admin.fetchrow("SELECT judgement, rule_code, rule_document FROM department_row WHERE id = $1", item["id"])
    assert row is not None
    assert (item["judgement"], item["rule_document"], item["lead_id"] is None) == (row["judgement"], row["rule_document"], row["rule_code"] is None)
    return row["judgement"], row["rule_code"]


async def somebody(call: Call, admin: asyncpg.Connection, group: str | None) -> dict[str, Any]:
    """Register a household of one of a group; give its member as a list would name them."""
    if group is None:
        return {}
    household = a_household(members=1, kind="general" if group == "monitored" else group)
    household_id = done(await call(village()).post("/v1/households", household))["id"]
    if group == "monitored":
        await admin.execute("UPDATE household SET status = 'monitored' WHERE id = $1", household_id)
    return {name: household["members"][0][name] for name in ("name", "id_number", "phone")}


async def publish(call: Call, code: str, rule: dict[str, Any], *, area: str = "5309", by: Actor | None = None) -> None:
    done(await call(by or prefecture()).put(f"/v1/signal-rules/{area}/{code}", rule))


def test_every_rule_that_is_loaded_is_tried() -> None:
    assert set(SEEDS) == {*CODES.values(), *(rule[0] for rule in RULES)}


def test_every_list_that_may_open_a_lead_has_a_rule() -> None:
    assert {code.partition(".")[0] for code in SEEDS} == {kind for kind, each in LISTS.items() if each.warning is None}


@pytest.mark.parametrize("code", SEEDS)
async def test_a_rule_that_is_loaded_calls_what_it_says_and_nothing_else(code: str, call: Call, admin: asyncpg.Connection) -> None:
    kind = code.partition(".")[0]
    group, called, not_met = SEEDS[code]

    assert await judged(call, admin, kind, **await somebody(call, admin, group), **called) == ("called", code)
    assert await judged(call, admin, kind, **await somebody(call, admin, group), **called, **{LISTS[kind].day: "2019-12-31"}) == ("no_rule", None)
    if not_met is not None:
        assert await judged(call, admin, kind, **await somebody(call, admin, group), **not_met) == ("not_met", None)


@pytest.mark.parametrize("kind", [kind for kind, each in LISTS.items() if each.warning])
async def test_what_people_own_is_kept_opens_no_lead_and_warns_at_their_case(kind: str, call: Call, way: Any, admin: asyncpg.Connection) -> None:
    household = a_household(members=1)
    household_id = done(await call(village()).post("/v1/households", household))["id"]
    person = {name: household["members"][0][name] for name in ("name", "id_number", "phone")}
    case_id = (await way.confirmed(await way.lead(household_id), "06"))["case_id"]
    before = done(await call(village()).get(f"/v1/cases/{case_id}"))["warnings"]

    assert await judged(call, admin, kind, **person, village=NEXT_VILLAGE) == ("kept", None)

    assert (before, done(await call(village()).get(f"/v1/cases/{case_id}"))["warnings"]) == ([], [LISTS[kind].warning])


@pytest.mark.parametrize(
    ("operator", "value", "met", "not_met"),
    [
        ("at_least", "300", "300.00", "299.99"),
        ("more_than", "300", "300.01", "300.00"),
        ("at_most", "300", "300.00", "300.01"),
        ("less_than", "300", "299.99", "300.00"),
        ("equals", "300", "300.00", "300.01"),
    ],
)
async def test_amounts_are_compared_as_numbers(operator: str, value: str, met: str, not_met: str, call: Call, admin: asyncpg.Connection) -> None:
    code = "outpatient_cost_list.monthly"
    await publish(call, code, a_signal_rule(operator, value, field="self_paid_month"))

    found = [(await judged(call, admin, "outpatient_cost_list", self_paid_month=amount))[0] for amount in (met, not_met)]

    assert found == ["called", "not_met"]


async def test_a_change_is_seen_against_the_person_s_row_before_whichever_came_first(call: Call, admin: asyncpg.Connection) -> None:
    kind = "disability_certificate_list"
    await publish(call, f"{kind}.severe", a_signal_rule("changed_to", "2", field="grade"))
    person = await somebody(call, admin, "general")

    rows = [a_list_row(kind, **person, grade=grade, certified_on=day) for day, grade in (("2021-03-01", "二级"), ("2021-05-01", "二级"))]
    later = done(await call(of(kind)).post("/v1/signals", some_signals(kind, rows[1])))["items"][0]
    earlier = done(await call(of(kind)).post("/v1/signals", some_signals(kind, rows[0])))["items"][0]

    assert (later["judgement"], earlier["judgement"]) == ("called", "called")
    found = {
        row["effective_on"].isoformat(): row["judgement"]
        for row in await admin.fetch(
            "SELECT effective_on, judgement FROM department_row WHERE lead_id = $1 OR id = $2", earlier["lead_id"], later["id"]
        )
    }
    assert found == {"2021-03-01": "called", "2021-05-01": "not_met"}
    assert later["lead_id"] == earlier["lead_id"]


async def test_a_rule_holds_from_its_day_until_its_end_by_the_day_of_the_matter(call: Call, admin: asyncpg.Connection) -> None:
    code, kind = "outpatient_cost_list.monthly", "outpatient_cost_list"
    await publish(call, code, a_signal_rule("more_than", "300", field="self_paid_month", effective_from="2021-03-01", effective_to="2021-05-01"))
    await publish(call, code, a_signal_rule("more_than", "400", field="self_paid_month", effective_from="2021-06-01"))

    async def on(day: str, amount: str) -> str:
        return (await judged(call, admin, kind, self_paid_month=amount, month_end=day))[0]

    assert [await on(day, "350.00") for day in ("2021-02-28", "2021-03-01", "2021-04-30", "2021-06-01")] == ["not_met", "called", "called", "not_met"]
    assert [await on(day, "9000.00") for day in ("2021-05-01", "2021-05-31", "2021-06-01")] == ["no_rule", "no_rule", "called"]


async def test_the_nearest_area_s_version_decides_and_that_of_the_person_s_own_village(call: Call, admin: asyncpg.Connection) -> None:
    code, kind = "outpatient_cost_list.monthly", "outpatient_cost_list"
    await publish(call, code, a_signal_rule("more_than", "800", field="self_paid_month"), area=HOME[:6], by=county())
    await publish(call, code, a_signal_rule("more_than", "1000", field="self_paid_month"), area=HOME[:9], by=county())

    async def at(place: str, amount: str, **person: Any) -> str:
        answer = done(
            await call(of(kind, area="5309")).post(
                "/v1/signals", some_signals(kind, a_list_row(kind, village=place, self_paid_month=amount, **person))
            )
        )
        return answer["items"][0]["judgement"]

    assert [await at(HOME, amount) for amount in ("1000.00", "1000.01")] == ["not_met", "called"]
    assert [await at("530902001201", amount) for amount in ("800.00", "800.01")] == ["not_met", "called"]
    assert [await at(OTHER_COUNTY, amount) for amount in ("500.00", "500.01")] == ["not_met", "called"]
    assert await at("530902001201", "900.00", **await somebody(call, admin, "general")) == "not_met"


async def test_a_local_version_that_has_ended_leaves_the_wider_one_in_force(call: Call, admin: asyncpg.Connection) -> None:
    code, kind = "outpatient_cost_list.monthly", "outpatient_cost_list"
    rule = a_signal_rule("more_than", "9000", field="self_paid_month", effective_from="2021-03-01", effective_to="2021-04-01")
    await publish(call, code, rule, area=HOME[:6], by=county())

    found = [(await judged(call, admin, kind, month_end=day, self_paid_month="600.00"))[0] for day in ("2021-03-31", "2021-04-01")]

    assert found == ["not_met", "called"]


@pytest.mark.parametrize("base", ["bottom_line", "provincial_rural_income"])
async def test_a_ratio_is_of_this_year_s_line_or_of_last_year_s_income(base: str, call: Call, adopt: Adopt, admin: asyncpg.Connection) -> None:
    if base == "bottom_line":
        await adopt(HOME[:6], "4000.00", year=2021)
    else:
        done(await call(prefecture()).put(f"/v1/base-figures/{HOME[:6]}/{base}/2020", a_line("4000.00")))
    rule = a_signal_rule("at_least", "0.5", field="self_paid", base=base, population="general")
    await publish(call, f"{MEDICAL}.general", rule, area=HOME[:6], by=county())

    found = [(await judged(call, admin, MEDICAL, self_paid=amount, until="2021-06-30"))[0] for amount in ("2000.00", "1999.99")]

    assert found == ["called", "not_met"]


@pytest.mark.parametrize(
    ("code", "rule", "refusal", "field"),
    [
        ("medical_insurance_list.x", a_signal_rule("at_least", "1", field="until"), "NoSuchColumn", "field"),
        ("medical_insurance_list.x", a_signal_rule("at_least", "1", field="grade"), "NoSuchColumn", "field"),
        ("medical_insurance_list.x", a_signal_rule("at_least", "1"), "NoSuchColumn", "field"),
        ("medical_insurance_list.x", a_signal_rule("any", field="self_paid"), "NoSuchColumn", "field"),
        ("medical_insurance_list.x", a_signal_rule("any", "1"), "UnfitValue", "value"),
        ("medical_insurance_list.x", a_signal_rule("any", base="bottom_line"), "UnfitBase", "base"),
        ("medical_insurance_list.x", a_signal_rule("among", "1,2", field="self_paid"), "UnfitOperator", "operator"),
        ("housing_list.x", a_signal_rule("at_least", "3", field="grade"), "UnfitOperator", "operator"),
        ("housing_list.x", a_signal_rule("among", "C,E", field="grade"), "UnfitValue", "value"),
        ("housing_list.x", a_signal_rule("among", "C,C", field="grade"), "UnfitValue", "value"),
        ("housing_list.x", a_signal_rule("equals", "C级", field="grade"), "UnfitValue", "value"),
        ("medical_insurance_list.x", a_signal_rule("at_least", "5,000", field="self_paid"), "UnfitValue", "value"),
        ("medical_insurance_list.x", a_signal_rule("less_than", "0", field="self_paid"), "UnfitValue", "value"),
        ("medical_insurance_list.x", a_signal_rule("at_least", field="self_paid"), "UnfitValue", "value"),
        ("medical_insurance_list.x", a_signal_rule("at_least", "0", field="self_paid", base="bottom_line"), "UnfitBase", "base"),
        ("housing_list.x", a_signal_rule("equals", "C", field="grade", base="bottom_line"), "UnfitBase", "base"),
        ("vehicle_list.x", a_signal_rule("any"), "NoLeadsOfThis", "operator"),
        ("water_list.x", a_signal_rule("any", effective_to="2020-12-31"), "EndsBeforeItBegins", "effective_to"),
    ],
)
async def test_a_rule_that_can_never_hold_is_neither_published_nor_tried(
    code: str, rule: dict[str, Any], refusal: str, field: str, call: Call
) -> None:
    version = {name: value for name, value in rule.items() if name != "document_number"}

    published = await call(prefecture()).put(f"/v1/signal-rules/5309/{code}", rule)
    tried = await call(prefecture()).post("/v1/signal-rules/trial", {"kind": code.partition(".")[0], "rule": version})

    assert refused(published) == (422, refusal, [f"body.{field}"])
    assert refused(tried) == (422, refusal, [f"body.rule.{field}"])


async def test_a_ratio_of_what_was_never_published_is_refused(call: Call) -> None:
    rule = a_signal_rule("at_least", "0.5", field="self_paid", base="provincial_rural_income")

    assert refused(await call(prefecture()).put(f"/v1/signal-rules/5309/{MEDICAL}.x", rule)) == (409, "BaseUnpublished", ["body.base"])


async def test_a_rule_of_no_list_is_not_found(call: Call) -> None:
    assert refused(await call(prefecture()).put("/v1/signal-rules/5309/nothing_list.x", a_signal_rule("any"))) == (404, "NoSuchList", ["path.code"])
    assert refused(await call(prefecture()).get("/v1/signal-rules", kind="nothing_list")) == (404, "NoSuchList", ["query.kind"])
    body = {"kind": "nothing_list", "rule": {"operator": "any", "effective_from": "2021-01-01"}}
    assert refused(await call(prefecture()).post("/v1/signal-rules/trial", body)) == (404, "NoSuchList", ["body.kind"])


async def test_a_version_is_published_once_found_again_and_never_rewritten(call: Call) -> None:
    path, rule = "/v1/signal-rules/530902/water_list.listed", a_signal_rule("equals", "quality", field="problem")

    first, again = [await call(county()).put(path, rule) for _ in range(2)]
    other = await call(county()).put(path, rule | {"value": "quantity"})
    open_ended = await call(county()).put(path, rule | {"effective_to": "2022-01-01"})

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    for answer in (other, open_ended):
        assert refused(answer) == (409, "PublishedAlready", ["body.effective_from"])


async def test_a_figure_is_published_once_more_than_zero_and_by_the_prefecture(call: Call) -> None:
    path = "/v1/base-figures/5309/provincial_rural_income/2020"

    first, again = [await call(prefecture()).put(path, a_line("12842.00")) for _ in range(2)]

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert refused(await call(prefecture()).put(path, a_line("12843.00")))[:2] == (409, "PublishedAlready")
    assert refused(await call(prefecture()).put(path, a_line("0", effective_from="2021-02-01"))) == (422, "FigureNotPositive", ["body.amount"])
    assert refused(await call(county()).put(path, a_line("12842.00")))[0] == 403


@pytest.mark.parametrize(
    ("by", "area", "refusal"), [(county(), "5309", "NotYourArea"), (county(), OTHER_COUNTY[:6], "NotYourArea"), (township(), HOME[:9], "Forbidden")]
)
async def test_a_county_publishes_for_its_own_area_only(by: Actor, area: str, refusal: str, call: Call) -> None:
    assert refused(await call(by).put(f"/v1/signal-rules/{area}/water_list.listed", a_signal_rule("any")))[:2] == (403, refusal)


async def test_the_rules_of_a_day_and_area_are_listed_nearest_first(call: Call) -> None:
    await publish(call, "water_list.listed", a_signal_rule("equals", "quality", field="problem"), area=HOME[:6], by=county())

    async def listed(by: Actor, **query: str) -> list[tuple[str, str, str | None]]:
        items = done(await call(by).get("/v1/signal-rules", kind="water_list", **query))["items"]
        return [(each["code"], each["area"], each["value"]) for each in items]

    assert await listed(county()) == await listed(village()) == [("water_list.listed", HOME[:6], "quality")]
    assert await listed(county(), on="2020-12-31") == await listed(prefecture()) == [("water_list.listed", "5309", None)]
    assert await listed(of("water_list"), area=OTHER_COUNTY) == [("water_list.listed", "5309", None)]
    assert await listed(county(), on="2019-12-31") == []
    assert len(done(await call(prefecture()).get("/v1/signal-rules"))["items"]) == len(SEEDS)


async def test_a_trial_counts_what_a_rule_would_call_in_an_area_and_changes_nothing(call: Call, admin: asyncpg.Connection) -> None:
    kind = "school_cost_list"
    for place, amounts in ((HOME, ("400.00", "9000.00", "20000.00")), (OTHER_COUNTY, ("9000.00",))):
        rows = [a_list_row(kind, village=place, self_paid=amount) for amount in amounts]
        done(await call(of(kind, area="5309")).post("/v1/signals", some_signals(kind, *rows)))
    before = await admin.fetchval("SELECT count(*) FROM audit")

    async def asked(by: Actor, operator: str, value: str, area: str | None, **more: str) -> Any:
        rule = {"operator": operator, "value": value, "field": "self_paid", "effective_from": "2021-01-01", **more}
        return await call(by).post("/v1/signal-rules/trial", {"kind": kind, "rule": rule, "area": area}, key=None)

    async def tried(by: Actor, operator: str, value: str, *areas: str | None, **more: str) -> dict[str, tuple[int, int]]:
        found = [each for area in areas or COUNTIES for each in done(await asked(by, operator, value, area, **more))["counties"]]
        return {each["county"]: (each["called"], each["more"]) for each in found}

    wide, all_of_it = await tried(prefecture(), "more_than", "5000"), await tried(prefecture(), "at_least", "0")
    late = await tried(prefecture(), "at_least", "0", effective_from="2021-08-01")
    lifted_out = await tried(prefecture(), "at_least", "0", population="lifted_out")
    own, village_s = await tried(county(), "more_than", "5000", None), await tried(county(), "more_than", "5000", HOME)
    elsewhere = await tried(county(), "more_than", "5000", NEXT_VILLAGE[:9] + "999")

    held = {place: await _held(admin, kind, place, more_than=0) for place in all_of_it}
    called = {place: await _held(admin, kind, place, more_than=5000) for place in wide}
    assert {place: figures[0] for place, figures in all_of_it.items()} == held
    assert {place: figures[0] for place, figures in wide.items()} == called
    assert (wide[HOME[:6]][0] >= 2, wide[HOME[:6]][1] >= 1, wide[OTHER_COUNTY[:6]][0] >= 1) == (True, True, True)
    assert set(late.values()) == {(0, 0)}
    assert set(lifted_out.values()) == {(0, 0)}
    assert own == {HOME[:6]: wide[HOME[:6]]}
    assert 2 <= village_s[HOME[:6]][0] <= own[HOME[:6]][0]
    assert elsewhere == {}
    for area in (None, "5309"):
        assert refused(await asked(prefecture(), "at_least", "0", area)) == (422, "AreaTooWide", ["body.area"])
    assert refused(await asked(county(), "at_least", "0", OTHER_COUNTY)) == (403, "NotYourArea", ["body.area"])
    assert await admin.fetchval("SELECT count(*) FROM audit") == before


async def _held(admin: asyncpg.Connection, kind: str, place: str, *, more_than: int) -> int:
    question = """
        SELECT count(*) FROM department_row
        WHERE kind = $1 AND county_code = $2 AND is_latest AND effective_on >= '2021-01-01' AND (facts ->> 'self_paid')::numeric > $3
    """
    return await count_of(admin, question, kind, place, more_than)


async def test_what_tests_publish_bears_their_document(call: Call, admin: asyncpg.Connection) -> None:
    await publish(call, "water_list.listed", a_signal_rule("any", grade="red", hardship="house"), area=HOME[:6], by=county())

    answer = done(await call(of("water_list")).post("/v1/signals", some_signals("water_list")))["items"][0]

    assert answer["rule_document"] == DOCUMENT
    row = await admin.fetchrow("SELECT d.grade, l.hardships FROM department_row d JOIN lead l ON l.id = d.lead_id WHERE d.id = $1", answer["id"])
    assert row is not None
    assert (row["grade"], row["hardships"]) == ("red", '["house"]')


async def test_a_lead_is_as_urgent_as_its_rules_say_and_all_that_is_named_in_it(call: Call, admin: asyncpg.Connection) -> None:
    """Whatever has no grade of its own is yellow; one rule names another hardship, the other its own grade."""
    person = {name: a_household(members=1)["members"][0][name] for name in ("name", "id_number", "phone")}
    await publish(call, "accident_list.listed", a_signal_rule("any", hardship="other"))
    await publish(call, "traffic_accident_list.harm", a_signal_rule("among", "disability,death", field="harm", grade="red"))

    async def after(kind: str, row: Row) -> str:
        done(await call(of(kind)).post("/v1/signals", some_signals(kind, row)))
        index = "SELECT person_index FROM department_row WHERE source_number = $1"
        question = f"SELECT grade FROM lead WHERE status = 'registered' AND person_index = ({index})"
        return str(await admin.fetchval(question, accident["source_number"]))

    accident, traffic = a_list_row("accident_list", **person), a_list_row("traffic_accident_list", **person, harm="死亡")
    mild = await after("accident_list", accident)
    urgent = await after("traffic_accident_list", traffic)
    corrected = await after("traffic_accident_list", traffic | {"harm": "轻伤", "revision": "2"})

    assert (mild, urgent, corrected) == ("yellow", "red", "yellow")


async def test_what_a_list_calls_is_graded_by_the_hardship_that_its_rule_names(call: Call, admin: asyncpg.Connection) -> None:
    await publish(call, "job_loss_list.listed", a_signal_rule("any", hardship="house"))

    item = done(await call(of("job_loss_list")).post("/v1/signals", some_signals("job_loss_list")))["items"][0]

    assert await admin.fetchval("SELECT grade FROM lead WHERE id = $1", item["lead_id"]) == "red"
