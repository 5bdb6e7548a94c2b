"""Publish what in a department's list calls for a lead (预警规则)."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field, StringConstraints

from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Base, Grade, Group, Operator, SignalRule, fitting, lasting, list_of
from services.monitoring.store import law
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.kernel.errors import Conflict
from shared.wire import Day, DocumentNumber, SafeText, command, part

RuleCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z0-9_]{1,40}$"),
    Field(description="规则代码：名单种类.名称", examples=["medical_insurance_list.lifted_out"]),
]
ListName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(description="名单种类", examples=["medical_insurance_list"])]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(description="栏名，见该名单模板", examples=["self_paid"])]


@part
class RuleVersion:
    """When a column of the list stands so to a value, or to the value times a base, there is a lead.

    `any` calls whoever is on the list, and takes no column. It holds from one day until before another; one that ends on its first day repeals
    what the area had published before. `among`: codes separated by commas.
    """

    population: Group = Group.ANY
    field: ColumnName | None = None
    operator: Operator
    value: Annotated[SafeText, Field(examples=["5000"])] | None = None
    base: Base | None = None
    grade: Grade | None = None
    hardship: Hardship | None = None
    effective_from: Day
    effective_to: Day | None = None


@command
class PublishSignalRule(RuleVersion):
    document_number: DocumentNumber


class BaseUnpublished(Conflict):
    sentence = "该基数在本地尚未发布，请先发布基数再发布按比例的规则。"
    english = "This base was never published for the area: publish it before a rule that is held against a ratio of it."


async def publish_signal_rule(area: str, rule_code: str, version: PublishSignalRule, tx: Transaction) -> tuple[Published, bool]:
    """Publish a version of a rule for an area (R57, plan ch.3 s.3); say also whether it is new. A published row is never changed.

    It decides about rows that come from now on, and about those of people of whom a row comes; the effective day of the row chooses the version.

    :raises NotYourArea: the area is not the caller's.
    :raises NoSuchList: there is no list of the name that the code begins with.
    :raises NoSuchColumn: the rule could never hold; likewise NoLeadsOfThis, UnfitOperator, UnfitValue and UnfitBase.
    :raises EndsBeforeItBegins: it ends before it begins.
    :raises BaseUnpublished: there is nothing that its ratio could be of.
    :raises PublishedAlready: another version holds from this day.
    """
    require_own_area(area, tx)
    kind = list_of(rule_code, field="path.code")
    rule = fitting(rule_of(version), kind, at="body")
    lasting(version.effective_from, version.effective_to, at="body")
    if rule.base and not await law.has_base(area, rule.base, tx):
        raise BaseUnpublished("body.base")
    kept = {
        "kind": kind.sheet.kind,
        **asdict(rule),
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "document_number": version.document_number,
    }
    row_id, is_new = await law.publish_signal_rule(area, rule_code, kept, tx)
    return Published(id=row_id, area=area, effective_from=version.effective_from), is_new


def rule_of(version: RuleVersion) -> SignalRule:
    return SignalRule(**{name: getattr(version, name) for name in SignalRule.__dataclass_fields__})
