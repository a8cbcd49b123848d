"""Ways of edges: orthogonal, around shapes, with few bends and crossings, on a lattice of 10 px.

Each edge is the cheapest way from one of its source's ports to one of its target's (A*). Running over an earlier edge costs
much, so that two edges only lie on one another where they have an end in common. Everything is deterministic.
"""

import heapq
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from engine.diagrams.layout.placements import STEP
from engine.diagrams.layout.shapes import Box, Point

RIGHT, DOWN, LEFT, UP = range(4)
_WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))
# how near an edge may come to a shape; the last piece must hold an arrow's head
_CLEAR = 15

_BEND = 40
_CROSSING, _CROSSING_KIN = 80, 30
"""For crossing an edge; less for one with the same source or target."""
_OVER, _FORKED, _JOINED = 60, 8, 2
"""For each px along an edge that goes elsewhere, along one with the same source, along one with the same target."""
_NAME = 6
_LOST = 5000
_LIMIT, _EFFORT = 40_000, 100_000
"""Points looked at for one edge, and for all edges of a body, before edges take a plain way."""


@dataclass(frozen=True, slots=True)
class Port:
    """Where an edge may leave or enter a shape: a point of its border, the way out, and how little it is liked."""

    x: int
    y: int
    way: int
    cost: int = 0

    def stub(self) -> Point:
        """Give the nearest lattice point outside that is clear of the shape."""
        dx, dy = _WAYS[self.way]
        return (snap(self.x + _CLEAR * dx, dx), self.y) if dx else (self.x, snap(self.y + _CLEAR * dy, dy))


@dataclass(frozen=True, slots=True)
class End:
    """One end of an edge: the shape and its ports."""

    shape: str
    ports: tuple[Port, ...]


