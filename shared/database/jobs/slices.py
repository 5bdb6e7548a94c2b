"""What the questions about a slice of a file say, whatever is in the file: which rows it has, what was found of them, and what is wrong with them.

Promises: parts of questions in words only; each file's own question says where they stand, and what else it asks.
Not for what became of the rows: that is `results.py`.
"""

from collections.abc import Mapping

from sqlalchemy import TextClause, text

IN_SLICE = "s.county_code = :county AND s.job_id = :job AND s.unit > :after AND s.unit <= :upto"
"""Which rows `s` of the stage a slice has."""


def repeated(field: str, *same: str, among: str = "faults IS NULL", code: str = "twice_in_file") -> TextClause:
    """Write the question that notes the rows of a whole file that are about the same.

    :param field: at which field of such a row it is said.
    :param same: what two rows have in common that are about the same.
    :param among: which rows are compared.
    """
    return text(f"""
        INSERT INTO import_fault (county_code, job_id, row, field, code)
        SELECT county_code, job_id, row, '{field}', '{code}' FROM (
            SELECT county_code, job_id, row, count(*) OVER (PARTITION BY {", ".join(same)}) AS times
            FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job AND {among}
        ) AS counted WHERE times > 1
        ON CONFLICT DO NOTHING
    """)


def of_file(rows: str) -> str:
    """Write the part `of_file`: what was noted of each row when the whole file was compared.

    :param rows: the session's own table that holds the slice.
    """
    return f"""of_file AS MATERIALIZED (
        SELECT f.row, jsonb_agg(jsonb_build_array(f.field, f.code)) AS faults FROM import_fault f
        WHERE f.county_code = :county AND f.job_id = :job AND f.row BETWEEN (SELECT min(row) FROM {rows}) AND (SELECT max(row) FROM {rows})
        GROUP BY f.row
    )"""


def wrong(faults: Mapping[str, tuple[str | None, str]]) -> str:
    """Write what is wrong with a row, as the inside of a list in JSON; empty where nothing is.

    :param faults: the code of each fault, with the field that it is said at and when it is one.
    """
    return f"concat_ws(',', {', '.join(_fault(code, *rule) for code, rule in faults.items())})"


def all_faults(faults: Mapping[str, tuple[str | None, str]], *, cells: str = "l.cell_faults", file: str = "l.file_faults") -> str:
    """Write all faults of a row as JSON: of its cells, of the whole file, and, where all of its cells could be read, what is wrong with it."""
    found = f"CASE WHEN {cells} IS NULL THEN CAST('[' || {wrong(faults)} || ']' AS jsonb) ELSE '[]' END"
    return f"coalesce({cells}, '[]') || coalesce({file}, '[]') || {found}"


def _fault(code: str, field: str | None, when: str) -> str:
    place = "null" if field is None else f'"{field}"'
    return f"""CASE WHEN {when} THEN '[{place}, "{code}"]' END"""
