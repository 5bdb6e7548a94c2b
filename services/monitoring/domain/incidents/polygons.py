"""Drawn areas (GeoJSON polygons, RFC 7946): longitude before latitude, closed rings, the first one around and the others holes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from shared.kernel.errors import Invalid

Point = Sequence[float]
Ring = Sequence[Point]
Polygon = Sequence[Ring]

WEST, SOUTH, EAST, NORTH = 98.5, 22.9, 100.7, 25.2
"""Degrees around the prefecture: what lies outside is a slip, or latitude before longitude."""


class RingUnfit(Invalid):
    sentence = "范围的每一圈须首尾相接，至少四个点，且不得自交。"
    english = "Each ring of the drawn area is closed, of four points or more, and does not cross itself."


class OutsidePrefecture(Invalid):
    sentence = "范围超出本市，请核对坐标（经度在前，纬度在后）。"
    english = "The drawn area lies outside the prefecture: longitude comes before latitude."


def fitting(polygon: Polygon) -> None:
    """Hold a drawn area against what one may be.

    :raises OutsidePrefecture: a point lies outside the prefecture's bounds.
    :raises RingUnfit: a ring is open, too short, or crosses itself.
    """
    if any(not (WEST <= x <= EAST and SOUTH <= y <= NORTH) for ring in polygon for x, y in ring):
        raise OutsidePrefecture("body.polygon")
    if not polygon or any(len(ring) < 4 or list(ring[0]) != list(ring[-1]) or _crosses_itself(ring) for ring in polygon):
        raise RingUnfit("body.polygon")


def holds(polygon: Polygon, point: Point) -> bool:
    """Say whether a point lies in a polygon: inside its first ring and in none of its holes; a point on the border lies in it."""
    if any(_on(point, one, two) for ring in polygon for one, two in pairwise(ring)):
        return True
    return sum(_crossings(ring, point) for ring in polygon) % 2 == 1


def touched(polygon: Polygon, counties: Mapping[str, Sequence[Polygon]]) -> list[str]:
    """Name the counties that a drawn area touches, be it only along the border."""
    return sorted(code for code, parts in counties.items() if any(_meet(polygon, part) for part in parts))


def _meet(one: Polygon, other: Polygon) -> bool:
    west, south, east, north = _bounds(one)
    near = [
        (a, b)
        for ring in other
        for a, b in pairwise(ring)
        if max(a[0], b[0]) >= west and min(a[0], b[0]) <= east and max(a[1], b[1]) >= south and min(a[1], b[1]) <= north
    ]
    if any(_share(a, b, c, d) for a, b in near for ring in one for c, d in pairwise(ring)):
        return True
    return holds(other, one[0][0]) or holds(one, other[0][0])


def _bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    across, up = [x for x, _ in polygon[0]], [y for _, y in polygon[0]]
    return min(across), min(up), max(across), max(up)


def _crossings(ring: Ring, point: Point) -> int:
    """Count how often a ring is crossed on the way east from a point (even-odd rule)."""
    x, y = point
    return sum((y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 for (x1, y1), (x2, y2) in pairwise(ring))


def _crosses_itself(ring: Ring) -> bool:
    sides = [(one, two) for one, two in pairwise(ring) if list(one) != list(two)]
    last = len(sides) - 1
    if len(sides) < 3 or any(_folds(*sides[n - 1], sides[n][1]) for n in range(len(sides))):
        return True
    return any(_share(*sides[n], *sides[m]) for n in range(len(sides)) for m in range(n + 2, len(sides)) if not (n == 0 and m == last))


def _folds(a: Point, b: Point, c: Point) -> bool:
    """Say whether a ring turns back on itself at its middle point of three."""
    return _turn(a, b, c) == 0 and (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0


def _share(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Say whether two sides have a point in common."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    return _on(c, a, b) or _on(d, a, b) or _on(a, c, d) or _on(b, c, d)


def _turn(a: Point, b: Point, c: Point) -> int:
    across = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (across > 0) - (across < 0)


def _on(point: Point, a: Point, b: Point) -> bool:
    if _turn(a, b, point) != 0:
        return False
    return min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])