def snap(value: int, way: int) -> int:
    """Round to the lattice, up where ``way`` is positive, else down."""
    return -(-value // STEP) * STEP if way > 0 else value // STEP * STEP


class Ground:
    """What an edge meets before any other is drawn: ``bounds`` hold all edges, shapes block, names cost."""

    def __init__(self, bounds: Box) -> None:
        self.bounds = bounds
        self.blocked: set[Point] = set()
        self.named: set[Point] = set()
        self.borders: set[int] = set()
        self.channels: set[int] = set()
        self.effort = _EFFORT
        self._steps: tuple[dict[int, int], ...] = ()

    def block(self, box: Box) -> None:
        """Keep edges off a shape."""
        self.blocked.update(_points(box.grown(_CLEAR - 1)))

    def name(self, box: Box) -> None:
        """Make edges rather keep off a name."""
        self.named.update(_points(box))

    def open(self, xs: Collection[int] | None = None) -> None:
        """Fix where edges may run down: at ``xs``, else anywhere."""
        bounds = self.bounds
        down = sorted(
            each for each in xs or range(snap(bounds.x, 1), bounds.right, STEP) if bounds.x < each < bounds.right
        )
        across = range(snap(bounds.y + 1, 1), bounds.bottom, STEP)
        right, below = dict(itertools.pairwise(down)), dict(itertools.pairwise(across))
        self._steps = (right, below, {b: a for a, b in right.items()}, {b: a for a, b in below.items()})

    def step(self, at: Point, way: int) -> Point | None:
        """Give the next point, or ``None`` where an edge may not go on."""
        x, y = at
        if way in (RIGHT, LEFT):
            if y in self.borders or (x := self._steps[way].get(x, -1)) < 0:
                return None
        elif (y := self._steps[way].get(y, -1)) < 0:
            return None
        return None if (x, y) in self.blocked else (x, y)


@dataclass(slots=True)
class Web:
    """Edges on a ground, each drawn around those before it; ``cost`` tells how good the whole is."""

    ground: Ground
    paths: dict[str, list[Point]] = field(default_factory=dict)
    crossed: list[tuple[str, str]] = field(default_factory=list)
    cost: int = 0
    _ends: dict[str, tuple[End, End]] = field(default_factory=dict)
    _own: dict[str, int] = field(default_factory=dict)
    _level: dict[Point, str] = field(default_factory=dict)  # points on horizontal edges
    _upright: dict[Point, str] = field(default_factory=dict)  # points on vertical edges
    _used: dict[tuple[Point, bool], str] = field(default_factory=dict)  # steps to the right (True) and down from points

    def route(self, edge: str, source: End, target: End) -> None:
        """Find the best way from one of the source's ports to one of the target's, and keep it occupied."""
        self._ends[edge] = source, target
        found = self._search(edge, source.ports, target.ports)
        path = _straightened(found or _plain(source.ports[0], target.ports[0]))
        own = 0 if found else _LOST
        for end, (x, y) in ((source, path[0]), (target, path[-1])):
            own += min(port.cost for port in end.ports if (port.x, port.y) == (x, y))
        own += sum(abs(ax - bx) + abs(ay - by) for (ax, ay), (bx, by) in itertools.pairwise(path))
        self._keep(edge, path, own + _BEND * (len(path) - 2))

    def without(self, edges: Collection[str]) -> "Web":
        """Give the web that the other edges make."""
        web = Web(self.ground)
        web._ends = self._ends
        for edge, path in self.paths.items():
            if edge not in edges:
                web._keep(edge, path, self._own[edge])
        return web

    def occupy(self, edge: str, path: Sequence[Point]) -> None:
        """Take an edge that is drawn already."""
        self._ends[edge] = End(edge, ()), End(edge, ())
        self._keep(edge, list(path), 0)

    def _keep(self, edge: str, path: list[Point], own: int) -> None:
        self.paths[edge] = path
        self._own[edge] = own
        self.cost += own
        for (ax, ay), (bx, by) in itertools.pairwise(path):
            points = _between(ax, ay, bx, by)
            for at, to in itertools.pairwise(points):
                self.cost += self._overlap(edge, at, to)
                self._used.setdefault((min(at, to), ay == by), edge)
            mine, other = (self._level, self._upright) if ay == by else (self._upright, self._level)
            for point in points:
                if crossing := self._crossing(edge, point, other):
                    self.cost += crossing
                    self.crossed.append((other[point], edge))
                mine.setdefault(point, edge)

    def _overlap(self, edge: str, at: Point, to: Point) -> int:
        # edges only bend where others may, so the first 10 px of a longer step tell of the whole
        level = at[1] == to[1]
        found = self._used.get((min(at, to), level))
        if found is None or found == edge:
            return 0
        length = abs(to[0] - at[0]) + abs(to[1] - at[1])
        a, b = self._ends[found], self._ends[edge]
        return length * (_JOINED if a[1].shape == b[1].shape else _FORKED if a[0].shape == b[0].shape else _OVER)

    def _crossing(self, edge: str, point: Point, other: dict[Point, str]) -> int:
        found = other.get(point)
        if found is None or found == edge:
            return 0
        a, b = self._ends[found], self._ends[edge]
        return _CROSSING_KIN if a[0].shape == b[0].shape or a[1].shape == b[1].shape else _CROSSING

    def _search(self, edge: str, sources: Sequence[Port], targets: Sequence[Port]) -> list[Point] | None:
        goals: dict[Point, list[Port]] = {}
        for port in targets:
            if (stub := port.stub()) not in self.ground.blocked:
                goals.setdefault(stub, []).append(port)
        if not goals:
            return None
        queue = _Queue(goals, min(_LIMIT, self.ground.effort))
        for port in sources:
            if (stub := port.stub()) not in self.ground.blocked:
                trace = _Trace(stub, _Trace((port.x, port.y)))
                queue.push(port.cost + self._port_cost(edge, port), port.way, trace)
        best: tuple[int, _Trace] | None = None
        while (found := queue.pop(best[0] if best else None)) is not None:
            cost, way, trace = found
            for port in goals.get(trace.at, ()):
                if port.way != way:  # else the edge would turn back on itself
                    total = cost + port.cost + self._port_cost(edge, port) + _BEND * (port.way != (way + 2) % 4)
                    if best is None or total < best[0]:
                        best = total, _Trace((port.x, port.y), trace)
            for turn in (way, (way + 1) % 4, (way + 3) % 4):
                to = self.ground.step(trace.at, turn)
                if to is not None:
                    step = self._step_cost(edge, trace.at, to, turn) + _BEND * (turn != way)
                    queue.push(cost + step, turn, _Trace(to, trace))
        self.ground.effort -= queue.looked
        return None if best is None else best[1].points()

    def _step_cost(self, edge: str, at: Point, to: Point, way: int) -> int:
        length = abs(to[0] - at[0]) + abs(to[1] - at[1])
        cost = length + self._overlap(edge, at, to)
        level = way in (RIGHT, LEFT)
        if not level and at[0] not in self.ground.channels:
            cost += 1
        cost += self._crossing(edge, to, self._upright if level else self._level)
        if to in self.ground.named:
            cost += _NAME * length
        return cost

    def _port_cost(self, edge: str, port: Port) -> int:
        """Give what it costs to share a port with another edge: much, unless both come or both go."""
        (x, y), (dx, dy) = port.stub(), _WAYS[port.way]
        return 2 * self._overlap(edge, (x - dx * STEP, y - dy * STEP), (x, y))


@dataclass(frozen=True, slots=True, eq=False)
class _Trace:
    """A way so far, from its last point backwards."""

    at: Point
    before: "_Trace | None" = None

    def points(self) -> list[Point]:
        found: list[Point] = []
        trace: _Trace | None = self
        while trace is not None:
            found.append(trace.at)
            trace = trace.before
        return found[::-1]


class _Queue:
    """Ways so far, the most promising one first; each point is left at most once for each direction."""

    def __init__(self, goals: Iterable[Point], limit: int) -> None:
        xs, ys = zip(*goals, strict=True)
        self._box = min(xs), max(xs), min(ys), max(ys)
        self._order = itertools.count()
        self._heap: list[tuple[int, int, int, int, _Trace]] = []  # estimate, order, cost, way, trace
        self._seen: dict[tuple[Point, int], int] = {}
        self._limit = limit
        self.looked = 0

    def push(self, cost: int, way: int, trace: _Trace) -> None:
        """Add a way unless its end was reached better."""
        if self._seen.get((trace.at, way), cost + 1) <= cost:
            return
        x, y = trace.at
        x1, x2, y1, y2 = self._box
        across, down = max(x1 - x, 0, x - x2), max(y1 - y, 0, y - y2)
        rest = across + down + (_BEND if across and down else 0)
        heapq.heappush(self._heap, (cost + rest, next(self._order), cost, way, trace))

    def pop(self, enough: int | None) -> tuple[int, int, _Trace] | None:
        """Give the best way's cost, direction and trace; ``None`` where no way can come to less than ``enough``."""
        while self._heap and self.looked < self._limit:
            estimate, _, cost, way, trace = heapq.heappop(self._heap)
            if enough is not None and enough <= estimate:
                return None
            if self._seen.get((trace.at, way), cost + 1) > cost:
                self._seen[trace.at, way] = cost
                self.looked += 1
                return cost, way, trace
        return None


def _points(box: Box) -> Iterable[Point]:
    return itertools.product(range(snap(box.x, 1), box.right + 1, STEP), range(snap(box.y, 1), box.bottom + 1, STEP))


def _between(ax: int, ay: int, bx: int, by: int) -> list[Point]:
    """Give the lattice points of a straight piece; a border of a shape lies between two of them."""
    way = 1 if (bx, by) > (ax, ay) else -1
    if ay == by:
        return [(x, ay) for x in range(snap(ax, way), snap(bx, -way) + way, STEP * way)]
    return [(ax, y) for y in range(snap(ay, way), snap(by, -way) + way, STEP * way)]


def _straightened(points: Sequence[Point]) -> list[Point]:
    """Leave out the points where a way does not bend."""
    kept = [points[0]]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        if not (before[0] == at[0] == after[0] or before[1] == at[1] == after[1]):
            kept.append(at)
    return [*kept, points[-1]]


def _plain(source: Port, target: Port) -> list[Point]:
    middle = target.stub()[0]
    return [(source.x, source.y), (middle, source.y), (middle, target.y), (target.x, target.y)]
