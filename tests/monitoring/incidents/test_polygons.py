"""Drawn areas: what one may be, what lies in it, and which counties it touches."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.incidents import polygons


def square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


SQUARE = square(100, 24, 0.2)
HOLE = square(100.05, 24.05, 0.1)


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        ([SQUARE], (100.1, 24.1), True),
        ([SQUARE, HOLE], (100.1, 24.1), False),
        ([SQUARE, HOLE], (100.02, 24.1), True),
        ([SQUARE], (100.0, 24.1), True),  # on the border
        ([SQUARE], (100.2, 24.2), True),  # a corner
        ([SQUARE, HOLE], (100.05, 24.1), True),  # on the border of the hole
        ([SQUARE], (100.3, 24.1), False),
        ([SQUARE], (99.9, 24.2), False),  # in line with a side
    ],
)
def test_a_point_lies_in_an_area_on_its_border_and_not_in_its_holes(
    polygon: Sequence[Sequence[Sequence[float]]], point: tuple[float, float], inside: bool
) -> None:
    assert polygons.holds(polygon, point) is inside


@pytest.mark.parametrize(
    "ring",
    [
        SQUARE[:-1],
        [[100, 24], [100.1, 24], [100, 24]],
        [[100, 24], [100.2, 24.2], [100.2, 24], [100, 24.2], [100, 24]],  # a bow tie
        [[100, 24], [100.1, 24], [100.2, 24], [100, 24]],  # flat
        [[100, 24]] * 5,
    ],
)
def test_an_open_a_flat_and_a_self_crossing_ring_are_refused(ring: list[list[float]]) -> None:
    with pytest.raises(polygons.RingUnfit):
        polygons.fitting([ring])
    with pytest.raises(polygons.RingUnfit):
        polygons.fitting([SQUARE, ring])


def test_latitude_before_longitude_is_refused() -> None:
    with pytest.raises(polygons.OutsidePrefecture):
        polygons.fitting([[[y, x] for x, y in SQUARE]])
    polygons.fitting([SQUARE, HOLE])


def test_counties_are_touched_by_overlap_by_a_shared_border_and_from_within() -> None:
    counties = {"west": [[SQUARE]], "east": [[square(100.2, 24, 0.2)]], "far": [[square(99, 23, 0.2)]]}

    assert polygons.touched([square(100.05, 24.05, 0.02)], counties) == ["west"]  # inside
    assert polygons.touched([square(100.19, 24.05, 0.02)], counties) == ["east", "west"]
    assert polygons.touched([square(100.2, 24.05, 0.05)], counties) == ["east", "west"]  # along the border
    assert polygons.touched([square(99.9, 23.9, 0.6)], counties) == ["east", "west"]  # around both
    assert polygons.touched([square(99.5, 23.5, 0.1)], counties) == []
    assert polygons.touched([square(100.06, 24.06, 0.02)], {"around": [[SQUARE, HOLE]]}) == []  # in the hole


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(1.01, 3), st.booleans())
def test_what_lies_between_the_sides_is_inside_and_beyond_is_not(across: float, up: float, beyond: float, backwards: bool) -> None:
    ring = square(100, 24, 1)
    polygon = [ring[::-1] if backwards else ring]

    assert polygons.holds(polygon, (100 + across, 24 + up))
    assert not polygons.holds(polygon, (100 + beyond, 24 + up))
    assert not polygons.holds(polygon, (100 + across, 24 - beyond))
