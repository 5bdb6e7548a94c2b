"""Change the area tree (区划调整): merge, split, rename, move, by a document and from a day on."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.places import changes as rules
from services.monitoring.store.places import areas, changes
from services.monitoring.usecases.places.ask_for_rehoming import ask_for_rehoming
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day
from shared.wire import AreaCode, Day, DocumentNumber, SafeText, VillageCode, command, part

AreaName = Annotated[SafeText, StringConstraints(max_length=60), Field(examples=["博尚村民委员会"])]


@part
class NewArea:
    """An area as it is called from the day on. A code that goes on is named again."""

    code: AreaCode
    name: AreaName


@part
class NewCode:
    """A village whose township becomes another, and its code there; its name stays."""

    village: VillageCode
    code: VillageCode


@command
class ChangeAreas:
    """What becomes of areas of one county, from which day, by which document.

    `merge`: several into one, new or one of them. `split`: one into several, which may go on as one of them. `rename`: the same code, a new name.
    `move`: a village to another township, with its new code. Of a township that ends every village gets its new code in `villages`.
    """

    kind: rules.ChangeKind
    effective_from: Day
    document_number: DocumentNumber
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=20)]
    into: Annotated[list[NewArea], Field(min_length=1, max_length=20)]
    villages: Annotated[list[NewCode], Field(max_length=200)] = Field(default_factory=list)


class AreasChanged(BaseModel):
    """A change is law: it is never changed itself. `job_id`: the job that lets the households of ended villages follow, if the day has come."""

    id: UUID
    version: int = 1
    status: Literal["published"] = "published"
    effective_from: date
    job_id: UUID | None


async def change_areas(change: ChangeAreas, tx: Transaction) -> AreasChanged:
    """Change the tree from a day on, past, present or to come (R18; plan ch.1 s.2); households follow a village that went over whole.

    :raises ChangeUnfit: it does not fit its kind; likewise SameName, AcrossCounties, WrongLevel, TwiceNamed, SuccessionCycle.
    :raises NoSuchArea: an area never was; AreaEnded: it has ended; BeforeItBegan: it began on that day or later.
    :raises CodeTaken: a new code is another's; SucceededAlready: it was; WrongParent: nothing contains it.
    :raises VillagesLeft: a village would lie in no township; LaterChange: a later change stands in the way.
    """
    decided = rules.Change(
        kind=change.kind,
        day=change.effective_from,
        areas=change.areas,
        into=[rules.Part(code=each.code, name=each.name) for each in change.into],
        villages=[rules.Recoded(village=each.village, code=each.code) for each in change.villages],
    )
    county = rules.county_in(decided)
    tree = await areas.tree_of(county, tx)
    effect = rules.effect_of(decided, tree, awaited=await changes.awaited(county, change.effective_from, tx))

    await areas.change(effect.ended, effect.begun, change.effective_from, tx)
    change_id = await changes.add(decided, effect, county, change.document_number, tx)
    is_over = {area.code for area in effect.ended} - {area.code for area in effect.begun}
    is_due = bool(is_over) and change.effective_from <= local_day(tx.now)
    job_id = await ask_for_rehoming(county, tx) if is_due else None
    return AreasChanged(id=change_id, effective_from=change.effective_from, job_id=job_id)
