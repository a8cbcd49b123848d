"""Drawings of what a process or sub-process holds: its nodes, its flows and their names."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from engine.diagrams import model
from engine.diagrams.layout import labels, placements, texts
from engine.diagrams.layout.labels import Scene
from engine.diagrams.layout.placements import STEP, Lane, Link, Placement
from engine.diagrams.layout.routes import DOWN, LEFT, RIGHT, UP, End, Ground, Port, Web
from engine.diagrams.layout.shapes import Box, Drawing, Edge, Line, Shape

_GATEWAY, _EVENT = (50, 50), (36, 36)
_TASK = 120
_LINE = 20
_PADDING = 14
_TASK_LINES = 2
"""Lines of a task's name from which on it would run into the symbol in its corner."""
_NAME, _MARKERS = 20, 10
"""Room in an expanded sub-process, in px, for its name above and its markers below."""
_SECOND_TRIES = 12


def draw(
    body: model.Body,
    lane_of: Mapping[str, Lane],
    lanes: Mapping[Lane, str],
    pad: int,
    towards: Mapping[str, int],
) -> tuple[Drawing, Placement]:
    """Draw a body; ``lanes`` are keys and names from top to bottom, ``pad`` is the room above and below rows, in px.

    ``towards`` tells which nodes have a message flow and whether it goes down (1) or up (-1).
    """
    nodes = body.nodes
    inside = {each: _draw_inside(node.body, pad) for each, node in nodes.items() if node.body and node.body.nodes}
    host = {each: node.attached_to for each, node in nodes.items() if node.attached_to and _can_carry(nodes, node)}
    sizes = {
        each: inside[each][1] if each in inside else _size(node) for each, node in nodes.items() if each not in host
    }
    flows = [flow for flow in body.flows.values() if flow.source in nodes and flow.target in sizes]
    links = [
        Link(flow.id, host.get(flow.source, flow.source), flow.target, _room(flow, nodes, lane_of), flow.source in host)
        for flow in flows
    ]
    placement = placements.place(sizes, links, lane_of, lanes, pad)
    boxes = {**placement.boxes, **_on_borders(host, placement.boxes)}
    drawing = Drawing()
    for each, box in boxes.items():
        drawing.shapes.append(Shape(each, box, flags=_flags(nodes[each], expanded=each in inside)))
        if each in inside:
            drawing.add(inside[each][0], box.x, box.y)
    _draw_edges(drawing, nodes, flows, boxes, placement, towards)
    return drawing, placement


def _draw_inside(body: model.Body, pad: int) -> tuple[Drawing, tuple[int, int]]:
    """Draw what an expanded sub-process holds, and give the sub-process's size."""
    drawing, placement = draw(body, dict.fromkeys(body.nodes), {None: ""}, pad, {})
    moved = Drawing()
    moved.add(drawing, 0, _NAME)
    return moved, (placements.even(placement.width), placements.even(placement.height + _NAME + _MARKERS))


def _can_carry(nodes: Mapping[str, model.Node], guest: model.Node) -> bool:
    host = nodes.get(guest.attached_to or "")
    return host is not None and not host.attached_to


