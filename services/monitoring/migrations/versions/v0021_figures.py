"""Figures of every area, kept by what happens: triggers note each change, a duty folds them, and a count from scratch corrects what is not right."""

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.guards import guard

revision = "0021"
down_revision = "0020"

APP, WORKER, LOOKUP = "monitoring_app", "monitoring_worker", "monitoring_lookup"
DECIDED = "('approved', 'refused', 'cancelled')"
UNDER_WAY = {
    "lead": "status = 'registered'",
    "monitoring_case": f"status NOT IN {DECIDED}",
}
LEVELS = {"county": (), "township": ("township_code",), "village": ("area_code",)}
DUE = "coalesce(step_due_at, due_at)"


def _month(moment: str) -> str:
    return f"to_char({moment} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


_LAST_DAY = "to_char((coalesce(r.step_due_at, r.due_at) - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"
_CASE_STEP = """CASE {status} WHEN 'opened' THEN 'village_appraisal' WHEN 'appraised' THEN 'notice' WHEN 'on_notice' THEN 'notice_removal'
    WHEN 'notice_over' THEN 'township_review' WHEN 'reviewed' THEN 'county_approval' END"""


def _course(step: str) -> str:
    """What runs, by the last day of its step; what stands."""
    return f"""
        ('open', CASE WHEN r.paused_at IS NULL THEN {step} END, {_LAST_DAY}, 1),
        ('paused', CASE WHEN r.paused_at IS NOT NULL THEN {step} END, '', 1)
    """


