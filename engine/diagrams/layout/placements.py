"""Where the nodes of a process or sub-process stand: columns by longest path, rows within lanes.

Coordinates are relative to the body's own top left corner. Centres of shapes lie on multiples of 10, so that edges, which
run on that lattice, leave and enter them in the middle.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.diagrams.layout.shapes import Box

STEP = 10
GAP = 60
"""Room between two columns: two or three edges side by side."""
_LANE_LETTER, _LANE_LINE, _LANE_NAME = 7, 20, 40
"""A lane's name: px for a letter, letters in a line before it takes two, letters at most."""
_EMPTY_LANE = _TALL = 80

Lane = str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A flow between two nodes of one body; ``room`` is what its name needs, in px; ``side`` if it leaves a border event."""

    id: str
    source: str
    target: str
    room: int = 0
    side: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Boxes of the nodes, bands of the lanes, ids of the links that lead back, and the columns' left borders and widths."""

    boxes: Mapping[str, Box]
    bands: Mapping[Lane, Box]
    back: frozenset[str]
    columns: tuple[tuple[int, int], ...]
    width: int
    height: int


def place(
    sizes: Mapping[str, tuple[int, int]],
    links: Sequence[Link],
    lane_of: Mapping[str, Lane],
    lanes: Mapping[Lane, str],
    pad: int,
) -> Placement:
    """Place nodes of the given sizes (in diagram order) in ``lanes`` (key to name, from top to bottom).

    ``pad`` is the room in px above and below each row, for edges.
    """
    column, back = _columns(list(sizes), links)
    row = _rows(list(sizes), links, column, back, lane_of, list(lanes))
    left, width = _lefts(sizes, links, column, back)
    boxes: dict[str, Box] = {}
    bands: dict[Lane, Box] = {}
    top = 0
    for lane, name in lanes.items():
        members = [node for node in sizes if lane_of[node] == lane]
        height = max(
            _EMPTY_LANE, 2 * STEP + _LANE_LETTER * (min(len(name), _LANE_NAME) // (1 + (len(name) > _LANE_LINE)))
        )
        rows = sorted({row[node] for node in members})
        heights = [max(_TALL, *(sizes[node][1] for node in members if row[node] == each)) + 2 * pad for each in rows]
        height = even(max(height, sum(heights)))
        at = top + _half((height - sum(heights)) // 2)
        for each, high in zip(rows, heights, strict=True):
            middle = at + _half(high // 2)
            for node in members:
                if row[node] == each:
                    wide, tall = sizes[node]
                    room, x = left[column[node]][1], left[column[node]][0]
                    boxes[node] = Box(x + _half(room // 2) - wide // 2, middle - tall // 2, wide, tall)
            at += high
        bands[lane] = Box(0, top, width, height)
        top += height
    return Placement(boxes, bands, frozenset(back), tuple(left), width, top)


def _half(length: int) -> int:
    return length // STEP * STEP


def even(length: int) -> int:
    """Round a length up so that half of it is on the lattice."""
    return -(-length // (2 * STEP)) * 2 * STEP


def _columns(nodes: Sequence[str], links: Sequence[Link]) -> tuple[dict[str, int], set[str]]:
    """Give each node's column (longest path from a start) and the ids of the links that lead back."""
    following: dict[str, list[Link]] = defaultdict(list)
    for each in links:
        following[each.source].append(each)
    entered = {link.target for link in links}
    done: dict[str, bool] = {}  # False while the node is on the path that is walked
    back: set[str] = set()
    finished: list[str] = []
    for root in sorted(nodes, key=lambda node: node in entered):  # starts first, else in diagram order
        if root in done:
            continue
        done[root] = False
        path = [(root, iter(following[root]))]
        while path:
            node, rest = path[-1]
            link: Link | None = next(rest, None)
            if link is None:
                path.pop()
                done[node] = True
                finished.append(node)
            elif link.target not in done:
                done[link.target] = False
                path.append((link.target, iter(following[link.target])))
            elif not done[link.target]:
                back.add(link.id)
    column = dict.fromkeys(nodes, 0)
    for node in reversed(finished):
        for link in following[node]:
            if link.id not in back:
                column[link.target] = max(column[link.target], column[node] + 1)
    return column, back


def _rows(
    nodes: Sequence[str],
    links: Sequence[Link],
    column: Mapping[str, int],
    back: set[str],
    lane_of: Mapping[str, Lane],
    lanes: Sequence[Lane],
) -> dict[str, int]:
    """Give each node a row of its lane: on with its predecessor where the way is free, else the nearest free row."""
    before: dict[str, list[Link]] = defaultdict(list)
    after: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.id not in back:
            before[link.target].append(link)
            after[link.source].append(link)
    ahead: dict[str, int] = {}  # how much of the process follows: the main path goes straight on
    for node in sorted(nodes, key=lambda node: -column[node]):
        ahead[node] = 1 + max((ahead[link.target] for link in after[node]), default=0)
    level = {lane: at for at, lane in enumerate(lanes)}
    taken: set[tuple[Lane, int, int]] = set()
    row: dict[str, int] = {}
    for node in sorted(nodes, key=lambda node: (column[node], -ahead[node])):
        lane, here = lane_of[node], column[node]
        straight = [
            link.source
            for link in before[node]
            if not link.side and lane_of[link.source] == lane
        ]  # fmt: skip
        wanted = 0
        for source in sorted(straight, key=lambda source: (abs(row[source]), -column[source])):
            between = {(lane, row[source], at) for at in range(column[source] + 1, here + 1)}
            if not between & taken:
                wanted = row[source]
                taken |= between
                break
        else:
            own = [row[link.source] + link.side for link in before[node] if lane_of[link.source] == lane]
            wanted = own[0] if own else 0
            up = sum(level[lane_of[link.target]] < level[lane] for link in after[node])
            down = sum(level[lane_of[link.target]] > level[lane] for link in after[node])
            sign = -1 if up > down else 1
            wanted = next(
                each
                for distance in range(len(nodes) + 1)
                for each in (wanted + sign * distance, wanted - sign * distance)
                if (lane, each, here) not in taken
            )
        row[node] = wanted
        taken.add((lane, wanted, here))
    return row


def _lefts(
    sizes: Mapping[str, tuple[int, int]], links: Sequence[Link], column: Mapping[str, int], back: set[str]
) -> tuple[list[tuple[int, int]], int]:
    """Give each column's left border and width, and the width of all."""
    count = max(column.values(), default=0) + 1
    widths = [2 * STEP] * count
    for node, (wide, _) in sizes.items():
        widths[column[node]] = max(widths[column[node]], even(wide))
    gaps = [GAP] * count
    for link in links:
        if link.room and link.id not in back:
            at = column[link.source]
            gaps[at] = max(gaps[at], even(link.room + 30))
    lefts: list[tuple[int, int]] = []
    x = GAP // 2 + STEP
    for wide, gap in zip(widths, gaps, strict=True):
        lefts.append((x, wide))
        x += wide + gap
    return lefts, x - gaps[-1] + GAP // 2 + STEP
