from uuid import UUID

from services.monitoring.domain.register.county_transfers import TransferId
from services.monitoring.queries.register.county_transfers import TransferShown, show_transfer
from services.monitoring.queries.register.lineage import LineageShown, show_lineage
from services.monitoring.usecases.register.changes.add_member import AddMember, MemberAdded, add_member
from services.monitoring.usecases.register.changes.correct_person import CorrectPerson, correct_person
from services.monitoring.usecases.register.changes.merge_households import HouseholdsMerged, MergeHousehold, merge_households
from services.monitoring.usecases.register.changes.record_departure import RecordDeparture, record_departure
from services.monitoring.usecases.register.changes.said import HouseholdNow
from services.monitoring.usecases.register.changes.split_household import HouseholdSplit, SplitHousehold, split_household
from services.monitoring.usecases.register.changes.strike_off_household import StrikeOffHousehold, strike_off_household
from services.monitoring.usecases.register.changes.transfer_household import TransferHousehold, transfer_household
from services.monitoring.usecases.register.county_transfers.ask_for_transfer import TransferAccepted, TransferAcrossCounties, ask_for_transfer
from services.monitoring.usecases.register.county_transfers.resume_transfer import resume_transfer
from services.monitoring.usecases.register.county_transfers.withdraw_transfer import TransferTakenBack, withdraw_transfer
from shared.kernel.ids import HouseholdId, PersonId
from shared.service.http.apps import service_router
from shared.service.http.requests import ExpectedVersion, InTransaction

changes = service_router("户籍变更 changes of households")


@changes.post("/v1/households/{household_id}/split")
async def household_split(household_id: UUID, body: SplitHousehold, tx: InTransaction, expected: ExpectedVersion) -> HouseholdSplit:
    """分户：所列成员另立一户，各自写明收入；风险标注留在原户。"""
    return await split_household(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/merge")
async def household_merge(household_id: UUID, body: MergeHousehold, tx: InTransaction, expected: ExpectedVersion) -> HouseholdsMerged:
    """合户：全部成员并入另一户，该户随之注销；监测对象不得并入他户。"""
    return await merge_households(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/transfer")
async def household_transfer(household_id: UUID, body: TransferHousehold, tx: InTransaction, expected: ExpectedVersion) -> HouseholdNow:
    """县内迁移：户及其全部记录迁至本县另一村。"""
    return await transfer_household(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/county-transfer", status_code=202)
async def household_county_transfer(
    household_id: UUID, body: TransferAcrossCounties, tx: InTransaction, expected: ExpectedVersion
) -> TransferAccepted:
    """跨县迁移：作为任务办理，迁出县办结后由迁入县接收；进度见 /v1/household-transfers/{id}。"""
    return await ask_for_transfer(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/strike-off")
async def household_strike_off(household_id: UUID, body: StrikeOffHousehold, tx: InTransaction, expected: ExpectedVersion) -> HouseholdNow:
    """注销：整户死亡、迁出或错录；标注撤销、识别终止、线索排除。识别或监测中的户由县级办理。"""
    return await strike_off_household(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/members", status_code=201)
async def new_member(household_id: UUID, body: AddMember, tx: InTransaction, expected: ExpectedVersion) -> MemberAdded:
    """增员：出生、婚入或迁入。"""
    return await add_member(HouseholdId(household_id), body, tx, expected=expected)


@changes.post("/v1/households/{household_id}/members/{person_id}/departure")
async def member_departure(household_id: UUID, person_id: UUID, body: RecordDeparture, tx: InTransaction, expected: ExpectedVersion) -> HouseholdNow:
    """减员：死亡、婚出、迁出或错录；户主离开时须写明其余成员与新户主的关系。"""
    return await record_departure(HouseholdId(household_id), PersonId(person_id), body, tx, expected=expected)


@changes.get("/v1/households/{household_id}/lineage")
async def household_lineage(household_id: UUID, tx: InTransaction) -> LineageShown:
    """一户的沿革：由何户而来、往何户而去；查看留痕。"""
    return await show_lineage(HouseholdId(household_id), tx)


@changes.post("/v1/people/{person_id}/correction")
async def person_correction(person_id: UUID, body: CorrectPerson, tx: InTransaction, expected: ExpectedVersion) -> HouseholdNow:
    """更正一人的姓名、证件、出生日期或性别；所见版本为其所在户的版本。"""
    return await correct_person(PersonId(person_id), body, tx, expected=expected)


@changes.get("/v1/household-transfers/{transfer_id}")
async def county_transfer(transfer_id: UUID, tx: InTransaction) -> TransferShown:
    """一项跨县迁移办到何处。"""
    return await show_transfer(TransferId(transfer_id), tx)


@changes.post("/v1/household-transfers/{transfer_id}/resumption", status_code=202)
async def county_transfer_resumption(transfer_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> TransferAccepted:
    """未能办理的跨县迁移，自其停下之处继续办理。"""
    return await resume_transfer(TransferId(transfer_id), tx, expected=expected)


@changes.post("/v1/household-transfers/{transfer_id}/withdrawal")
async def county_transfer_withdrawal(transfer_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> TransferTakenBack:
    """撤回跨县迁移：迁出县办结之前可以撤回，该户留在原处。"""
    return await withdraw_transfer(TransferId(transfer_id), tx, expected=expected)