_BAND = "r.band || '/' || CASE WHEN r.below IS NULL THEN 'no_line' WHEN r.below THEN 'below' ELSE 'not_below' END"
# What one row adds to the figures of the area in which it lies: a function of that row alone, so what a change makes of them is the new row's less
# the old one's, whatever else happens at the same time. A fact without a key is none.
FACTS = {
    "lead": f"""
        ('lead', r.channel || '/' || r.status, {_month("r.registered_at")}, 1),
        ('lead_over', CASE WHEN r.status <> 'registered' THEN r.status END, {_month("coalesce(r.verified_at, r.withdrawn_at, r.registered_at)")}, 1),
        {_course("CASE WHEN r.status = 'registered' THEN 'verification' END")}
    """,
    "monitoring_case": f"""
        ('case', r.status, {_month("r.opened_at")}, 1),
        ('case_over', CASE WHEN r.status IN {DECIDED} THEN r.status END, {_month("coalesce(r.decided_at, r.opened_at)")}, 1),
        {_course(_CASE_STEP.format(status="r.status"))}
    """,
    "risk_flag": f"""
        ('flag', r.status, {_month("r.raised_at")}, 1),
        ('flag_over', CASE WHEN r.status <> 'open' THEN r.status END, {_month("coalesce(r.cleared_at, r.raised_at)")}, 1)
    """,
    "step_taken": f"""
        ('step', r.step || '/' || CASE WHEN r.done_at < r.due_at THEN 'in_time' ELSE 'late' END, {_month("r.done_at")}, 1),
        ('step', CASE WHEN r.workdays IS NOT NULL THEN r.step || '/counted' END, {_month("r.done_at")}, 1),
        ('step', r.step || '/workdays', {_month("r.done_at")}, r.workdays)
    """,
    "household_standing": f"""
        ('income', CASE WHEN NOT r.gone THEN {_BAND} END, '', 1),
        ('income_people', CASE WHEN NOT r.gone THEN {_BAND} END, '', r.people)
    """,
}
_WHAT_ROWS_SAY = "CROSS JOIN LATERAL (VALUES {facts}) AS f (topic, key, period, value)"
_COUNT_ROWS = """
    CREATE FUNCTION count_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            SELECT r.county_code, r.area_code, f.topic, f.key, f.period, sum(f.value) FROM new_rows r {said}
            WHERE f.key IS NOT NULL AND f.value <> 0 GROUP BY 1, 2, 3, 4, 5;
        ELSE
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            SELECT r.county_code, r.area_code, f.topic, f.key, f.period, sum(r.sign * f.value)
            FROM (SELECT 1 AS sign, n.* FROM new_rows n UNION ALL SELECT -1, o.* FROM old_rows o) r {said}
            WHERE f.key IS NOT NULL AND f.value <> 0 GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign * f.value) <> 0;
        END IF;
        RETURN NULL;
    END $$
"""
# Households and their people are counted by kind, status and category, which three tables tell; whoever changes one of them holds the household's
# lock, and each statement is counted as the other two are at that moment.
_PEOPLE = "(SELECT count(*) FROM membership p WHERE p.county_code = c.county_code AND p.household_id = c.id AND p.valid_to IS NULL)"
_CATEGORY = """
    coalesce((SELECT m.category FROM monitored_category m WHERE m.county_code = c.county_code AND m.household_id = c.id AND m.valid_to IS NULL),
             'none')
"""
_BOTH = """
    CROSS JOIN LATERAL (VALUES ('household', c.old_area, c.old_key, -1), ('household', c.new_area, c.new_key, 1),
                               ('people', c.old_area, c.old_key, -c.people), ('people', c.new_area, c.new_key, c.people))
               AS f (topic, area_code, key, value)
"""
_HOUSEHOLDS = f"""
    CREATE FUNCTION count_household() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            SELECT county_code, area_code, 'household', kind || '/' || status || '/none', '', count(*) FROM new_rows GROUP BY 1, 2, 4;
            RETURN NULL;
        END IF;
        UPDATE household_standing s SET gone = (n.status = 'gone') FROM old_rows o JOIN new_rows n USING (county_code, id)
        WHERE (o.status = 'gone') <> (n.status = 'gone') AND s.county_code = n.county_code AND s.household_id = n.id;
        INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
        WITH moved AS MATERIALIZED (
            SELECT county_code, id, o.area_code AS old_area, n.area_code AS new_area, o.kind || '/' || o.status AS old_key,
                   n.kind || '/' || n.status AS new_key
            FROM old_rows o JOIN new_rows n USING (county_code, id)
            WHERE (o.area_code, o.kind, o.status) IS DISTINCT FROM (n.area_code, n.kind, n.status)
        ), c AS (SELECT c.*, {_CATEGORY} AS category, {_PEOPLE}::int AS people FROM moved c)
        SELECT c.county_code, f.area_code, f.topic, f.key || '/' || c.category, '', sum(f.value) FROM c {_BOTH}
        GROUP BY 1, 2, 3, 4 HAVING sum(f.value) <> 0;
        RETURN NULL;
    END $$
"""
_CATEGORIES = """
    CREATE FUNCTION count_category() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            WITH turned AS MATERIALIZED (
                SELECT county_code, household_id AS id, 'none' AS was, category AS becomes FROM new_rows WHERE valid_to IS NULL
            )
            {turned}
        ELSE
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            WITH turned AS MATERIALIZED (
                SELECT county_code, n.household_id AS id, CASE WHEN o.valid_to IS NULL THEN o.category ELSE 'none' END AS was,
                       CASE WHEN n.valid_to IS NULL THEN n.category ELSE 'none' END AS becomes
                FROM old_rows o JOIN new_rows n USING (county_code, id)
                WHERE (o.valid_to IS NULL) <> (n.valid_to IS NULL) OR o.category <> n.category
            )
            {turned}
        END IF;
        RETURN NULL;
    END $$
""".format(
    turned=f"""
            , c AS (
                SELECT t.county_code, t.id, h.area_code AS old_area, h.area_code AS new_area, h.kind || '/' || h.status || '/' || t.was AS old_key,
                       h.kind || '/' || h.status || '/' || t.becomes AS new_key
                FROM turned t JOIN household h USING (county_code, id)
            ), counted AS (SELECT c.*, {_PEOPLE}::int AS people FROM c)
            SELECT c.county_code, f.area_code, f.topic, f.key, '', sum(f.value) FROM counted c {_BOTH} GROUP BY 1, 2, 3, 4 HAVING sum(f.value) <> 0;
    """
)
_MEMBERSHIPS = """
    CREATE FUNCTION count_membership() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            WITH came AS MATERIALIZED (
                SELECT county_code, household_id AS id, count(*) AS people FROM new_rows WHERE valid_to IS NULL GROUP BY 1, 2
            )
            {came}
        ELSE
            INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
            WITH came AS MATERIALIZED (
                SELECT county_code, n.household_id AS id, sum(CASE WHEN n.valid_to IS NULL THEN 1 ELSE -1 END) AS people
                FROM old_rows o JOIN new_rows n USING (county_code, id) WHERE (o.valid_to IS NULL) <> (n.valid_to IS NULL) GROUP BY 1, 2
            )
            {came}
        END IF;
        RETURN NULL;
    END $$
""".format(
    came=f"""
            SELECT c.county_code, h.area_code, 'people', h.kind || '/' || h.status || '/' || {_CATEGORY}, '', sum(c.people)
            FROM came c JOIN household h USING (county_code, id) GROUP BY 1, 2, 4 HAVING sum(c.people) <> 0;
    """
)
# A step that is done leaves what its limit was and how long it took, for the row itself keeps the next step's only. Working days are those where it
# lies: the nearest area's own festivals win. A day that no calendar holds is not guessed.
_WORKDAYS = """
    (SELECT CASE WHEN count(*) = count(known.is_workday) THEN count(*) FILTER (WHERE known.is_workday) END
     FROM generate_series((w.began_at AT TIME ZONE 'Asia/Shanghai')::date + 1, (w.done_at AT TIME ZONE 'Asia/Shanghai')::date,
                          interval '1 day') AS d (day)
     LEFT JOIN LATERAL (
        SELECT k.is_workday FROM work_calendar k WHERE k.day = d.day::date AND starts_with(w.area_code, k.area_code)
        ORDER BY length(k.area_code) DESC LIMIT 1
     ) known ON true)
"""
_STEPS = """
    CREATE FUNCTION note_{table}_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO step_taken (county_code, area_code, household_id, subject_kind, subject_id, step, began_at, due_at, done_at, workdays)
        WITH w AS MATERIALIZED (
            SELECT n.county_code, n.area_code, n.household_id, '{kind}' AS subject_kind, n.id AS subject_id, {step} AS step, {began} AS began_at,
                   coalesce(o.step_due_at, o.due_at) AS due_at, business_now() AS done_at
            FROM old_rows o JOIN new_rows n USING (county_code, id) WHERE o.status <> n.status AND {done}
        )
        SELECT w.*, {workdays} FROM w;
        RETURN NULL;
    END $$
"""
STEPS = {
    "lead": {
        "kind": "lead",
        "step": "'verification'",
        "began": "n.registered_at",
        "done": "o.status = 'registered' AND n.withdrawn_at IS NULL",
    },
    "monitoring_case": {
        "kind": "case",
        "step": _CASE_STEP.format(status="o.status"),
        "began": """coalesce((SELECT max(s.done_at) FROM step_taken s WHERE s.county_code = n.county_code AND s.subject_id = n.id), n.opened_at)""",
        "done": f"o.status NOT IN {DECIDED} AND n.status <> 'cancelled'",
    },
}
_INSIDE_SCOPE = "coalesce(starts_with(of_county, current_setting('app.lo', true)), false)"
_FOLD = f"""
    CREATE FUNCTION fold_figures(of_county text, at_most int) RETURNS int
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH chosen AS MATERIALIZED (
            SELECT id FROM figure_change WHERE county_code = of_county AND {_INSIDE_SCOPE} ORDER BY id LIMIT at_most FOR UPDATE SKIP LOCKED
        ), taken AS (
            DELETE FROM figure_change c USING chosen WHERE c.county_code = of_county AND c.id = chosen.id
            RETURNING c.area_code, c.topic, c.key, c.period, c.value
        ), summed AS (
            SELECT left(t.area_code, level.n) AS area_code, t.topic, t.key, t.period, sum(t.value) AS value,
                   coalesce(sum(t.value) FILTER (WHERE length(t.area_code) = level.n), 0) AS own
            FROM taken t CROSS JOIN (VALUES (12), (9), (6)) AS level (n) WHERE length(t.area_code) >= level.n GROUP BY 1, 2, 3, 4
        ), kept AS (
            INSERT INTO area_figure AS f (county_code, area_code, topic, key, period, value, own)
            SELECT of_county, area_code, topic, key, period, value, own FROM summed WHERE value <> 0 OR own <> 0
            ORDER BY area_code, topic, period, key
            ON CONFLICT (county_code, area_code, topic, period, key) DO UPDATE SET value = f.value + excluded.value, own = f.own + excluded.own
        )
        SELECT count(*)::int FROM taken
    $$
"""
_COUNTED = "\n UNION ALL ".join(
    [
        *(
            f"""
            SELECT r.area_code, f.topic, f.key, f.period, sum(f.value) AS value FROM {table} r {_WHAT_ROWS_SAY.format(facts=facts)}
            WHERE r.county_code = of_county AND f.key IS NOT NULL GROUP BY 1, 2, 3, 4
            """
            for table, facts in FACTS.items()
        ),
        """
        SELECT h.area_code, f.topic, h.kind || '/' || h.status || '/' || coalesce(c.category, 'none'), '', sum(f.value)
        FROM household h
        LEFT JOIN monitored_category c ON c.county_code = of_county AND c.household_id = h.id AND c.valid_to IS NULL
        LEFT JOIN (
            SELECT household_id, count(*) AS people FROM membership WHERE county_code = of_county AND valid_to IS NULL GROUP BY 1
        ) m ON m.household_id = h.id
        CROSS JOIN LATERAL (VALUES ('household', 1), ('people', coalesce(m.people, 0))) AS f (topic, value)
        WHERE h.county_code = of_county GROUP BY 1, 2, 3
        """,
    ]
)
# One statement sees one moment: what was folded, what waits to be, and what is counted agree whatever is committed meanwhile. Of two counts at once
# the second waits for what the first corrects, or both would correct it.
_RECOUNT = f"""
    CREATE FUNCTION recount_figures(of_county text) RETURNS int
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        corrected int;
    BEGIN
        IF NOT {_INSIDE_SCOPE} THEN
            RETURN 0;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('figures/' || of_county, 0));
        DELETE FROM area_figure WHERE county_code = of_county AND value = 0 AND own = 0;
        INSERT INTO figure_change (county_code, area_code, topic, key, period, value)
        SELECT of_county, area_code, topic, key, period, sum(value) FROM (
            {_COUNTED}
            UNION ALL SELECT area_code, topic, key, period, -own FROM area_figure WHERE county_code = of_county
            UNION ALL SELECT area_code, topic, key, period, -value FROM figure_change WHERE county_code = of_county
        ) AS counted (area_code, topic, key, period, value)
        GROUP BY 2, 3, 4, 5 HAVING sum(value) <> 0;
        GET DIAGNOSTICS corrected = ROW_COUNT;
        RETURN corrected;
    END $$
"""
TRIGGERS = {
    **{table: f"count_{table}" for table in FACTS},
    "household": "count_household",
    "monitored_category": "count_category",
    "membership": "count_membership",
}
_COURSE_READ = "area_code, paused_at, step_due_at, due_at"
LOOKUP_RIGHTS = (
    "SELECT, INSERT, UPDATE, DELETE ON figure_change",
    "SELECT, INSERT, UPDATE, DELETE ON area_figure",
    "SELECT, INSERT ON step_taken",
    "SELECT (area_code, day, is_workday) ON work_calendar",
    "SELECT (clock_offset_seconds) ON deployment",
    f"SELECT (channel, registered_at, verified_at, withdrawn_at, {_COURSE_READ}) ON lead",
    f"SELECT (county_code, status, opened_at, decided_at, {_COURSE_READ}) ON monitoring_case",
    "SELECT (county_code, area_code, status, raised_at, cleared_at) ON risk_flag",
    "SELECT (county_code, household_id, area_code, band, below, gone, people), UPDATE (gone) ON household_standing",
    "SELECT (county_code, household_id, category, valid_to) ON monitored_category",
)
LOOKUP_RIGHTS_BEFORE = (
    "SELECT (county_code, id, area_code, status, step_round, version) ON lead",
    "UPDATE (area_code, township_code, step_round, version) ON lead",
)


