"""Where the households live: in the real villages of the district's counties."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from shared.kernel.areas import COUNTIES, county_of

_AREAS = Path(__file__).parents[3] / "services" / "monitoring" / "migrations" / "data" / "areas-2023.csv"
_PRISON = "530922401"  # a place of the code list where no household is registered
_WEIGHTS = (9, 18, 18, 18, 8, 8, 11, 10)  # per cent of the households, in the order of COUNTIES; plausible, from no census


def villages() -> list[str]:
    """List the codes of the real villages of all counties."""
    return list(village_names())


@cache
def village_names() -> Mapping[str, str]:
    """Name the real villages of all counties, by their codes."""
    with _AREAS.open(encoding="utf-8", newline="") as rows:
        found = [row for row in csv.DictReader(rows) if row["level"] == "village"]
    return {row["code"]: row["name"] for row in found if not row["code"].startswith(_PRISON)}


def draw_villages(households: int, rng: Random) -> list[str]:
    """Draw a village for each household; each county has its part of them whatever the seed."""
    by_county = {county: [code for code in villages() if county_of(code) == county] for county in COUNTIES}
    ends = [round(households * sum(_WEIGHTS[: n + 1]) / sum(_WEIGHTS)) for n in range(len(COUNTIES))]
    parts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    drawn = [rng.choice(by_county[county]) for county, part in zip(COUNTIES, parts, strict=True) for _ in range(part)]
    rng.shuffle(drawn)
    return drawn
