"""Where the names of events, gateways and flows stand without covering anything."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, Literal, TypeVar

from engine.diagrams.layout import texts
from engine.diagrams.layout.shapes import Box, Line, Point

_SHAPE, _EDGE, _BORDER, _OUTSIDE = 1000, 400, 60, 2000
_LATER = 3
"""How much each further place is liked less than the one before."""
_SLASH = 14
"""Where the slash of a default flow stands."""

_Thing = TypeVar("_Thing", Box, Line)


class Scene:
    """What names must keep clear of: shapes and names, edges, and (rather) lane borders; ``bounds`` is the room."""

    def __init__(self, bounds: Box) -> None:
        self._bounds = bounds
        self._boxes: _Strips[Box] = _Strips()
        self._edges: _Strips[Line] = _Strips()
        self._borders: list[Line] = []

    def add(self, box: Box) -> None:
        """Keep names off a shape or another name."""
        self._boxes.add(box, box.x, box.right)

    def add_edge(self, line: Line) -> None:
        """Keep names off a piece of an edge."""
        self._edges.add(line, min(line.x1, line.x2), max(line.x1, line.x2))

    def add_border(self, line: Line) -> None:
        """Rather keep names off a lane's border."""
        self._borders.append(line)

    def settle(self, candidates: Iterable[Box]) -> tuple[Box, int]:
        """Choose the best place (the first ones are liked best) and keep it; gives it with its penalty."""
        tries = [(self._penalty(box) + _LATER * rank, rank, box) for rank, box in enumerate(candidates)]
        penalty, _, box = min(tries)
        self.add(box)
        return box, penalty

    def _penalty(self, box: Box) -> int:
        near = box.grown(2)
        penalty = sum(_SHAPE for other in self._boxes.near(near) if near.meets(other))
        penalty += sum(_EDGE for line in self._edges.near(near) if line.meets(near))
        penalty += sum(_BORDER for line in self._borders if line.meets(box))
        return penalty + (0 if self._bounds.holds(box) else _OUTSIDE)


class _Strips(Generic[_Thing]):
    """Things by where they are from left to right, so that looking around does not mean looking at all."""

    _WIDE = 300

    def __init__(self) -> None:
        self._strips: dict[int, list[_Thing]] = defaultdict(list)

    def add(self, thing: _Thing, left: int, right: int) -> None:
        for strip in range(left // self._WIDE, right // self._WIDE + 1):
            self._strips[strip].append(thing)

    def near(self, box: Box) -> Iterator[_Thing]:
        """Give what may meet the box; a long thing may come twice."""
        for strip in range(box.x // self._WIDE, box.right // self._WIDE + 1):
            yield from self._strips.get(strip, ())


def beside_node(shape: Box, text: str, *, first: Literal["above", "below"]) -> Iterator[Box]:
    """Give places for an event's or gateway's name: ``first``, the other side, then the corners."""
    wide, high = texts.label(text)
    over, under = shape.y - 5 - high, shape.bottom + 5
    corner = shape.width // 4
    sides = [(over, over + corner), (under, under - corner)]
    if first == "below":
        sides.reverse()
    for y, _ in sides:
        yield Box(shape.cx - wide // 2, y, wide, high)
    for y in (*(near for _, near in sides), *(far for far, _ in sides)):
        yield Box(shape.cx - 6 - wide, y, wide, high)
        yield Box(shape.cx + 6, y, wide, high)


def beside_edge(path: Sequence[Point], text: str, *, marked: bool = False) -> Iterator[Box]:
    """Give places for a flow's name along its path, near its source first; ``marked``: a slash stands at its source."""
    wide, high = texts.label(text)
    skip = _SLASH if marked else 0
    for (ax, ay), (bx, by) in itertools.pairwise(path):
        length, level = abs(bx - ax) + abs(by - ay), ay == by
        own = wide if level else high
        offsets = (skip + 4, skip + 14, skip + 24, (length - own) // 2, length - own - 14)
        for side in (True, False):  # above before below, right before left
            for offset in dict.fromkeys(max(skip + 4, each) for each in offsets):
                if level:
                    x = ax + offset if bx > ax else ax - offset - wide
                    yield Box(x, ay - 4 - high if side else ay + 4, wide, high)
                else:
                    y = ay + offset if by > ay else ay - offset - high
                    yield Box(ax + 5 if side else ax - 5 - wide, y, wide, high)
        skip = 0
