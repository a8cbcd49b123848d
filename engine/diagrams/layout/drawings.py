"""Drawings put together: processes with their lanes, pools, and the messages between them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.diagrams import model
from engine.diagrams.layout import bodies, labels, routes
from engine.diagrams.layout.labels import Scene
from engine.diagrams.layout.placements import STEP, Lane
from engine.diagrams.layout.routes import DOWN, UP, End, Ground, Port, Web
from engine.diagrams.layout.shapes import Box, Drawing, Edge, Shape

_HEADER = 30
_ORIGIN = (160, 80)
_BLACK_BOX = (600, 60)
_BETWEEN_POOLS = 60
_MARGIN = 100
_REACH = 200
"""How far to either side of its other end a message may meet a pool, in px."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A participant: its process, or ``None`` for a black box."""

    id: str
    process: model.Process | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message flow between two nodes or pools."""

    id: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The drawing of one process with its lanes; its top left corner is at (0, 0)."""

    drawing: Drawing
    lanes: frozenset[str]
    width: int
    height: int


def draw(pools: Sequence[Pool], processes: Sequence[model.Process], messages: Sequence[Message], pad: int) -> Drawing:
    """Draw the pools from top to bottom, else the processes without a pool; ``pad`` is the room around rows, in px."""
    above: set[str] = set()
    sheets: list[tuple[str | None, _Sheet | None]] = []
    for pool in pools:
        sheets.append((pool.id, _sheet(pool.process, pad, _towards(messages, above)) if pool.process else None))
        above.add(pool.id)
    sheets += [(None, _sheet(process, pad, {})) for process in processes]
    wide = max((sheet.width for _, sheet in sheets if sheet), default=_BLACK_BOX[0])

    drawing = Drawing()
    boxes: dict[str, Box] = {}
    lanes: set[str] = set()
    x, y = _ORIGIN
    for pool_id, sheet in sheets:
        height = sheet.height if sheet else _BLACK_BOX[1]
        if pool_id is not None:
            boxes[pool_id] = Box(x, y, wide + _HEADER, height)
            drawing.shapes.append(Shape(pool_id, boxes[pool_id], flags={"isHorizontal": "true"}))
        if sheet:
            lanes |= sheet.lanes
            for shape in sheet.drawing.shapes:
                if shape.id in sheet.lanes:  # all lanes end where the widest pool ends
                    shape.box = Box(shape.box.x, shape.box.y, wide - shape.box.x, shape.box.height)
            drawing.add(sheet.drawing, x + _HEADER * (pool_id is not None), y)
        y += height + _BETWEEN_POOLS
    if boxes and messages:
        _draw_messages(drawing, boxes, lanes, messages)
    return drawing


def _towards(messages: Iterable[Message], above: Collection[str]) -> dict[str, int]:
    """Give for each node with a message whether it goes down (1) or up (-1), to one of the pools ``above``."""
    found: dict[str, int] = {}
    for message in messages:
        for node, other in ((message.source, message.target), (message.target, message.source)):
            found[node] = -1 if other in above else 1
    return found


def _sheet(process: model.Process, pad: int, towards: Mapping[str, int]) -> _Sheet:
    lanes = {lane.id: lane for lane in process.body.lanes}
    outer = {lane.parent for lane in lanes.values()}
    depth: dict[Lane, int] = {None: -1}
    for lane in lanes.values():  # outer ones come first
        depth[lane.id] = depth.get(lane.parent, -1) + 1
    leaves: dict[Lane, str] = {each: lane.name for each, lane in lanes.items() if each not in outer}
    lane_of = _lanes_of(process.body, lanes, leaves)
    if not leaves or None in lane_of.values():
        leaves[None] = ""
    body, placement = bodies.draw(process.body, lane_of, leaves, pad, towards)
    indent = _HEADER * (max(depth.values()) + 1)
    width = indent + placement.width
    drawing = Drawing()
    for each in lanes:
        bands = [band for leaf, band in placement.bands.items() if each in _around(leaf, lanes)]
        top, bottom = min(band.y for band in bands), max(band.bottom for band in bands)
        inset = _HEADER * depth[each]
        box = Box(inset, top, width - inset, bottom - top)
        drawing.shapes.append(Shape(each, box, flags={"isHorizontal": "true"}))
    drawing.add(body, indent, 0)
    return _Sheet(drawing, frozenset(lanes), width, placement.height)


def _lanes_of(body: model.Body, lanes: Mapping[str, model.Lane], leaves: Mapping[Lane, str]) -> dict[str, Lane]:
    """Give each node's innermost lane; what stands in an outer lane only goes to that lane's first inner one."""
    found: dict[str, Lane] = dict.fromkeys(body.nodes)
    for each, lane in lanes.items():
        inner = each
        while inner not in leaves:
            inner = next(child for child in lanes if lanes[child].parent == inner)
        found.update({node: inner for node in lane.nodes if node in found})
    return found


def _around(lane: Lane, lanes: Mapping[str, model.Lane]) -> set[str]:
    """Give a lane and the lanes around it."""
    found: set[str] = set()
    while lane is not None:
        found.add(lane)
        lane = lanes[lane].parent
    return found


def _draw_messages(
    drawing: Drawing, pools: Mapping[str, Box], lanes: Collection[str], messages: Sequence[Message]
) -> None:
    """Draw message flows between pools and nodes that are drawn; they cross lanes, and run round shapes."""
    shapes = {shape.id: shape.box for shape in drawing.shapes}
    bounds = Box(
        0,
        0,
        max(box.right for box in pools.values()) + _MARGIN,
        max(box.bottom for box in pools.values()) + _MARGIN,
    )
    ground, scene = Ground(bounds), Scene(bounds)
    for each, box in shapes.items():
        if each in pools or each in lanes:
            ground.borders.update((box.y, box.bottom))
        else:
            ground.block(box)
            scene.add(box)
    ground.open()
    web = Web(ground)
    for edge in drawing.edges:
        web.occupy(edge.id, edge.path)
        for line in edge.lines():
            scene.add_edge(line)
    for label in [*(each.label for each in drawing.shapes), *(each.label for each in drawing.edges)]:
        if label:
            scene.add(label)
            ground.name(label)
    for message in messages:
        a, b = shapes.get(message.source), shapes.get(message.target)
        if a is None or b is None:
            continue
        source = End(message.source, _facing(a, b, pool=message.source in pools))
        web.route(message.id, source, End(message.target, _facing(b, a, pool=message.target in pools)))
        edge = Edge(message.id, web.paths[message.id])
        if message.name:
            edge.label, _ = scene.settle(labels.beside_edge(edge.path, message.name))
        drawing.edges.append(edge)


def _facing(box: Box, other: Box, *, pool: bool) -> tuple[Port, ...]:
    """Give the ports from which a message leaves towards ``other``."""
    way, y = (DOWN, box.bottom) if other.cy > box.cy else (UP, box.y)
    if not pool:
        return (Port(box.cx, y, way),)
    middle = routes.snap(other.cx, 1)
    near = range(middle - _REACH, middle + _REACH + 1, STEP)
    return tuple(Port(x, y, way, abs(x - middle)) for x in near if box.x < x < box.right)
