"""What the law or the prefecture may change without a release: days, kinds of day, quorums, who must differ.

Each is a row with an area, a day from which it holds and a document number; the nearest ancestor area wins, then the latest day.
Here stands only which keys there are and what their values look like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shared.kernel.errors import Conflict, Invalid
from shared.kernel.workdays import DayKind, Period


class Key(StrEnum):
    """The key of a parameter: procedure, step, what."""

    TOTAL_DAYS = "identification.total.days"  # 线索登记至县级审定的总时限
    TOTAL_DAY_KIND = "identification.total.day_kind"
    NOTICE_DAYS = "identification.notice.days"  # 村内公示天数
    NOTICE_DAY_KIND = "identification.notice.day_kind"
    QUORUM = "identification.village_appraisal.quorum"  # 到会比例
    MAJORITY = "identification.village_appraisal.majority"  # 赞成须超过的到会人数比例
    REVIEW_DIFFERS_FROM = "identification.township_review.differs_from"  # 不得与哪些环节同一人
    APPROVAL_DIFFERS_FROM = "identification.county_approval.differs_from"
    MAX_RISKS = "identification.max_risks"  # 每户风险类型上限
    HEARD_DAYS = "lead.heard.days"  # 获悉时间可补登的天数
    ANSWER_DAYS = "lead.answer.days"  # 核实结果反馈来源单位的天数
    VISIT_DAYS = "household.visit.days"  # 走访间隔
    CHANGE_REQUEST_DAYS = "register.change_request.days"  # 变更申请办理天数
    DUPLICATE_DAYS = "duplicate.decision.days"  # 疑似重复人员的核定期限
    DUPLICATE_LIKENESS = "duplicate.likeness"  # 相似度达到多少即列为疑似重复
    FILE_DAYS = "files.keep.days"  # 上传文件及其暂存数据的保存天数
    DECISION_ITEMS = "decisions.max_items"  # 一次批量办理的件数上限
    ROLLS = "period.rolls_to_workday"  # 自然日期间末日遇休息日顺延
    INCOME_BANDS = "income.bands"  # 人均纯收入分段的界限，元
    VERIFICATION_DAYS = "lead.verification.days"  # 各环节办理时限，均不超过总时限
    VERIFICATION_DAY_KIND = "lead.verification.day_kind"
    APPRAISAL_DAYS = "case.appraisal.days"
    POSTING_DAYS = "case.notice_posting.days"
    REMOVAL_DAYS = "case.notice_removal.days"  # 自公示期满起
    TOWNSHIP_REVIEW_DAYS = "case.township_review.days"
    COUNTY_APPROVAL_DAYS = "case.county_approval.days"
    CASE_STEP_DAY_KIND = "case.step.day_kind"
    WARNING_DAYS = "deadline.warning.days"  # 到期前几日（自然日）提醒
    ESCALATION_DAYS = "escalation.step.days"  # 逾期后每过几日（自然日）上报一级
    EXCUSE_DAYS = "quality.excuse.max_days"  # 数据质量问题说明最长有效天数（自然日）
    PAUSE_DAYS = "pause.max_days"  # 暂停计时最长天数（自然日）
    PAUSE_EXTENDS_TOTAL = "identification.pause.extends_total"  # 暂停是否顺延总时限
    INCIDENT_CHECK_DAYS = "incident.check.days"  # 灾情农户核查期限
    TRACKING_DAYS = "incident.tracking.days"  # 受灾户核实后第几日（自然日）回访，由近及远
    GREEN_CHANNEL_DAYS = "green_channel.completion.days"  # 绿色通道补办程序的期限
    REGIONAL_EVENT_DAYS = "regional_event.happened.days"  # 区域性事件发生后可补报的天数


class Shape(StrEnum):
    """What a value looks like."""

    DAYS = "1 to 366"
    DAYS_OR_NONE = "0 to 366, 0 being the same day"
    DAY_KIND = "calendar or workday"
    RATIO = "a fraction like 2/3, up to 1"
    ACTS = "acts separated by commas, or none"
    COUNT = "1 to 20"
    ITEMS = "1 to 5000"
    YES_NO = "yes or no"
    BOUNDS = "2 to 10 rising amounts in yuan, separated by commas"
    DAY_COUNTS = "1 to 6 rising numbers of days up to 366, separated by commas"


SHAPES: Mapping[Key, Shape] = {
    Key.TOTAL_DAYS: Shape.DAYS,
    Key.TOTAL_DAY_KIND: Shape.DAY_KIND,
    Key.NOTICE_DAYS: Shape.DAYS,
    Key.NOTICE_DAY_KIND: Shape.DAY_KIND,
    Key.QUORUM: Shape.RATIO,
    Key.MAJORITY: Shape.RATIO,
    Key.REVIEW_DIFFERS_FROM: Shape.ACTS,
    Key.APPROVAL_DIFFERS_FROM: Shape.ACTS,
    Key.MAX_RISKS: Shape.COUNT,
    Key.HEARD_DAYS: Shape.DAYS,
    Key.ANSWER_DAYS: Shape.DAYS,
    Key.VISIT_DAYS: Shape.DAYS,
    Key.CHANGE_REQUEST_DAYS: Shape.DAYS,
    Key.DUPLICATE_DAYS: Shape.DAYS,
    Key.DUPLICATE_LIKENESS: Shape.RATIO,
    Key.FILE_DAYS: Shape.DAYS,
    Key.DECISION_ITEMS: Shape.ITEMS,
    Key.ROLLS: Shape.YES_NO,
    Key.INCOME_BANDS: Shape.BOUNDS,
    Key.VERIFICATION_DAYS: Shape.DAYS_OR_NONE,
    Key.VERIFICATION_DAY_KIND: Shape.DAY_KIND,
    Key.APPRAISAL_DAYS: Shape.DAYS_OR_NONE,
    Key.POSTING_DAYS: Shape.DAYS_OR_NONE,
    Key.REMOVAL_DAYS: Shape.DAYS_OR_NONE,
    Key.TOWNSHIP_REVIEW_DAYS: Shape.DAYS_OR_NONE,
    Key.COUNTY_APPROVAL_DAYS: Shape.DAYS_OR_NONE,
    Key.CASE_STEP_DAY_KIND: Shape.DAY_KIND,
    Key.WARNING_DAYS: Shape.DAYS_OR_NONE,
    Key.ESCALATION_DAYS: Shape.DAYS,
    Key.EXCUSE_DAYS: Shape.DAYS,
    Key.PAUSE_DAYS: Shape.DAYS,
    Key.PAUSE_EXTENDS_TOTAL: Shape.YES_NO,
    Key.INCIDENT_CHECK_DAYS: Shape.DAYS,
    Key.TRACKING_DAYS: Shape.DAY_COUNTS,
    Key.GREEN_CHANNEL_DAYS: Shape.DAYS,
    Key.REGIONAL_EVENT_DAYS: Shape.DAYS,
}
NOBODY = "none"
MOST_ITEMS = 5_000
"""What a request can hold of things to be decided; how many are let in is a dated row."""
_DECIDING_ACTS = frozenset({"village_appraisal", "township_review", "county_approval"})


class UnfitParameter(Invalid):
    sentence = "参数值不合该参数的规格。"
    english = "The value does not fit this parameter."


class ParameterMissing(Conflict):
    sentence = "此项参数在该日尚无有效规定，请由州市先行发布。"
    english = "No row of this parameter is in force on that day: the prefecture must publish one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A row in force: its value as written, from which day, and by which document."""

    key: Key
    area_code: str
    value: str
    effective_from: date
    document_number: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """The rows in force in one area on one day."""

    rows: Mapping[Key, Parameter]

    def text(self, key: Key) -> str:
        """Give a value as written.

        :raises ParameterMissing: no row of it is in force.
        """
        try:
            return self.rows[key].value
        except KeyError as error:
            raise ParameterMissing(detail=key) from error

    def number(self, key: Key) -> int:
        return int(self.text(key))

    def says_yes(self, key: Key) -> bool:
        return self.text(key) == "yes"

    def ratio(self, key: Key) -> Fraction:
        return Fraction(self.text(key))

    def bounds(self, key: Key) -> list[Decimal]:
        return [Decimal(bound) for bound in self.text(key).split(",")]

    def day_counts(self, key: Key) -> list[int]:
        return [int(count) for count in self.text(key).split(",")]

    def acts(self, key: Key) -> frozenset[str]:
        written = self.text(key)
        return frozenset() if written == NOBODY else frozenset(written.split(","))

    def period(self, days: Key, kind: Key | None = None) -> Period:
        """Put a period together; without a kind its days are calendar days."""
        return Period(days=self.number(days), kind=DayKind(self.text(kind)) if kind else DayKind.CALENDAR, rolls=self.says_yes(Key.ROLLS))

    def used(self, *keys: Key) -> dict[str, dict[str, str]]:
        """Freeze rows that a decision used, so that it can be recomputed."""
        return {
            str(key): {"value": row.value, "area": row.area_code, "from": row.effective_from.isoformat(), "document": row.document_number}
            for key, row in self.rows.items()
            if key in keys
        }


