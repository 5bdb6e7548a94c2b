"""How a trouble is heard of (线索来源; R40-R42, plan ch.3 s.1): the channels, who enters what came by one, and which number what they send."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from shared.kernel.actors import Actor, Platform, Role
from shared.kernel.areas import county_of
from shared.kernel.errors import Forbidden, Invalid
from shared.kernel.workdays import happened, local_day


class Channel(StrEnum):
    """How the trouble was heard of (线索来源)."""

    SELF_REPORT = "self_report"  # 农户自主申报
    HOME_VISIT = "home_visit"  # 干部走访排查
    DEPARTMENT = "department"  # 部门筛查预警
    HOTLINE = "hotline"  # 12317 等热线
    AID_PLATFORM = "aid_platform"  # 云南省政府救助平台
    NATIONAL_APP = "national_app"  # 全国防返贫监测系统手机APP
    SCREENING = "screening"  # 集中排查
    DISASTER = "disaster"  # 灾情
    QUALITY = "quality"  # 数据质量核查
    REGIONAL = "regional"  # 区域性、规模性返贫预警
    BELOW_LINE = "below_line"  # 收入低于监测底线
    TRANSFER = "transfer"  # 监测对象跨县迁入


NUMBERED = tuple(Channel(platform) for platform in Platform)
"""Outside platforms, whose every matter has the platform's own number."""

AWAITING = (Channel.DEPARTMENT, *NUMBERED)
"""Who is told by an act of its own what came of a lead; who reported for themselves see it, and what our own people found they know."""

_OFFICERS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
_UPPER = frozenset({Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
ENTERED_BY: Mapping[Channel, frozenset[Role]] = {
    Channel.HOME_VISIT: _OFFICERS - {Role.PREFECTURE_OFFICER} | {Role.VILLAGE_CADRE},
    Channel.DEPARTMENT: _OFFICERS | {Role.VILLAGE_CADRE},
    Channel.DISASTER: _OFFICERS | {Role.VILLAGE_CADRE},
    **dict.fromkeys(NUMBERED, _OFFICERS | {Role.PLATFORM_USER}),
    **dict.fromkeys((Channel.QUALITY, Channel.REGIONAL), _UPPER),
}
"""Who enters by hand what came by a channel; the other channels have doors or jobs of their own."""


class NotYourChannel(Forbidden):
    sentence = "此来源的线索不由您登记或查询。"
    english = "Leads of this channel are not yours to enter or to ask for."


class SourceNumberMisplaced(Invalid):
    sentence = "12317热线、省政府救助平台和全国APP的线索须写明来源编号；其他来源不写。"
    english = "What the hotline, the aid platform or the national app sends bears the source's number; other channels have none."


class HeardTooLongAgo(Invalid):
    sentence = "获悉时间过早，已超出可补登的天数。"
    english = "It was heard of longer ago than may still be entered."


def is_anothers(channel: str, *, than: Actor) -> bool:
    """Say whether a platform sends or asks, and the channel is not its own; to whoever is no platform every channel is open."""
    return than.platform not in (None, channel)


def own_channel(channel: Channel, *, by: Actor, field: str) -> None:
    """Hold a channel against that of the platform which sends or asks.

    :raises NotYourChannel: it is another platform's, or none's.
    """
    if is_anothers(channel, than=by):
        raise NotYourChannel(field)


def place_told(area: str, *, to: Actor) -> str:
    """Say where a lead lies: to an outside platform the county only, for the village of whom it named says that they are registered, and where."""
    return county_of(area) if to.platform else area


def version_told(version: int, *, to: Actor) -> int | None:
    """Say how often a lead was changed; not to an outside platform, which changes none: who is registered needs no dispatch."""
    return None if to.platform else version


def entered(channel: Channel, source_number: str | None, *, by: Actor) -> None:
    """Hold what is entered by hand against the channels.

    :raises NotYourChannel: the role enters nothing of this channel, or it is another platform's.
    :raises SourceNumberMisplaced: the source's number is missing, or given for a channel that has none.
    """
    if by.role not in ENTERED_BY.get(channel, frozenset()):
        raise NotYourChannel("body.channel")
    own_channel(channel, by=by, field="body.channel")
    if (source_number is not None) != (channel in NUMBERED):
        raise SourceNumberMisplaced("body.source_number")


def heard(field: str, at: datetime, *, now: datetime, within_days: int) -> None:
    """Hold the time at which a trouble was heard of (T0, from which the total limit counts) against the clock.

    :raises NotYetHappened: it lies ahead.
    :raises HeardTooLongAgo: it lies further back than may still be entered.
    """
    happened(field, at, now=now)
    if (local_day(now) - local_day(at)).days > within_days:
        raise HeardTooLongAgo(field)
