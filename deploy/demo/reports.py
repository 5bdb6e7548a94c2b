"""Synthetic self-reports (自主申报) for the demo: from people of a synthetic register, and one from somebody in no register.

The same register, number and seed make the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson

from deploy.demo.population import SEED, Listed, Person, Register, draw_stranger
from services.monitoring.domain.risks import Hardship
from shared.kernel.areas import county_of

_FIRST_DAY = datetime(2021, 9, 20, tzinfo=timezone(timedelta(hours=8)))
_DAYS = 3

_SAID = {
    Hardship.ILLNESS: ("家里老人住院一个多月，报销后自己还要付不少", "长期吃药看病，开支越来越大", "做了手术，短期内不能干活"),
    Hardship.DISASTER: ("连日大雨，地里的玉米被冲了", "山体滑坡压坏了烤烟房", "今年干旱，甘蔗减产一半以上"),
    Hardship.ACCIDENT: ("骑车摔伤，腿骨折了", "干活时从高处跌落，正在治疗", "路上出了车祸，对方没有赔偿能力"),
    Hardship.JOB_LOST: ("在外务工的厂子停工，已经回家两个月", "工地没有活干，工钱也没有结清", "家里的主要劳动力失去了工作"),
    Hardship.HARVEST_OR_BUSINESS_FAILED: ("养的猪死了大半，本钱收不回来", "茶叶价格太低，采工钱都不够", "小卖部亏本，已经关门"),
    Hardship.SCHOOLING: ("两个孩子同时上学，生活费负担重", "孩子考上了学校，学费还没有凑齐"),
    Hardship.HOUSE: ("房子墙体开裂，下雨漏水", "屋顶被大风掀坏，暂时住在亲戚家"),
    Hardship.WATER: ("水管断了十多天，要到山下挑水", "旱季水源不够，几户人轮流用水"),
    Hardship.OTHER: ("家里办丧事花费大，欠了债", "家中变故，日子一时难以维持"),
}
_SAID_AGAIN = "情况比上次填写时更困难，请尽快来家里看看"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfReport:
    """A report; `household` is where its person is registered, None for the one who is registered nowhere."""

    id: str
    sub: str
    body: dict[str, Any]
    household: Listed | None

    @property
    def county(self) -> str:
        return county_of(self.body["village"])

    def entry(self) -> dict[str, Any]:
        """Give what the file says: the report's id, the citizen's, the county, and the body of `PUT /v1/self-reports/{id}`."""
        return {"id": self.id, "sub": self.sub, "county": self.county, "body": self.body}


def write_reports(file: Path, register: Register, *, count: int, seed: int = SEED) -> tuple[SelfReport, ...]:
    """Draw reports and write them as a JSON array."""
    reports = draw_reports(register, count=count, seed=seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps([report.entry() for report in reports], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return reports


def draw_reports(register: Register, *, count: int, seed: int = SEED) -> tuple[SelfReport, ...]:
    """Draw `count` reports: one from a stranger, at any place, the others each from another household.

    :raises ValueError: there are not enough households, or `count` is not positive.
    """
    rng = Random(seed)
    homes: list[Listed | None] = [*rng.sample(register.households, count - 1)]
    homes.insert(rng.randrange(count), None)
    return tuple(_reports(homes, register, rng))


def changed(body: dict[str, Any]) -> dict[str, Any]:
    """Give the same report with another description."""
    return {**body, "description": _SAID_AGAIN}


def _reports(homes: list[Listed | None], register: Register, rng: Random) -> Iterator[SelfReport]:
    for n, home in enumerate(homes, start=1):
        village = home.village if home else rng.choice(register.households).village
        person = _reporter(home, rng) if home else draw_stranger(village, rng, known=register.id_numbers)
        at = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS), hours=7, seconds=rng.randrange(15 * 3600))
        body = _body(person, village, at, able=home is None or home.able, rng=rng)
        yield SelfReport(id=str(_id_at(at, rng)), sub=f"citizen-{n:04}", body=body, household=home)


def _reporter(home: Listed, rng: Random) -> Person:
    """Choose who of a household reports: mostly the head, or another adult."""
    return home.head if rng.random() < 0.7 else rng.choice(home.adults)


def _body(person: Person, village: str, at: datetime, *, able: bool, rng: Random) -> dict[str, Any]:
    hardships = _hardships(able=able, rng=rng)
    said = "；".join(rng.choice(_SAID[hardship]) for hardship in hardships)
    return {
        "village": village,
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "hardships": hardships,
        "description": said if rng.random() < 0.92 else None,
        "reported_at": at.isoformat(),
    }


def _hardships(*, able: bool, rng: Random) -> list[Hardship]:
    """Draw one to three hardships; where nobody can work nobody has lost a job."""
    possible = [hardship for hardship in _SAID if able or hardship != Hardship.JOB_LOST]
    return rng.sample(possible, rng.choices((1, 2, 3), (70, 25, 5))[0])


def _id_at(at: datetime, rng: Random) -> UUID:
    """Make the UUIDv7 (RFC 9562) of a moment; what is random in it comes from the seed."""
    value = int(at.timestamp() * 1_000) << 80 | rng.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