def upgrade() -> None:
    _what_waits()
    _steps_taken()
    _figures()
    op.add_column("household_standing", sa.Column("people", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("household_standing", sa.Column("gone", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("""
        UPDATE household_standing s SET people = coalesce(i.people, 0), gone = h.status = 'gone'
        FROM household h LEFT JOIN household_income i ON i.county_code = h.county_code AND i.household_id = h.id AND i.valid_to IS NULL
        WHERE s.county_code = h.county_code AND s.household_id = h.id
    """)
    for right in LOOKUP_RIGHTS:
        op.execute(f"GRANT {right} TO {LOOKUP}")
    for table, facts in FACTS.items():
        op.execute(_COUNT_ROWS.format(table=table, said=_WHAT_ROWS_SAY.format(facts=facts)))
    for statement in (_HOUSEHOLDS, _CATEGORIES, _MEMBERSHIPS, _FOLD, _RECOUNT):
        op.execute(statement)
    for table, words in STEPS.items():
        op.execute(_STEPS.format(table=table, workdays=_WORKDAYS, **words))
        _own(f"note_{table}_steps()")
        op.execute(
            f"CREATE TRIGGER steps_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION note_{table}_steps()"
        )
    for table, function in TRIGGERS.items():
        _own(f"{function}()")
        for act, rows in (("INSERT", "NEW TABLE AS new_rows"), ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows")):
            op.execute(
                f"CREATE TRIGGER figures_{act.lower()} AFTER {act} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    for signature in ("fold_figures(text, int)", "recount_figures(text)"):
        _own(signature)
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {WORKER}")
    distribute("monitoring", "step_taken", "area_figure", "figure_change")


def downgrade() -> None:
    for table in TRIGGERS:
        for act in ("insert", "update"):
            op.execute(f"DROP TRIGGER figures_{act} ON {table}")
    for table in STEPS:
        op.execute(f"DROP TRIGGER steps_update ON {table}")
    functions = (*(f"{each}()" for each in TRIGGERS.values()), *(f"note_{table}_steps()" for table in STEPS))
    for signature in (*functions, "fold_figures(text, int)", "recount_figures(text)"):
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("figure_change", "area_figure", "step_taken"):
        op.execute(f"DROP TABLE {table}")
    for column in ("gone", "people"):
        op.drop_column("household_standing", column)
    op.execute("DROP INDEX ix_lead_undispatched")
    for table in UNDER_WAY:
        for level in LEVELS:
            op.execute(f"DROP INDEX ix_{table}_work_{level}")
    # What is taken of a table is taken of its columns too.
    for table in ("work_calendar", "deployment", "lead", "monitoring_case", "risk_flag", "household_standing", "monitored_category"):
        op.execute(f"REVOKE ALL ON {table} FROM {LOOKUP}")
    for right in LOOKUP_RIGHTS_BEFORE:
        op.execute(f"GRANT {right} TO {LOOKUP}")


def _own(signature: str) -> None:
    """Let the look-ups' role own a function: it passes the policies, and may read and write just what is granted to it."""
    op.execute(f"ALTER FUNCTION {signature} OWNER TO {LOOKUP}")
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")


def _what_waits() -> None:
    """Index what is under way by the end of its step, at each level: the order in which it is worked through."""
    for table, waits in UNDER_WAY.items():
        for level, column in LEVELS.items():
            op.create_index(
                f"ix_{table}_work_{level}",
                table,
                ["county_code", *column, "status", sa.text(DUE), "id"],
                unique=False,
                postgresql_where=sa.text(waits),
            )
    op.create_index(  # those that lie above the villages are few among many
        "ix_lead_undispatched",
        "lead",
        ["county_code", sa.text(DUE), "id"],
        unique=False,
        postgresql_where=sa.text("status = 'registered' AND area_code = township_code"),
    )


def _steps_taken() -> None:
    op.create_table(
        "step_taken",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(collation="C"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=True),
        sa.CheckConstraint("subject_kind IN ('lead', 'case', 'measure')", name=op.f("ck_step_taken_subject_kind")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_step_taken")),
    )
    op.create_index("ix_step_taken_subject_id", "step_taken", ["county_code", "subject_id"], unique=False)
    op.create_index("ix_step_taken_household_id", "step_taken", ["county_code", "household_id"], unique=False)
    guard("step_taken", roles=[APP, WORKER], rights="SELECT, UPDATE (area_code)")  # derived: what it is derived from is audited


def _figures() -> None:
    said = ("area_code", "topic", "key", "period")
    op.create_table(
        "area_figure",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        *(sa.Column(name, sa.Text(collation="C"), nullable=False) for name in said),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "area_code", "topic", "period", "key", name=op.f("pk_area_figure")),
    )
    op.execute("ALTER TABLE area_figure SET (fillfactor = 50)")  # room in each page for its rows' next versions
    op.create_table(
        "figure_change",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Text(collation="C"), nullable=False) for name in said),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_figure_change")),
    )
    for table in ("area_figure", "figure_change"):
        guard(table, roles=[APP, WORKER], rights="SELECT")
