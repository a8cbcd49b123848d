"""A drawing as a BPMN file has it, and what can be wrong with it."""

import itertools
from dataclasses import dataclass, field

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"


@dataclass
class Picture:
    """Boxes are (left, top, right, bottom); ``inside`` gives for each node the sub-process it is drawn in."""

    shapes: dict[str, tuple] = field(default_factory=dict)
    edges: dict[str, list] = field(default_factory=dict)
    labels: dict[str, tuple] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)
    ends: dict[str, tuple] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    plane: str = ""

    def nodes(self):
        """The shapes that stand for flow nodes."""
        return {each: box for each, box in self.shapes.items() if self.kinds[each] not in {"participant", "lane"}}


def look(source):
    """Read the drawing of a file."""
    root = etree.fromstring(source)
    picture = Picture()
    for element in root.iter(f"{BPMN}*"):
        if (name := element.get("id")) is not None:
            picture.kinds[name] = etree.QName(element).localname
            picture.ends[name] = (element.get("sourceRef"), element.get("targetRef"))
            picture.hosts[name] = element.get("attachedToRef")
            around = element.getparent()
            if around is not None and around.tag.endswith(("subProcess", "transaction", "adHocSubProcess")):
                picture.inside[name] = around.get("id")
    (plane,) = root.iter(f"{BPMNDI}BPMNPlane")
    picture.plane = plane.get("bpmnElement")
    for shape in plane.iter(f"{BPMNDI}BPMNShape"):
        picture.shapes[shape.get("bpmnElement")] = _box(shape.find(f"{DC}Bounds"))
    for edge in plane.iter(f"{BPMNDI}BPMNEdge"):
        points = [(int(point.get("x")), int(point.get("y"))) for point in edge.iter(f"{DI}waypoint")]
        picture.edges[edge.get("bpmnElement")] = points
    for label in plane.iter(f"{BPMNDI}BPMNLabel"):
        picture.labels[label.getparent().get("bpmnElement")] = _box(label.find(f"{DC}Bounds"))
    return picture


def _box(bounds):
    x, y, width, height = (int(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def meet(one, other):
    """Say whether two boxes share more than a border."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def holds(outer, inner):
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def crosses(points, box):
    """Say whether a path of straight pieces runs through a box; along its border does not count."""
    left, top, right, bottom = box
    return any(
        (left < ax < right if ax == bx else min(ax, bx) < right and left < max(ax, bx))
        and (top < ay < bottom if ay == by else min(ay, by) < bottom and top < max(ay, by))
        for (ax, ay), (bx, by) in itertools.pairwise(points)
    )


def faults(picture):
    """Give all that a careful person would not have drawn so, as sentences."""
    nodes = picture.nodes()
    found = []
    for one, other in itertools.combinations(nodes, 2):
        related = other in _around(picture, one) or one in _around(picture, other)
        if (
            not related
            and picture.hosts[one] != other
            and picture.hosts[other] != one
            and meet(nodes[one], nodes[other])
        ):
            found.append(f"{one} lies on {other}")
    for edge, points in picture.edges.items():
        if any(ax != bx and ay != by for (ax, ay), (bx, by) in itertools.pairwise(points)):
            found.append(f"{edge} is slanted")
        ends = picture.ends[edge]
        spared = {*ends, *(picture.hosts.get(end) for end in ends)}
        spared |= {each for end in ends for each in _around(picture, end)}
        for node, box in nodes.items():
            if node not in spared and crosses(points, box):
                found.append(f"{edge} runs through {node}")
        for end, point in zip(ends, (points[0], points[-1]), strict=True):
            if end in nodes and not _on_border(nodes[end], point):
                found.append(f"{edge} does not dock at {end}")
    for name, label in picture.labels.items():
        found += [
            f"the name of {name} lies on {node}" for node, box in nodes.items() if _covers(picture, label, node, box)
        ]
        found += [
            f"the name of {name} lies on {edge}" for edge, points in picture.edges.items() if crosses(points, label)
        ]
    for one, other in itertools.combinations(picture.labels, 2):
        if meet(picture.labels[one], picture.labels[other]):
            found.append(f"the names of {one} and {other} overlap")
    return found


def _around(picture, node):
    while (node := picture.inside.get(node)) is not None:
        yield node


def _covers(picture, label, node, box):
    """Say whether a label lies on a shape; in a sub-process it may lie, on its border not."""
    return meet(label, box) and not (node in picture.inside.values() and holds(box, label))


def _on_border(box, point):
    x, y = point
    return box[0] <= x <= box[2] and box[1] <= y <= box[3] and (x in {box[0], box[2]} or y in {box[1], box[3]})
