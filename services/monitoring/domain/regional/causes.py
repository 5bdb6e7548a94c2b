"""What is counted by area (区域性、规模性返贫监测; R40, R54, R55, plan ch.3 s.3): causes, industries, and what officers or departments report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.register.codes import IndustryKind
from services.monitoring.domain.risks import Hardship
from shared.kernel.areas import COUNTY, ancestry, county_of, is_inside, overlap
from shared.kernel.errors import Invalid, NotFound, NotYetHappened


class Cause(StrEnum):
    """Why households come into trouble together; `any` counts all causes at once."""

    ANY = "any"
    PRICE_FALL = "price_fall"  # 大宗农副产品价格持续大幅下跌
    JOB_LOSSES = "job_losses"  # 农村劳动力失业明显增多
    PROJECT_FAILURE = "project_failure"  # 乡村产业项目失败
    PLANT_OR_ANIMAL_DISEASE = "plant_or_animal_disease"  # 生物灾害
    SITE_PROBLEM = "site_problem"  # 大中型安置区就业和社会融入
    DISASTER = "disaster"  # 自然灾害
    ILLNESS = "illness"
    ACCIDENT = "accident"
    SCHOOLING = "schooling"
    HOUSE = "house"
    WATER = "water"
    LOW_INCOME = "low_income"
    OTHER = "other"


OF_HARDSHIP: Mapping[Hardship, Cause] = {
    Hardship.JOB_LOST: Cause.JOB_LOSSES,
    Hardship.HARVEST_OR_BUSINESS_FAILED: Cause.PROJECT_FAILURE,
    **{each: Cause(each.value) for each in Hardship if each.value in set(Cause)},
}
"""A lead counts once for each of its hardships."""

UNCOUNTED = (Channel.REGIONAL, Channel.BELOW_LINE, Channel.QUALITY, Channel.TRANSFER)
"""Leads that the system opens for many at once: counted, an alarm would call for the next."""

ALL_INDUSTRIES = ""


class SourceKind(StrEnum):
    """Where an occurrence comes from."""

    LEAD = "lead"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """A key industry (重点产业; R82), and which kind of industry on the collection form its households have."""

    code: str
    title: str
    form_kind: IndustryKind
    document_number: str


class NoSuchIndustry(Invalid):
    sentence = "没有这个重点产业代码。"
    english = "There is no key industry of this code."


class AcrossCounties(Invalid):
    sentence = "一次上报只能涉及一个县，且区划不得重复。"
    english = "One report is of one county, and names each area once."


class HappenedTooLongAgo(Invalid):
    sentence = "发生日期过早，已超出可补报的天数。"
    english = "It happened longer ago than may still be reported."


class NoSuchRule(NotFound):
    sentence = "没有这条区域预警规则。"
    english = "There is no such rule of regional alarms."


def county_affected(areas: Sequence[str]) -> str:
    """Name the county in which all areas of an event lie.

    :raises AcrossCounties: they lie in several, or in none; or one contains another or stands there twice.
    """
    counties = {county_of(area) for area in areas}
    if len(counties) != 1 or len(next(iter(counties))) < COUNTY or overlap(areas):
        raise AcrossCounties("body.areas")
    return counties.pop()


def happened(on: date, *, today: date, within_days: int) -> None:
    """Hold the day of an event against the day of its report.

    :raises NotYetHappened: it lies ahead; HappenedTooLongAgo: it lies further back than may still be reported.
    """
    if on > today:
        raise NotYetHappened("body.on")
    if (today - on).days > within_days:
        raise HappenedTooLongAgo("body.on")


def common_area(areas: Sequence[str]) -> str:
    """Name the smallest area that contains all areas of an event: there it lies."""
    return next(outer for outer in ancestry(areas[0]) if all(is_inside(area, outer) for area in areas))