def fitting(key: Key, value: str) -> str:
    """Check a value against its key's shape.

    :raises UnfitParameter: it does not fit.
    """
    if not _fits(SHAPES[key], value):
        raise UnfitParameter("body.value")
    return value


def _fits(shape: Shape, value: str) -> bool:
    match shape:
        case Shape.DAYS:
            return _is_number(value) and 1 <= int(value) <= 366
        case Shape.DAYS_OR_NONE:
            return _is_number(value) and int(value) <= 366
        case Shape.COUNT:
            return _is_number(value) and 1 <= int(value) <= 20
        case Shape.ITEMS:
            return _is_number(value) and 1 <= int(value) <= MOST_ITEMS
        case Shape.DAY_KIND:
            return value in {str(kind) for kind in DayKind}
        case Shape.RATIO:
            above, _, below = value.partition("/")
            return _is_number(above) and _is_number(below) and 0 < int(above) <= int(below)
        case Shape.ACTS:
            return value == NOBODY or set(value.split(",")) <= _DECIDING_ACTS
        case Shape.YES_NO:
            return value in {"yes", "no"}
        case Shape.BOUNDS:
            return _are_rising(value.split(","))
        case Shape.DAY_COUNTS:
            return _are_rising_days(value.split(","))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _are_rising(bounds: Sequence[str]) -> bool:
    amounts = [int(bound) for bound in bounds if bound.isascii() and bound.isdigit() and len(bound) <= 7]
    return len(amounts) == len(bounds) and 2 <= len(amounts) <= 10 and amounts == sorted(set(amounts))


def _are_rising_days(counts: Sequence[str]) -> bool:
    days = [int(count) for count in counts if _is_number(count)]
    return len(days) == len(counts) and 1 <= len(days) <= 6 and all(1 <= each <= 366 for each in days) and days == sorted(set(days))
