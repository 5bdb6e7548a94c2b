"""What becomes of checks and visits when a household is gone, or goes into another."""

from typing import Any

from sqlalchemy import ARRAY, Row, Uuid, bindparam, text

from shared.database.columns import CODE
from shared.database.transaction import Transaction

_OPEN = "status IN ('to_check', 'affected', 'green_channel', 'relieved')"
DROP = text(f"""
    UPDATE incident_household SET status = 'dropped', version = version + 1 WHERE county_code = :county AND household_id = :household AND {_OPEN}
""")  # noqa: S608  (our own words)
DROP_VISITS = text("""
    UPDATE incident_tracking SET status = 'dropped', version = version + 1
    WHERE county_code = :county AND household_id = :household AND status = 'to_visit'
""")
_THERE = "household_id = :into, area_code = :village, township_code = left(:village, 9), version = t.version + 1"
# What an incident has of a household that it did not hit gives way: it is set aside here, and stays with the household that is gone.
SET_ASIDE = text("""
    UPDATE incident_household o SET status = 'dropped', version = o.version + 1 FROM incident_household t
    WHERE o.county_code = :county AND o.household_id = :into AND o.status IN ('to_check', 'unaffected', 'dropped')
      AND t.county_code = :county AND t.household_id = :gone AND t.incident_id = o.incident_id
      AND t.status IN ('affected', 'green_channel', 'relieved')
    RETURNING o.id
""").bindparams(bindparam("gone", type_=Uuid()), bindparam("into", type_=Uuid()))
LEFT_BEHIND = text("""
    UPDATE incident_household SET household_id = :gone, area_code = :left, township_code = left(:left, 9), version = version + 1
    WHERE county_code = :county AND id = ANY(:aside)
""").bindparams(bindparam("left", type_=CODE), bindparam("gone", type_=Uuid()), bindparam("aside", type_=ARRAY(Uuid())))
GO_OVER = text(f"""
    UPDATE incident_household t SET {_THERE}
    WHERE county_code = :county AND household_id = :gone AND status IN ('affected', 'green_channel', 'relieved')
      AND NOT EXISTS (SELECT FROM incident_household o
                      WHERE o.county_code = :county AND o.incident_id = t.incident_id AND o.household_id = :into AND o.status <> 'dropped')
    RETURNING id
""").bindparams(bindparam("village", type_=CODE), bindparam("into", type_=Uuid()))  # noqa: S608
VISITS_GO_OVER = text(f"""
    UPDATE incident_tracking t SET {_THERE} WHERE county_code = :county AND household_id = :gone AND effect_id = ANY(:effects) AND status = 'to_visit'
""").bindparams(bindparam("village", type_=CODE), bindparam("into", type_=Uuid()), bindparam("effects", type_=ARRAY(Uuid())))  # noqa: S608


async def go_over(household: Row[Any], into: Row[Any], tx: Transaction) -> None:
    """Let what an incident did to a household be that of the one that it goes into, with the visits that are owed, unless that one was hit itself."""
    asked = {"county": household.county_code, "gone": household.id, "into": into.id, "village": into.area_code}
    aside = (await tx.execute(SET_ASIDE, asked)).scalars().all()
    moved = (await tx.execute(GO_OVER, asked)).scalars().all()
    await tx.execute(VISITS_GO_OVER, asked | {"effects": list(moved)})
    await tx.execute(LEFT_BEHIND, asked | {"aside": list(aside), "left": household.area_code})


async def end_all(household: Row[Any], tx: Transaction) -> None:
    """End what is open for a household that is gone: nobody could check or visit it."""
    for question in (DROP, DROP_VISITS):
        await tx.execute(question, {"county": household.county_code, "household": household.id})