def _on_borders(host: Mapping[str, str], boxes: Mapping[str, Box]) -> dict[str, Box]:
    """Put border events on the lower border of their hosts, the first one to the right."""
    found: dict[str, Box] = {}
    count: dict[str, int] = defaultdict(int)
    for each, owner in host.items():
        wide, tall = _EVENT
        middle = boxes[owner].right - 30 - 40 * count[owner]
        found[each] = Box(middle - wide // 2, boxes[owner].bottom - tall // 2, wide, tall)
        count[owner] += 1
    return found


def _size(node: model.Node) -> tuple[int, int]:
    if node.kind.endswith("Event"):
        return _EVENT
    if node.kind.endswith("Gateway"):
        return _GATEWAY
    lines, _ = texts.wrap(node.name, _TASK - _PADDING, texts.INSIDE)
    return _TASK, 80 + _LINE * max(0, len(lines) - _TASK_LINES)


def _room(flow: model.Flow, nodes: Mapping[str, model.Node], lane_of: Mapping[str, Lane]) -> int:
    """Give the width that the name of a flow needs to its right; one that leaves for another lane can stand beside it."""
    if not flow.name or (len(nodes[flow.source].outgoing) > 1 and lane_of.get(flow.source) != lane_of[flow.target]):
        return 0
    return texts.label(flow.name)[0]


def _flags(node: model.Node, *, expanded: bool) -> dict[str, str]:
    if node.body is not None:
        return {"isExpanded": "true" if expanded else "false"}
    return {"isMarkerVisible": "true"} if node.kind == "exclusiveGateway" else {}


def _draw_edges(
    drawing: Drawing,
    nodes: Mapping[str, model.Node],
    flows: Sequence[model.Flow],
    boxes: Mapping[str, Box],
    placement: Placement,
    towards: Mapping[str, int],
) -> None:
    bounds = Box(0, 0, placement.width, placement.height)
    borders = [Line(0, band.y, band.right, band.y) for band in placement.bands.values() if band.y]
    sides = _label_sides(nodes, flows, boxes, towards)
    ground = Ground(bounds)
    ground.borders.update(border.y1 for border in borders)
    for box in boxes.values():
        ground.block(box)
    for each, side in sides.items():
        ground.name(next(iter(labels.beside_node(boxes[each], nodes[each].name, first=side))))
    web = _routed(ground, nodes, flows, boxes, placement)
    edges = {flow.id: Edge(flow.id, web.paths[flow.id]) for flow in flows}
    drawing.edges += edges.values()
    drawing.cost += web.cost

    scene = Scene(bounds)
    for box in boxes.values():
        scene.add(box)
    for line in itertools.chain.from_iterable(edge.lines() for edge in edges.values()):
        scene.add_edge(line)
    for border in borders:
        scene.add_border(border)
    for each, way in towards.items():
        if each in boxes:  # where its message will run
            scene.add_edge(Line(boxes[each].cx, boxes[each].cy, boxes[each].cx, bounds.bottom if way > 0 else 0))
    shapes = {shape.id: shape for shape in drawing.shapes}
    for each, side in sides.items():
        shapes[each].label, penalty = scene.settle(labels.beside_node(boxes[each], nodes[each].name, first=side))
        drawing.cost += penalty
    for flow in flows:
        if flow.name:
            marked = nodes[flow.source].default == flow.id
            places = labels.beside_edge(edges[flow.id].path, flow.name, marked=marked)
            edges[flow.id].label, penalty = scene.settle(places)
            drawing.cost += penalty


def _label_sides(
    nodes: Mapping[str, model.Node],
    flows: Sequence[model.Flow],
    boxes: Mapping[str, Box],
    towards: Mapping[str, int],
) -> dict[str, Literal["above", "below"]]:
    """Say for each event and gateway with a name on which side of it fewer edges are to be expected."""
    tendency: dict[str, int] = {each: 2 * way for each, way in towards.items()}
    for flow in flows:
        ends = (flow.source, flow.target)
        for one, other in (ends, ends[::-1]):
            way = (boxes[other].cy > boxes[one].cy) - (boxes[other].cy < boxes[one].cy)
            tendency[one] = tendency.get(one, 0) + way
    return {
        each: "above" if tendency.get(each, 0) > 0 else "below"
        for each in boxes
        if nodes[each].name and nodes[each].kind.endswith(("Event", "Gateway"))
    }


def _routed(
    ground: Ground,
    nodes: Mapping[str, model.Node],
    flows: Sequence[model.Flow],
    boxes: Mapping[str, Box],
    placement: Placement,
) -> Web:
    """Route the flows, short ones first; where two cross, both are routed again the other way round."""
    ends = {}
    for flow in flows:
        back = flow.id in placement.back
        ends[flow.id] = (
            End(flow.source, _ports(nodes[flow.source], boxes[flow.source], leaving=True, back=back)),
            End(flow.target, _ports(nodes[flow.target], boxes[flow.target], leaving=False, back=back)),
        )
    ports = [port for pair in ends.values() for end in pair for port in end.ports]
    inside = {x for left, wide in placement.columns for x in range(left, left + wide + 1, STEP)}
    ground.open({x for x in range(0, placement.width, STEP) if x not in inside} | {port.stub()[0] for port in ports})
    ground.channels.update(port.x for port in ports if port.way in {DOWN, UP})
    for (left, wide), (right, _) in itertools.pairwise(placement.columns):
        ground.channels.add((left + wide + right) // 2 // STEP * STEP)

    def effort(flow: model.Flow) -> tuple[bool, int, int]:
        a, b = boxes[flow.source], boxes[flow.target]
        return flow.id in placement.back, abs(a.cx - b.cx) + 3 * abs(a.cy - b.cy), b.y

    best = Web(ground)
    for flow in sorted(flows, key=effort):
        best.route(flow.id, *ends[flow.id])
    tried: set[tuple[str, str]] = set()
    while len(tried) < _SECOND_TRIES and (pair := next((each for each in best.crossed if each not in tried), None)):
        tried.add(pair)
        web = best.without(pair)
        for each in reversed(pair):
            web.route(each, *ends[each])
        if web.cost < best.cost:
            best = web
    return best


def _ports(node: model.Node, box: Box, *, leaving: bool, back: bool) -> tuple[Port, ...]:
    """Give the ports of a node, the liked ones cheap: in from the left, out to the right, loops over or under."""
    if node.attached_to is not None:
        return (Port(box.cx, box.bottom, DOWN),)
    small = node.kind.endswith(("Gateway", "Event"))
    forward, upright, wrong = (80, 0, 120) if back else (0, 10 if small else 60, 300)
    ahead, behind = (forward, wrong) if leaving else (wrong, forward)
    ports = [
        Port(box.right, box.cy, RIGHT, ahead),
        Port(box.x, box.cy, LEFT, behind),
        Port(box.cx, box.bottom, DOWN, upright),
        Port(box.cx, box.y, UP, upright),
    ]
    for off in () if small else (20, -20):
        ports.append(Port(box.right, box.cy + off, RIGHT, ahead + 30))
        ports.append(Port(box.x, box.cy + off, LEFT, behind + 30))
        ports.append(Port(box.cx + off, box.bottom, DOWN, upright + 10))
        ports.append(Port(box.cx + off, box.y, UP, upright + 10))
    return tuple(ports)
