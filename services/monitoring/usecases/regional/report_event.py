"""Report what befell whole areas: a price that fell, jobs lost, a project that failed, a disease, trouble in a resettlement site."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.places.tree import NoSuchArea
from services.monitoring.domain.regional import causes as rules
from services.monitoring.domain.regional.causes import Cause
from services.monitoring.store import law
from services.monitoring.store.places import areas
from services.monitoring.store.regional import events
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.workdays import local_day
from shared.wire import AreaCode, Day, DocumentNumber, SafeText, command

IndustryCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$", strict=True), Field(examples=["tea"])]


@command
class ReportRegionalEvent:
    """What happened where and when, by which document. With an industry it is of the households whose form says its kind, or nothing."""

    cause: Literal[Cause.PRICE_FALL, Cause.JOB_LOSSES, Cause.PROJECT_FAILURE, Cause.PLANT_OR_ANIMAL_DISEASE, Cause.SITE_PROBLEM, Cause.OTHER]
    industry: IndustryCode | None = None
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=50)]
    on: Day
    size: SafeText | None = None
    document_number: DocumentNumber


class EventReported(BaseModel):
    """An event is counted within a minute or so; it is never changed."""

    id: UUID
    version: int = 1
    status: Literal["reported"] = "reported"
    area: str
    on: date


async def report_event(event: ReportRegionalEvent, tx: Transaction) -> EventReported:
    """Keep an event of one county (R55, plan ch.3 s.3; R82, plan ch.5 s.1).

    :raises AcrossCounties: its areas lie in several counties, or one is named twice; NotYourArea: one is not the caller's.
    :raises NoSuchArea: there is no such area; NoSuchIndustry: no such industry is in force.
    :raises NotYetHappened: the day lies ahead; HappenedTooLongAgo: further back than may still be reported.
    """
    county = rules.county_affected(event.areas)
    missing = await areas.missing_of(event.areas, tx)
    for area in event.areas:
        require_own_area(area, tx, field="body.areas")
        if area in missing:
            raise NoSuchArea("body.areas")
    days = (await law.parameters_for(county, tx)).number(Key.REGIONAL_EVENT_DAYS)
    rules.happened(event.on, today=local_day(tx.now), within_days=days)
    form_kind = None
    if event.industry:
        known = {each.code: each.form_kind for each in await law.industries_for(county, event.on, tx)}
        if event.industry not in known:
            raise rules.NoSuchIndustry("body.industry")
        form_kind = known[event.industry]
    event_id = new_id()
    told = tx.vault.seal({"size": event.size}, table="regional_event", row=event_id) if event.size else None
    kept = {
        **{"county_code": county, "id": event_id, "area_code": rules.common_area(event.areas), "areas": list(event.areas)},
        **{"cause": event.cause, "industry": event.industry, "form_kind": form_kind, "happened_on": event.on, "secrets": told},
        **{"document_number": event.document_number, "reported_by": tx.actor.id, "reported_at": tx.now},
    }
    await events.add(kept, tx)
    return EventReported(id=event_id, area=kept["area_code"], on=event.on)
