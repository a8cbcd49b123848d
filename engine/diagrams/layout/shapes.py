"""Plain geometry of a drawing, in px: boxes, straight lines, and the shapes and edges that make it up."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

Point = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle; ``x`` and ``y`` are its top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The right border."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower border."""
        return self.y + self.height

    @property
    def cx(self) -> int:
        """The centre, from left to right."""
        return self.x + self.width // 2

    @property
    def cy(self) -> int:
        """The centre, from top to bottom."""
        return self.y + self.height // 2

    def moved(self, dx: int, dy: int) -> "Box":
        """Give the box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: int) -> "Box":
        """Give the box with more room on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: "Box") -> bool:
        """Say whether the two share more than a border."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: "Box") -> bool:
        """Say whether the other lies inside."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal or vertical line from (``x1``, ``y1``) to (``x2``, ``y2``)."""

    x1: int
    y1: int
    x2: int
    y2: int

    def meets(self, box: Box) -> bool:
        """Say whether the line runs through the box; along its border does not count."""
        if self.y1 == self.y2:
            return box.y < self.y1 < box.bottom and min(self.x1, self.x2) < box.right and box.x < max(self.x1, self.x2)
        return box.x < self.x1 < box.right and min(self.y1, self.y2) < box.bottom and box.y < max(self.y1, self.y2)


@dataclass(slots=True)
class Shape:
    """A drawn element; ``flags`` are the attributes of its BPMNShape beside the bounds."""

    id: str
    box: Box
    label: Box | None = None
    flags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Edge:
    """A drawn flow."""

    id: str
    path: list[Point]
    label: Box | None = None

    def lines(self) -> Iterator[Line]:
        """Give its pieces."""
        for (ax, ay), (bx, by) in itertools.pairwise(self.path):
            yield Line(ax, ay, bx, by)


@dataclass(slots=True)
class Drawing:
    """Shapes (outer ones first) and edges; ``cost`` tells how good it is, for choosing among tries."""

    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    cost: int = 0

    def add(self, other: "Drawing", dx: int, dy: int) -> None:
        """Take over another drawing, moved."""
        for shape in other.shapes:
            label = shape.label.moved(dx, dy) if shape.label else None
            self.shapes.append(Shape(shape.id, shape.box.moved(dx, dy), label, shape.flags))
        for edge in other.edges:
            label = edge.label.moved(dx, dy) if edge.label else None
            self.edges.append(Edge(edge.id, [(x + dx, y + dy) for x, y in edge.path], label))
        self.cost += other.cost
