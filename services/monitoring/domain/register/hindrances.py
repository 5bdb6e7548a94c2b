"""What is under way for a household decides which changes it may undergo (R38, R44; plan ch.3 s.1). What loses nobody is allowed; the rest waits.

|                    | case under way         | open flag                      | lead to be verified, or waiting |
| ------------------ | ---------------------- | ------------------------------ | ------------------------------- |
| split              | CaseUnderWay           | stays with those who remain    | LeadsUnderWay                   |
| merge, who goes in | CaseUnderWay           | StillMonitored                 | LeadsUnderWay                   |
| merge, who is there| CaseUnderWay           | goes on                        | goes on                         |
| transfer           | CaseUnderWay           | goes along                     | goes along                      |
| to another county  | CaseUnderWay           | withdrawn; a lead opens there  | LeadsUnderWay                   |
| striking off       | cancelled, by a county | withdrawn, by a county         | dismissed                       |
| joining, leaving   | goes on as it is frozen| goes on                        | goes on                         |

A case rests on who lives together, on what, and on a notice in the village: a change of these would take its ground away. A lead may be about
somebody who leaves, so it is verified before people part. Births and deaths wait for nothing. Nor does what a disaster left owed: in another
county the check and the visits go on with an incident that reaches it, and of any other incident a lead there says so (R56).
"""

from dataclasses import dataclass

from shared.kernel.actors import Role
from shared.kernel.areas import county_of
from shared.kernel.errors import Conflict, Forbidden, Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """What is under way for a household. A lead is under way until it is verified, and when confirmed until a case takes it up."""

    case: bool
    leads: bool
    monitored: bool


class HouseholdBusy(Conflict):
    sentence = "该户有未办结的事项，请先办结后再办理此变更。"
    english = "Something is under way for the household: finish it before this change."


class CaseUnderWay(HouseholdBusy):
    sentence = "该户的识别事项正在办理，请先办结后再办理此变更。"
    english = "A case is under way for the household: have it decided before this change."


class LeadsUnderWay(HouseholdBusy):
    sentence = "该户有待核实或待办的线索，请先核实办结后再办理此变更。"
    english = "A lead on the household is not decided yet: verify it before this change."


class StillMonitored(HouseholdBusy):
    sentence = "监测对象不得并入他户：请将另一户并入该户，或待风险消除后办理。"
    english = "A monitored household is not merged into another: merge the other into it, or wait until its risk is eliminated."


class CountyDecides(Forbidden):
    sentence = "该户正在识别或监测中，其注销由县级办理，请提出变更申请。"
    english = "The household is being identified or monitored: striking it off is the county's; ask for the change."


class AcrossCounties(Forbidden):
    sentence = "跨县迁移由市级办理，请提出变更申请。"
    english = "A transfer to another county is the prefecture's: ask for the change."


class InsideCounty(Invalid):
    sentence = "该村与该户同属一县，请办理县内迁移。"
    english = "The village lies in the same county: transfer the household inside it."


class SameVillage(Invalid):
    sentence = "该户已在该村。"
    english = "The household is in that village already."


class SameHousehold(Invalid):
    sentence = "不能将一户并入其自身。"
    english = "A household cannot be merged into itself."


def may_split(household: UnderWay) -> None:
    """Hold a split against what is under way.

    :raises CaseUnderWay: a case is not decided; LeadsUnderWay: a lead is not.
    """
    if household.case:
        raise CaseUnderWay
    if household.leads:
        raise LeadsUnderWay


def may_merge(joining: UnderWay, into: UnderWay) -> None:
    """Hold a merger against what is under way for both.

    :raises CaseUnderWay: a case of one of both is not decided.
    :raises LeadsUnderWay: a lead on the one that goes in is not decided; StillMonitored: it is monitored.
    """
    if joining.case or into.case:
        raise CaseUnderWay
    if joining.leads:
        raise LeadsUnderWay
    if joining.monitored:
        raise StillMonitored


def may_transfer(household: UnderWay) -> None:
    """Hold a transfer inside a county against what is under way.

    :raises CaseUnderWay: a case is not decided.
    """
    if household.case:
        raise CaseUnderWay


def may_leave_county(household: UnderWay) -> None:
    """Hold a transfer to another county against what is under way.

    :raises CaseUnderWay: a case is not decided; LeadsUnderWay: a lead is not.
    """
    may_split(household)


def may_strike_off(household: UnderWay, *, by: Role) -> None:
    """Hold a striking off against what is under way: what a county decided, a county ends.

    :raises CountyDecides: it is being identified or monitored, and this is not the county.
    """
    if (household.case or household.monitored) and by is not Role.COUNTY_OFFICER:
        raise CountyDecides


def moves_inside_county(village: str, to_village: str) -> None:
    """Hold the two villages of a transfer against each other.

    :raises AcrossCounties: they lie in two counties.
    :raises SameVillage: they are one.
    """
    if county_of(village) != county_of(to_village):
        raise AcrossCounties("body.to_village")
    if village == to_village:
        raise SameVillage("body.to_village")


def moves_across_counties(village: str, to_village: str) -> None:
    """Hold the two villages of a transfer to another county against each other.

    :raises InsideCounty: they lie in one.
    """
    if county_of(village) == county_of(to_village):
        raise InsideCounty("body.to_village")
