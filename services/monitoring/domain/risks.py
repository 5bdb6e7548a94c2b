"""Kinds of risk (致贫返贫风险), by the codes of the national collection form, and the hardships that people name themselves."""

from collections.abc import Iterable
from enum import StrEnum

from shared.kernel.errors import Conflict


class Risk(StrEnum):
    """A risk's code; its comment is the official's word for it."""

    ILLNESS = "01"  # 因病
    FLOOD = "0201"  # 洪涝
    GEOLOGICAL = "0202"  # 地质灾害
    DROUGHT = "0203"  # 旱灾
    BIOLOGICAL = "0204"  # 生物灾害
    WEATHER = "0205"  # 气象灾害
    EARTHQUAKE = "0206"  # 地震
    OTHER_DISASTER = "0299"  # 其他自然灾害
    DISABILITY = "03"  # 因残
    LACK_OF_LABOUR = "04"  # 缺劳动力
    ACCIDENT = "05"  # 因意外事故
    INDUSTRY_FAILED = "06"  # 因产业项目失败
    UNSTABLE_EMPLOYMENT = "07"  # 因务工就业不稳
    SCHOOLING = "09"  # 因学
    UNSAFE_HOUSE = "10"  # 因安全住房
    UNSAFE_WATER = "11"  # 因安全饮水
    EPIDEMIC = "12"  # 因疫情、公共事件
    FAMILY_EVENT = "13"  # 因婚丧等突发事件
    OTHER = "99"  # 其他


class Hardship(StrEnum):
    """What a household says of itself (自主申报); which risk it is, the village finds out."""

    ILLNESS = "illness"
    DISASTER = "disaster"
    ACCIDENT = "accident"
    JOB_LOST = "job_lost"
    HARVEST_OR_BUSINESS_FAILED = "harvest_or_business_failed"
    SCHOOLING = "schooling"
    HOUSE = "house"
    WATER = "water"
    LOW_INCOME = "low_income"  # 收入偏低
    OTHER = "other"


class TooManyRisks(Conflict):
    sentence = "一户的风险类型超过上限，请只认定主要的几项。"
    english = "A household has more risks than the form holds: keep the main ones."


def joined(held: Iterable[str], added: Iterable[str], *, at_most: int) -> list[Risk]:
    """Add risks to those held; the first stays the main one (第一致贫返贫风险).

    :raises TooManyRisks: there would be more than the form holds.
    """
    risks = list(dict.fromkeys(Risk(risk) for risk in (*held, *added)))
    if len(risks) > at_most:
        raise TooManyRisks("body.risks")
    return risks
