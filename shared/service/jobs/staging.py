"""From what was read to what is staged: each row's county, unit and ids, its secrets sealed, its faults."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from shared.database.jobs.stage import row_id
from shared.database.privacy import Vault
from shared.kernel.areas import COUNTIES, VILLAGE, counties_in, county_of, is_inside
from shared.kernel.jobs import Job
from shared.kernel.sheets import MASK
from shared.service.jobs.kinds import FileKind

_OF_UNIT, _OF_ROW = 2, 1
_GIVEN = "given"
_OUTSIDE = ["village", "outside_area"]
_REMEMBERED = 4_096  # villages, and units: neighbouring rows have them in common


class Stager:
    """Stages the rows of one job. It remembers the first row of each unit of a county; everything else follows from the row itself."""

    def __init__(self, job: Job, kind: FileKind, vault: Vault) -> None:
        self._job, self._kind, self._vault = job, kind, vault
        self._home = counties_in(job.area_code)[0]
        self._units: dict[tuple[str, str], int] = {}
        self._placed, self._unit_id = lru_cache(_REMEMBERED)(self._place_of), lru_cache(_REMEMBERED)(self._id_of_unit)
        hidden = {*kind.secret, "name"}
        self._plain = [column.field for column in kind.sheet.columns if column.field not in hidden]

    def staged(self, rows: pl.DataFrame, *, after: int) -> list[tuple[Any, ...]]:
        """Give the rows of a batch as they are staged; those up to a row are there already, and only their units are noted.

        Takes long: call it in a thread.
        """
        numbers = rows["row"].to_list()
        units = self._units_of(rows, numbers)
        if numbers and numbers[-1] <= after:
            return []
        fields = self._fields_of(rows)
        columns = {name: rows[name].to_list() for name in dict.fromkeys(("village", "name", *self._kind.secret, *self._kind.seals))}
        faults = rows["faults"].to_list()
        names = list(columns)
        return [
            self._row(number, unit, dict(zip(names, values, strict=True)), plain, fault)
            for number, unit, values, plain, fault in zip(numbers, units, zip(*columns.values(), strict=True), fields, faults, strict=True)
            if number > after
        ]

    def _units_of(self, rows: pl.DataFrame, numbers: list[int]) -> list[int]:
        if self._kind.unit is None:
            return numbers
        keys, counties = rows[self._kind.unit].to_list(), [self._placed(village)[0] for village in rows["village"]]
        return [
            number if key is None else self._units.setdefault((county_code, key), number)
            for county_code, key, number in zip(counties, keys, numbers, strict=True)
        ]

    def _fields_of(self, rows: pl.DataFrame) -> list[str]:
        """Write what is no secret as JSON; of a secret only whether it is given, and whether it is masked."""
        return rows.select(pl.struct(*self._plain, *map(_mark, self._kind.secret)).struct.json_encode().alias("fields"))["fields"].to_list()

    def _row(self, number: int, unit: int, values: dict[str, str | None], fields: str, fault: str | None) -> tuple[Any, ...]:
        county_code, area_code, outside = self._placed(values.get("village"))
        if outside:
            fault = orjson.dumps([*(orjson.loads(fault) if fault else []), _OUTSIDE]).decode()
        sealed = self._kind.seal(self._vault, row_id(self._job.id, number, _OF_ROW), values)
        return (
            county_code,
            self._job.id,
            unit,
            number,
            area_code,
            self._unit_id(unit),
            sealed.record_id,
            sealed.person_index,
            values.get("name"),
            sealed.secrets,
            sealed.content_index,
            fields,
            fault,
        )

    def _id_of_unit(self, unit: int) -> UUID:
        return row_id(self._job.id, unit, _OF_UNIT)

    def _place_of(self, village: str | None) -> tuple[str, str, bool]:
        """Give a row's county and area; one without a village of the asker's is kept at the asker's own, to be refused there."""
        area = self._job.area_code
        if village is not None and len(village) == VILLAGE and is_inside(village, area) and county_of(village) in COUNTIES:
            return county_of(village), village, False
        return self._home, area if len(area) >= len(self._home) else self._home, village is not None


def _mark(secret: str) -> pl.Expr:
    value = pl.col(secret)
    return pl.when(value.str.contains(MASK, literal=True)).then(pl.lit(MASK)).when(value.is_not_null()).then(pl.lit(_GIVEN)).alias(secret)
