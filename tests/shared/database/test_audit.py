"""The audit: who changed what, before and after, by the database itself; of what is secret only the word."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.monitoring.store.leads.leads import LeadRow
from shared.database.transaction import Database
from tests.builders.people import a_household
from tests.builders.story import done
from tests.fixtures.callers import Call
from tests.fixtures.platform import SERVICES, Cluster
from tests.fixtures.tokens import HOME, county, village
from tests.shared.database.conftest import ELSEWHERE, Story
from tests.shared.database.test_row_level_security import AT_THE_PREFECTURE, GUARDED
from tests.shared.database.test_rows import a_lead

_AUDITED = "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE 'audit_%' ORDER BY relname"
_ACTS = "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relname = $1 AND tgname LIKE 'audit_%' AND tgenabled = 'O'"
LAW = ["bottom_line", "incident", "income_item", "parameter", "screening_round"]  # and what an office sets in motion for all below it
# What a job is about in detail, how far it is and what became of a file's rows is a part or a result, no act of anybody, and so is what is
# computed or counted.
UNAUDITED = {
    "job_item",
    "job_run",
    "job_part",
    "job_result",
    "household_standing",
    "line_simulation_household",
    "line_simulation_count",
    "occurrence",
    "regional_count",
    "area_figure",
    "figure_change",
    "step_taken",
}
# Published by nobody in these stories: what these look like has tests of its own.
FILLED = ["area_change", "area_succession", "base_figure", "industry", "key_group", "lead_grade_rule", "place", "quality_rule", "regional_rule"]
FILLED += ["signal_rule"]
AUDITED = [table for table in GUARDED["monitoring"] if table not in UNAUDITED]
IN_VILLAGES = [table for table in AUDITED if table not in AT_THE_PREFECTURE]
HIDDEN = {
    "household_lineage": {"secrets"},
    "change_request": {"secrets"},
    "person": {"name", "secrets", "born_on"},
    "person_form": {"health", "disability_class", "disability_grade", "drop_out_reason"},
    "household_form": {"secrets", "natural_village"},
    "duplicate_pair": {"secrets"},
    "lead": {"secrets", "dismissal_reason", "content_index", "person_index"},
    "self_report": {"secrets"},
    "case_step": {"opinion", "record"},
    "risk_flag": {"cleared_why"},
    "task": {"note", "record"},
    "lead_answer": {"reason", "receipt"},
    "lead_step": {"secrets"},
    "screening_household": {"secrets", "hardships", "evidence"},
    "incident_household": {"secrets", "losses", "estimate", "risks", "evidence"},
    "incident_tracking": {"secrets", "state", "evidence"},
    "relief": {"amount", "provider", "evidence"},
    "green_channel": {"reason"},
    "regional_alarm": {"secrets", "evidence"},
    "regional_event": {"secrets"},
    "pause": {"secrets", "evidence"},
    "escalation": {"secrets"},
    "quality_finding": {"facts", "secrets", "evidence"},
    "department_row": {"secrets", "content_index", "facts"},
    "care_assignment": {"secrets", "content_index"},
    "household_group": {"group_code"},
    "household_transfer": {"content", "reason"},
    "visit": {"findings", "evidence", "secrets"},
}

OTHER = {
    **{"losses": "'[]'::jsonb", "estimate": "1.23", "risks": "'[]'::jsonb", "state": "'worse'", "amount": "1.23", "provider": "'other'"},
    **{"name": "'某某'", "secrets": "'other'::bytea", "content_index": "'other'::bytea", "record": "'{}'::jsonb", "cleared_why": "'{}'::jsonb"},
    **{
        "note": "'other'",
        "reason": "'other'",
        "receipt": "'other'",
        "opinion": "'other'",
        "dismissal_reason": "'other'",
        "group_code": "'other' || id",
    },
    **{"hardships": "'[]'::jsonb", "evidence": "'[]'::jsonb", "findings": "'[]'::jsonb", "facts": "'{}'::jsonb", "health": "'[]'::jsonb"},
    **{"born_on": "'1900-01-01'", "disability_class": "'7'", "disability_grade": "4", "natural_village": "'other'"},
    **{"drop_out_reason": "'other'", "person_index": "uuid_send(id)"},
}


def group(rows: Iterable[asyncpg.Record]) -> dict[tuple[str, str], list[asyncpg.Record]]:
    """Entries by what they are of; asked for all at once, for an audit is read by nobody's id."""
    found: dict[tuple[str, str], list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        found[row["id"], row["county_code"]].append(row)
    return found


async def entries(admin: asyncpg.Connection, table: str, request_id: str) -> list[dict[str, Any]]:
    rows = await admin.fetch("SELECT * FROM audit WHERE relation = $1 AND request_id = $2 ORDER BY id", table, request_id)
    return [{**row, "before": json.loads(row["before"] or "null"), "after": json.loads(row["after"] or "null")} for row in rows]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_guarded_table_and_every_table_of_the_law_is_audited_for_every_act(cluster: Cluster, service: str) -> None:
    owner = await cluster.connect(service)
    try:
        audited = [row["relname"] for row in await owner.fetch(_AUDITED)]
        acts = {table: {row["tgname"] for row in await owner.fetch(_ACTS, table)} for table in audited}
    finally:
        await owner.close()

    assert audited == sorted(AUDITED + LAW + FILLED if service == "monitoring" else GUARDED[service])
    assert all(each == {"audit_insert", "audit_update", "audit_delete"} for each in acts.values())


@pytest.mark.parametrize("table", IN_VILLAGES + LAW)
async def test_whatever_is_added_leaves_a_row_with_actor_and_content(admin: asyncpg.Connection, stories: dict[str, Story], table: str) -> None:
    rows = await admin.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE area_code = ANY($1)", [HOME, HOME[:6], ELSEWHERE, "530923"])
    assert rows
    added = await admin.fetch(
        "SELECT actor, before, after, after ->> 'id' AS id, county_code FROM audit WHERE relation = $1 AND act = 'INSERT'", table
    )
    taken_out = await admin.fetch("SELECT before ->> 'id' AS id, county_code FROM audit WHERE relation = $1 AND act = 'DELETE'", table)
    entries_of = group(added)
    times_out = Counter((entry["id"], entry["county_code"]) for entry in taken_out)
    actors: set[str] = set()
    for each in (json.loads(row["row"]) for row in rows):
        this = each["id"], each["county_code"]  # who moves to another county is kept there too, under the same id
        found = entries_of[this]
        assert len(found) == 1 + times_out[this], each
        assert found[0]["before"] is None
        actors.add(found[0]["actor"].split("-")[0].split(":")[0])
        assert json.loads(found[0]["after"]).keys() == each.keys() - HIDDEN.get(table, set())
    assert all(actors)
    assert actors & {"village", "township", "county", "prefecture", "citizen", "service"}


@pytest.mark.parametrize("table", IN_VILLAGES + LAW)
async def test_whatever_is_changed_leaves_both_sides_and_of_what_is_hidden_the_word(
    admin: asyncpg.Connection, stories: dict[str, Story], table: str
) -> None:
    request_id = uuid4().hex
    hidden = HIDDEN.get(table, set())
    changes = ", ".join(f"{column} = {OTHER[column]}" for column in sorted(hidden))
    change = admin.transaction()
    await change.start()
    try:
        await admin.fetch("SELECT scope('5309', '5309:', 'changer', $1)", request_id)
        changed = await admin.execute(f"UPDATE {table} SET {changes or 'id = id'}")
        found = await entries(admin, table, request_id)
    finally:
        await change.rollback()

    assert len(found) == int(changed.split()[1]) > 1
    for entry in found:
        assert (entry["actor"], entry["act"]) == ("changer", "UPDATE")
        assert entry["before"]["id"] == entry["after"]["id"]
        assert not hidden & entry["before"].keys()
        assert {entry["after"].get(column, "changed") for column in hidden} <= {"changed"}
    if hidden:
        assert any(hidden <= entry["after"].keys() for entry in found)


async def test_a_hidden_column_that_stayed_is_not_called_changed(admin: asyncpg.Connection, stories: dict[str, Story]) -> None:
    request_id = uuid4().hex
    change = admin.transaction()
    await change.start()
    try:
        await admin.fetch("SELECT scope('5309', '5309:', 'changer', $1)", request_id)
        await admin.execute("UPDATE person SET secrets = 'other' WHERE area_code = $1", HOME)
        found = await entries(admin, "person", request_id)
    finally:
        await change.rollback()

    assert found
    assert all(entry["after"]["secrets"] == "changed" and "name" not in entry["after"] for entry in found)


async def test_nothing_secret_stands_anywhere_in_the_audit_the_outbox_or_the_kept_answers(
    admin: asyncpg.Connection, stories: dict[str, Story]
) -> None:
    for story in stories.values():
        for word in story.secrets:
            for place in ("audit::text", "encode(payload, 'escape') || headers::text", "encode(body, 'escape')"):
                table = {"a": "audit", "e": "outbox" if "payload" in place else "idempotency"}[place[0]]
                assert await admin.fetchval(f"SELECT count(*) FROM {table} WHERE {place} LIKE '%' || $1 || '%'", word) == 0, (word, table)


async def test_a_bulk_statement_is_audited_row_by_row(monitoring: Database, admin: asyncpg.Connection) -> None:
    rows = [a_lead() for _ in range(250)]
    request_id = uuid4().hex

    async with monitoring.transaction(village("bulk"), request_id=request_id) as tx:
        await tx.insert(LeadRow, rows)

    found = await entries(admin, "lead", request_id)
    assert {entry["after"]["id"] for entry in found} == {str(row["id"]) for row in rows}
    assert {(entry["actor"], entry["act"], entry["county_code"]) for entry in found} == {("bulk", "INSERT", "530902")}
    assert len({entry["id"] for entry in found}) == 250


async def test_the_audit_names_the_request_and_the_person_of_the_token(call: Call, admin: asyncpg.Connection) -> None:
    request_id = str(uuid4())
    caller = call(village("cadre-7"))

    headers = {"X-Request-ID": request_id}
    answer = done(await replace(caller, headers=caller.headers | headers).post("/v1/households", a_household()))

    for table, count in (("household", 1), ("household_income", 1), ("person", 4), ("membership", 4)):
        found = await entries(admin, table, request_id)
        assert [entry["actor"] for entry in found] == ["cadre-7"] * count, table
    assert (await entries(admin, "household", request_id))[0]["after"]["id"] == answer["id"]


async def test_a_reading_of_what_is_personal_leaves_who_read_it(call: Call, admin: asyncpg.Connection, stories: dict[str, Story]) -> None:
    request_id = str(uuid4())
    reader = call(county("reader"))

    await reader.http.get(f"/v1/households/{stories[HOME].household_id}", headers={**reader.headers, "X-Request-ID": request_id})

    found = await entries(admin, "household", request_id)
    assert [(entry["actor"], entry["act"], entry["after"]) for entry in found] == [("reader", "READ", {"id": str(stories[HOME].household_id)})]


@pytest.mark.parametrize("scoped_before", [False, True])
async def test_without_a_scope_the_session_user_stands_in_the_audit(admin: asyncpg.Connection, scoped_before: bool) -> None:
    if scoped_before:  # what a finished transaction leaves is the empty text, and not nothing
        async with admin.transaction():
            await admin.fetch("SELECT scope('5309', '5309:', 'earlier', 'earlier')")
    change = admin.transaction()
    await change.start()
    try:
        await admin.execute("INSERT INTO bottom_line VALUES ('5309', uuidv7(), '530924', 2050, 1, '2050-01-01', 'x')")
        found = await admin.fetch("SELECT actor, request_id FROM audit WHERE relation = 'bottom_line' AND after ->> 'year' = '2050'")
        user = await admin.fetchval("SELECT session_user::text")
    finally:
        await change.rollback()

    assert [tuple(row) for row in found] == [(user, "")]


async def test_what_is_rolled_back_leaves_no_trace(monitoring: Database, admin: asyncpg.Connection) -> None:
    request_id = uuid4().hex

    async def refused() -> None:
        async with monitoring.transaction(village(), request_id=request_id) as tx:
            await tx.insert(LeadRow, [a_lead()])
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await refused()

    assert await entries(admin, "lead", request_id) == []
