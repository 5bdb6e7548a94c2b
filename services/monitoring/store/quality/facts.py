"""Where each fact of data quality is found: one expression for each, over a view of a county's people, households or flags.

`:today` is the day of the check, `:county` the shard, `{place}` says which households are asked of; `{one}` narrows what is added up to one of them.
What an expression needs beside the subject's own rows it names as a join, so that a question reads only what its rule asks of.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.monitoring.domain.quality.facts import DEVELOPMENTAL, RuleOf
from services.monitoring.domain.register.households import ABLE


@dataclass(frozen=True, slots=True)
class Expression:
    """A fact as SQL, and the joins that it needs, in their order."""

    sql: str
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The subjects of one kind in a county: whose rows they are, and where the facts are found. `h` is always the household.

    :param ids: the subject, its person and its flag, if it is one.
    """

    source: str
    ids: tuple[str, str, str]
    joins: Mapping[str, str]
    facts: Mapping[str, Expression]


def _among(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _months(since: str, until: str) -> str:
    """Count the full months between two days."""
    return f"CAST(extract(year FROM age({until}, {since})) * 12 + extract(month FROM age({until}, {since})) AS numeric)"


IN_COUNTY = "h.county_code = :county AND h.status <> 'gone'"
IN_AREA = f"{IN_COUNTY} AND h.area_code >= :lo AND h.area_code < :hi"
_MONITORED = Expression("(h.status = 'monitored')")
_TRACKED = Expression("(h.status = 'monitored' OR h.kind = 'lifted_out')")
_NET = """round((i.wage_income + i.production_income + i.property_income + i.transfer_income - i.production_expense) / i.people, 2)"""
_FORM = "LEFT JOIN household_form f ON f.county_code = h.county_code AND f.household_id = h.id AND f.valid_to IS NULL"
_INCOME = "LEFT JOIN household_income i ON i.county_code = h.county_code AND i.household_id = h.id AND i.valid_to IS NULL"
_OUTSIDE = _among(("prefecture", "province", "other_province", "abroad"))
_RECEIVED = _among(("rural", "urban"))
# What the members of a household come to. A household without members has a row of nothing, which is nobody.
_MEMBERS = f"""
    LEFT JOIN (
        SELECT m.household_id, count(*) AS people, count(*) FILTER (WHERE m.relation = 'head') AS heads,
               count(*) FILTER (WHERE m.relation = 'spouse') AS spouses, count(*) FILTER (WHERE m.labour IN ({_among(ABLE)})) AS labourers,
               min(p.sex) FILTER (WHERE m.relation = 'head') AS head_sex, min(p.sex) FILTER (WHERE m.relation = 'spouse') AS spouse_sex,
               count(*) FILTER (WHERE pf.subsistence_allowance IN ({_RECEIVED})) AS on_allowance,
               count(*) FILTER (WHERE pf.extreme_difficulty IN ({_RECEIVED})) AS in_extreme_difficulty,
               count(*) FILTER (WHERE pf.work_place IN ({_OUTSIDE})) AS working_outside
        FROM membership m
        JOIN person p ON p.county_code = m.county_code AND p.id = m.person_id
        LEFT JOIN person_form pf ON pf.county_code = m.county_code AND pf.person_id = m.person_id AND pf.valid_to IS NULL
        WHERE m.county_code = :county AND m.valid_to IS NULL {{one}} GROUP BY m.household_id
    ) g ON g.household_id = h.id
"""
_COUNTED = {
    "labourers": "labourers",
    "members_on_allowance": "on_allowance",
    "members_in_extreme_difficulty": "in_extreme_difficulty",
    "members_working_outside": "working_outside",
}
_OF_MEMBERS = {fact: Expression(f"CAST(coalesce(g.{column}, 0) AS numeric)", ("members",)) for fact, column in _COUNTED.items()}
_LABELLED = {"whole_without_labour": Expression("f.whole_without_labour", ("form",))}
# What is known of one of the two is what counts: one yes is one insurance, and only two noes are none.
_INSURANCES = """CASE
    WHEN f.residents_medical_insurance AND f.employees_medical_insurance THEN 2.0
    WHEN f.residents_medical_insurance OR f.employees_medical_insurance THEN 1.0
    WHEN NOT f.residents_medical_insurance AND NOT f.employees_medical_insurance THEN 0.0
END"""
_NUMBERED = """
    LEFT JOIN (
        SELECT n.id_number_index, count(DISTINCT nm.household_id) AS households
        FROM person n
        JOIN membership nm ON nm.county_code = n.county_code AND nm.person_id = n.id AND nm.valid_to IS NULL
        JOIN household nh ON nh.county_code = nm.county_code AND nh.id = nm.household_id AND nh.status = 'monitored'
        WHERE n.county_code = :county AND n.id_number_index IS NOT NULL GROUP BY n.id_number_index
    ) n ON n.id_number_index = p.id_number_index
"""


def _of_form(*names: str) -> dict[str, Expression]:
    return {name: Expression(f"f.{name}", ("form",)) for name in names}


def _numbers_of_form(*names: str) -> dict[str, Expression]:
    return {name: Expression(f"CAST(f.{name} AS numeric)", ("form",)) for name in names}


_PEOPLE = View(
    source="""
        household h
        JOIN membership m ON m.county_code = h.county_code AND m.household_id = h.id AND m.valid_to IS NULL
        JOIN person p ON p.county_code = m.county_code AND p.id = m.person_id
        {joins}
        WHERE {place}
    """,
    ids=("p.id", "p.id", "CAST(NULL AS uuid)"),
    joins={
        "form": "LEFT JOIN person_form f ON f.county_code = p.county_code AND f.person_id = p.id AND f.valid_to IS NULL",
        "numbered": _NUMBERED,
    },
    facts={
        "monitored": _MONITORED,
        "tracked": _TRACKED,
        "age": Expression("CAST(extract(year FROM age(:today, p.born_on)) AS numeric)"),
        "sex": Expression("p.sex"),
        "relation": Expression("m.relation"),
        "labour": Expression("m.labour"),
        "healthy": Expression("(f.health = '[\"healthy\"]')", ("form",)),
        "works": Expression("(CASE WHEN f.work_place IS NOT NULL OR f.work_months IS NOT NULL THEN true END)", ("form",)),
        "medical_insurances": Expression(f"({_INSURANCES})", ("form",)),
        "monitored_households_with_number": Expression(
            "(CASE WHEN p.id_number_index IS NOT NULL THEN CAST(coalesce(n.households, 0) AS numeric) END)", ("numbered",)
        ),
        **_numbers_of_form("work_months", "public_post_months"),
        **_of_form("education", "school_status", "drop_out_reason", "work_place", "public_post", "subsistence_allowance", "extreme_difficulty"),
        **_of_form("residents_medical_insurance", "employees_medical_insurance", "major_medical_insurance", "residents_pension", "employees_pension"),
    },
)
_HOUSEHOLDS = View(
    source="household h {joins} WHERE {place}",
    ids=("h.id", "CAST(NULL AS uuid)", "CAST(NULL AS uuid)"),
    joins={"form": _FORM, "income": _INCOME, "members": _MEMBERS},
    facts={
        "monitored": _MONITORED,
        "tracked": _TRACKED,
        "kind": Expression("h.kind"),
        "people": Expression("CAST(coalesce(g.people, 0) AS numeric)", ("members",)),
        "heads": Expression("CAST(coalesce(g.heads, 0) AS numeric)", ("members",)),
        "spouses": Expression("CAST(coalesce(g.spouses, 0) AS numeric)", ("members",)),
        "head_sex": Expression("g.head_sex", ("members",)),
        "spouse_sex": Expression("g.spouse_sex", ("members",)),
        **_OF_MEMBERS,
        **_LABELLED,
        **_numbers_of_form("farmland", "forest", "pasture", "water_surface", "returned_farmland", "orchard"),
        **_of_form("house_grade", "house_problem", "water_safe", "water_problem", "schooling_problem", "insurance_problem"),
        "net_income_per_head": Expression(_NET, ("income",)),
    },
)
_RAISED_ON = "CAST(r.raised_at AT TIME ZONE 'Asia/Shanghai' AS date)"
_CLEARED_ON = "CAST(r.cleared_at AT TIME ZONE 'Asia/Shanghai' AS date)"
_THEN = f"{{0}}.valid_from <= {_RAISED_ON} AND ({{0}}.valid_to IS NULL OR {{0}}.valid_to > {_RAISED_ON})"
_ARRANGED = "o.status IS NULL OR o.status NOT IN ('declined', 'withdrawn')"
_BEGUN = "o.status IN ('started', 'finished')"
_DEVELOPS = f"o.measure IN ({_among(DEVELOPMENTAL)})"
_FLAGS = View(
    source="""
        risk_flag r
        JOIN household h ON h.county_code = r.county_code AND h.id = r.household_id
        {joins}
        WHERE r.county_code = :county AND r.status IN ('open', 'eliminated') AND {place}
    """,
    ids=("r.id", "CAST(NULL AS uuid)", "r.id"),
    joins={
        "form": _FORM,
        "members": _MEMBERS,
        "form_then": f"LEFT JOIN household_form t ON t.county_code = h.county_code AND t.household_id = h.id AND {_THEN.format('t')}",
        "income_then": f"LEFT JOIN household_income i ON i.county_code = h.county_code AND i.household_id = h.id AND {_THEN.format('i')}",
        "measures": f"""
            LEFT JOIN (
                SELECT o.flag_id, coalesce(array_agg(o.measure ORDER BY o.measure) FILTER (WHERE {_ARRANGED}), '{{{{}}}}') AS arranged,
                       bool_or({_BEGUN}) AS is_begun, bool_or({_DEVELOPS} AND ({_ARRANGED})) AS develops,
                       bool_or({_DEVELOPS} AND {_BEGUN}) AS develops_now
                FROM owed_measure o WHERE o.county_code = :county GROUP BY o.flag_id
            ) a ON a.flag_id = r.id
        """,
    },
    facts={
        "flag_status": Expression("r.status"),
        "identified_year": Expression(f"CAST(extract(year FROM {_RAISED_ON}) AS numeric)"),
        "identified_month": Expression(f"CAST(extract(month FROM {_RAISED_ON}) AS numeric)"),
        "months_since_identification": Expression(_months(_RAISED_ON, "CAST(:today AS date)")),
        "months_to_elimination": Expression(f"(CASE WHEN r.status = 'eliminated' THEN {_months(_RAISED_ON, _CLEARED_ON)} END)"),
        "risks": Expression('ARRAY(SELECT jsonb_array_elements_text(r.risks) COLLATE "C")'),
        "risk_count": Expression("CAST(jsonb_array_length(r.risks) AS numeric)"),
        "main_risk": Expression('((r.risks ->> 0) COLLATE "C")'),
        "net_income_per_head_at_identification": Expression(_NET, ("income_then",)),
        **{
            f"{name}_at_identification": Expression(f"t.{name}", ("form_then",))
            for name in ("house_problem", "water_problem", "schooling_problem", "insurance_problem")
        },
        **_OF_MEMBERS,
        **_LABELLED,
        "measures": Expression("a.arranged", ("measures",)),
        "has_measure": Expression("coalesce(a.is_begun, false)", ("measures",)),
        "has_developmental_measure": Expression("coalesce(a.develops, false)", ("measures",)),
        "developmental_measure_begun": Expression("coalesce(a.develops_now, false)", ("measures",)),
    },
)
VIEWS: Mapping[RuleOf, View] = {RuleOf.PERSON: _PEOPLE, RuleOf.HOUSEHOLD: _HOUSEHOLDS, RuleOf.FLAG: _FLAGS}
