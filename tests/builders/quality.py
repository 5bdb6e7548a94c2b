"""Rules of data quality as they ship and as an office publishes them, and households that are as an example says."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf, Value
from services.monitoring.domain.quality.rules import Comparison, Condition, Known, QualityRule, Severity
from services.monitoring.domain.risks import Risk
from services.monitoring.store.flags.flags import FlagRow
from services.monitoring.store.flags.ledger import OwedRow
from services.monitoring.store.income.incomes import IncomeRow
from services.monitoring.store.register.forms import HouseholdFormRow, PersonFormRow
from services.monitoring.store.register.households import HouseholdRow
from services.monitoring.store.register.people import MembershipRow, PersonRow
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.workdays import DayKind, local_day
from tests.builders.law import DOCUMENT

SHIPPED = Path(__file__).parents[2] / "services/monitoring/migrations/data/quality-rules.json"
SINCE = date(2010, 1, 1)
_MOMENT = datetime(2021, 12, 1, tzinfo=UTC)
_YES = {True: "yes", False: "no"}


def a_rule(**changes: Any) -> dict[str, Any]:
    """A rule as an office publishes it: whose farmland is more than 50 mu."""
    return {
        "subject": "household",
        "title": "耕地大于50亩",
        "english": "Farmland above 50 mu",
        "severity": "suspect",
        "given": [],
        "must": [{"fact": "farmland", "operator": "at_most", "value": "50"}],
        "owner": "village",
        "days": 15,
        "day_kind": "calendar",
        "firing": [{"fact": "farmland", "value": "50.01"}],
        "passing": [{"fact": "farmland", "value": "50"}],
        "effective_from": "2021-01-01",
        **changes,
    }


def published(**changes: Any) -> dict[str, Any]:
    return {**a_rule(**changes), "document_number": DOCUMENT}


def condition(fact: str, operator: str, value: str | list[str] | None = None, *, other: str | None = None) -> Condition:
    many = isinstance(value, list)
    return Condition(fact=fact, operator=Comparison(operator), value=None if many else value, values=tuple(value) if many else None, other=other)


def rule_of(written: Mapping[str, Any]) -> QualityRule:
    conditions: dict[str, Any] = {
        part: tuple(
            condition(each["fact"], each["operator"], each.get("value", each.get("values")), other=each.get("other")) for each in written[part]
        )
        for part in ("given", "must")
    }
    examples: dict[str, Any] = {part: tuple(Known(**each) for each in written[part]) for part in ("firing", "passing")}
    return QualityRule(
        number=written["number"],
        subject=RuleOf(written["subject"]),
        title=written["title"],
        english=written["english"],
        severity=Severity(written["severity"]),
        owner=Level(written["owner"]),
        days=written["days"],
        day_kind=DayKind(written["day_kind"]),
        lead_risk=Risk(written["lead_risk"]) if written.get("lead_risk") else None,
        **conditions,
        **examples,
    )


def shipped() -> list[QualityRule]:
    """Read the rules that ship."""
    return [rule_of(each) for each in json.loads(SHIPPED.read_text(encoding="utf-8"))["rules"]]


async def realised(subject: RuleOf, facts: Mapping[str, Value], village: str, tx: Transaction) -> UUID:
    """Make a household that is as the facts say, and give the id of the subject in it."""
    make = {RuleOf.PERSON: _a_person, RuleOf.HOUSEHOLD: _a_household, RuleOf.FLAG: _a_flag}[subject]
    return await make(facts, village, tx)


async def _a_person(facts: Mapping[str, Value], village: str, tx: Transaction) -> UUID:
    index = new_id().bytes
    person_id = await _registered(await _household(facts, village, tx), village, facts, tx, index=index)
    for _ in range(int(_number(facts, "monitored_households_with_number", 1)) - 1):
        await _registered(await _household(facts, village, tx), village, facts, tx, index=index)
    return person_id


async def _registered(household: UUID, village: str, facts: Mapping[str, Value], tx: Transaction, *, index: bytes) -> UUID:
    born_on = local_day(tx.now).replace(year=local_day(tx.now).year - int(_number(facts, "age", 40)))
    labour = str(facts.get("labour", "ordinary"))
    person_id = await _member(household, village, tx, relation="head", sex="male", labour=labour, born_on=born_on, index=index)
    plain = ("education", "school_status", "drop_out_reason", "work_place", "public_post", "subsistence_allowance", "extreme_difficulty")
    form: dict[str, Any] = {name: facts[name] for name in plain if name in facts}
    if "healthy" in facts:
        form["health"] = ["healthy"] if facts["healthy"] else ["chronic_disease"]
    if "work_months" in facts or (facts.get("works") and "work_place" not in facts):
        form["work_months"] = int(_number(facts, "work_months", 6))
    if "medical_insurances" in facts:
        count = int(_number(facts, "medical_insurances", 0))
        form |= {"residents_medical_insurance": count > 0, "employees_medical_insurance": count > 1}
    if form:
        await tx.insert(PersonFormRow, [_begun(village, tx) | {"person_id": person_id} | form])
    return person_id


async def _a_household(facts: Mapping[str, Value], village: str, tx: Transaction) -> UUID:
    household = await _household(facts, village, tx)
    heads, spouses = int(_number(facts, "heads", 1)), int(_number(facts, "spouses", 1 if "spouse_sex" in facts else 0))
    people = [("head", str(facts.get("head_sex", "male")))] * heads + [("spouse", str(facts.get("spouse_sex", "female")))] * spouses
    able = int(_number(facts, "labourers", len(people)))
    for n, (relation, sex) in enumerate(people):
        await _member(
            household, village, tx, relation=relation, sex=sex, labour="ordinary" if n < able else "none", born_on=SINCE, index=new_id().bytes
        )
    plain = ("whole_without_labour", "farmland", "forest", "house_grade", "house_problem", "water_problem", "schooling_problem", "insurance_problem")
    form = {name: facts[name] for name in plain if name in facts}
    if form:
        await _household_form(household, village, form, tx)
    return household


async def _a_flag(facts: Mapping[str, Value], village: str, tx: Transaction) -> UUID:
    household = await _a_household({"monitored": True, "labourers": facts.get("labourers", Decimal(1))}, village, tx)
    flag_id, is_over = new_id(), facts.get("flag_status") == "eliminated"
    risks = [] if facts.get("risk_count") == 0 else [str(facts.get("main_risk", "06"))]
    flag = {
        "county_code": village[:6],
        "id": flag_id,
        "household_id": household,
        "township_code": village[:9],
        "area_code": village,
        "status": "eliminated" if is_over else "open",
        "risks": risks,
        "raised_at": _raised(facts, tx),
        "due_at": _MOMENT,
        "cleared_at": tx.now if is_over else None,
        "changed_at": tx.real_now,
    }
    await tx.insert(FlagRow, [flag])
    then = {name.removesuffix("_at_identification"): value for name, value in facts.items() if name.endswith("_problem_at_identification")}
    if then:
        await _household_form(household, village, then, tx)
    if "net_income_per_head_at_identification" in facts:
        await _income(household, village, Decimal(str(facts["net_income_per_head_at_identification"])), tx)
    await tx.insert(OwedRow, [_owed(flag_id, village, measure, status, tx) for measure, status in _measures(facts)])
    return flag_id


def _raised(facts: Mapping[str, Value], tx: Transaction) -> datetime:
    if "identified_year" in facts:
        return datetime(int(_number(facts, "identified_year", 2021)), 6, 15, 4, tzinfo=UTC)
    months = int(_number(facts, "months_since_identification", 0) + _number(facts, "months_to_elimination", 0))
    day = local_day(tx.now)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime(year, month + 1, day.day, 4, tzinfo=UTC)


def _measures(facts: Mapping[str, Value]) -> list[tuple[str, str | None]]:
    """List measures that are owed so: of development as far as there are any, and others if only others are begun."""
    measures: list[tuple[str, str | None]] = []
    if facts.get("has_developmental_measure") or facts.get("developmental_measure_begun"):
        measures.append(("industry_support", "started" if facts.get("developmental_measure_begun") else "opened"))
    if facts.get("has_measure"):
        measures.append(("health", "started"))
    return measures or [("guarantee", "opened")]


def _owed(flag_id: UUID, village: str, measure: str, status: str | None, tx: Transaction) -> dict[str, Any]:
    place = {"county_code": village[:6], "area_code": village}
    return {**place, "id": new_id(), "flag_id": flag_id, "measure": measure, "service": "projects", "due_at": _MOMENT, "owed_at": tx.real_now} | {
        "status": status
    }


async def _household(facts: Mapping[str, Value], village: str, tx: Transaction) -> UUID:
    household = {
        "county_code": village[:6],
        "id": new_id(),
        "township_code": village[:9],
        "area_code": village,
        "number": f"Q-{new_id()}",
        "kind": "lifted_out" if facts.get("tracked") and not facts.get("monitored") else "general",
        "status": "monitored" if facts.get("monitored") else "normal",
        "due_at": _MOMENT,
        "registered_at": tx.now,
    }
    await tx.insert(HouseholdRow, [household])
    return household["id"]


async def _member(household: UUID, village: str, tx: Transaction, *, relation: str, sex: str, labour: str, born_on: date, index: bytes) -> UUID:
    place, person_id = {"county_code": village[:6], "area_code": village}, new_id()
    person = {**place, "id": person_id, "name": "某", "certificate": "resident_id", "id_number_index": index, "secrets": b"", "born_on": born_on}
    await tx.insert(PersonRow, [person | {"sex": sex}])
    member = {**place, "id": new_id(), "household_id": household, "person_id": person_id, "relation": relation, "labour": labour}
    await tx.insert(MembershipRow, [member | {"valid_from": SINCE}])
    return person_id


async def _household_form(household: UUID, village: str, form: Mapping[str, Value], tx: Transaction) -> None:
    kept = {"household_id": household, "kind": "general", "village_code": village, **form}
    await tx.insert(HouseholdFormRow, [_begun(village, tx) | kept])


async def _income(household: UUID, village: str, net: Decimal, tx: Transaction) -> None:
    nothing = ("production_income", "property_income", "transfer_income", "production_expense", "claim_income", "compliant_self_paid")
    kept = {"household_id": household, "people": 1, "wage_income": net, **dict.fromkeys(nothing, Decimal(0)), "recorded_at": tx.now}
    place = {"county_code": village[:6], "area_code": village, "id": new_id(), "valid_from": SINCE, "period_type": "last_12_months"}
    await tx.insert(IncomeRow, [place | kept])


def _begun(village: str, tx: Transaction) -> dict[str, Any]:
    recorded = {"recorded_at": tx.now, "recorded_by": "tests"}
    return {"county_code": village[:6], "id": new_id(), "area_code": village, "valid_from": SINCE, **recorded}


def _number(facts: Mapping[str, Value], name: str, otherwise: int) -> Decimal:
    found = facts.get(name, Decimal(otherwise))
    return found if isinstance(found, Decimal) else Decimal(otherwise)


def written(value: Value) -> str | Sequence[str]:
    """Write a value as rules and examples do."""
    if isinstance(value, bool):
        return _YES[value]
    return sorted(value) if isinstance(value, frozenset) else str(value)
