"""Layout of a BPMN file: its old diagrams go, the new one is written in; every other byte stays as it is."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from lxml import etree

from engine import errors
from engine.diagrams import markup, model, reading
from engine.diagrams.layout import drawings
from engine.diagrams.layout.drawings import Message, Pool
from engine.diagrams.layout.shapes import Box, Drawing

_B = f"{{{markup.BPMN}}}"
_SPACES = {
    "bpmndi": markup.BPMNDI,
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
_PADS = (20, 30, 40)
"""Room above and below rows, in px; the drawing in which least collides is taken."""
_MANY = 150
"""Elements from which on one try is enough."""
_CHILD = 2


def lay_out(source: bytes) -> bytes:
    """Give the file back with one new BPMNDiagram in place of those it has.

    Raises :class:`engine.errors.DiagramUnreadable` where the file is no BPMN.
    """
    root = markup.parse(source)
    known = {element.get("id") for element in root.iter(f"{_B}*")}
    diagram = reading.read_tree(root)
    pools, messages, plane = _collaboration(root, diagram)
    alone = [] if pools else list(diagram.processes.values())
    pads = _PADS if len(known) < _MANY else _PADS[1:2]
    best = min((drawings.draw(pools, alone, messages, pad) for pad in pads), key=lambda drawing: drawing.cost)
    return _spliced(source, _Writer(root, known).diagram(best, plane or diagram.main))


def _collaboration(root: etree._Element, diagram: model.Diagram) -> tuple[list[Pool], list[Message], str | None]:
    """Read the pools and messages, and the id of the collaboration (``None`` where there is no pool)."""
    collaboration = root.find(f"{_B}collaboration")
    if collaboration is None:
        return [], [], None
    left = dict(diagram.processes)  # a process is drawn once
    pools = [
        Pool(each.get("id", ""), left.pop(_ref(each.get("processRef")), None))
        for each in collaboration.iterfind(f"{_B}participant")
    ]
    messages = [
        Message(each.get("id", ""), _ref(each.get("sourceRef")), _ref(each.get("targetRef")), each.get("name", ""))
        for each in collaboration.iterfind(f"{_B}messageFlow")
    ]
    return pools, messages, collaboration.get("id") if pools else None


def _ref(written: str | None) -> str:
    return (written or "").strip().rpartition(":")[2]


@dataclass(slots=True)
class _Writer:
    """Writes a drawing as BPMN DI; elements without an id in the file cannot be referred to and are left out."""

    root: etree._Element
    known: set[str | None]
    _prefixes: dict[str, str] = field(default_factory=dict)
    _declared: str = ""

    def __post_init__(self) -> None:
        for usual, space in _SPACES.items():
            prefix = next((each for each, known in self.root.nsmap.items() if known == space and each), None)
            if prefix is None:
                self._declared += f' xmlns:{usual}="{space}"'
            self._prefixes[usual] = prefix or usual

    def diagram(self, drawing: Drawing, plane: str) -> list[str]:
        """Give the BPMNDiagram element, line by line, indented as a child of the root."""
        return [
            f'<{self._("bpmndi:BPMNDiagram")}{self._declared} id="{self._id("BPMNDiagram_1")}">',
            f'  <{self._("bpmndi:BPMNPlane")} id="{self._id("BPMNPlane_1")}" bpmnElement={quoteattr(plane)}>',
            *(f"    {line}" for line in self._content(drawing)),
            f"  </{self._('bpmndi:BPMNPlane')}>",
            f"</{self._('bpmndi:BPMNDiagram')}>",
        ]

    def _content(self, drawing: Drawing) -> Iterator[str]:
        for shape in drawing.shapes:
            if shape.id in self.known:
                flags = "".join(f' {key}="{value}"' for key, value in shape.flags.items())
                yield f"<{self._('bpmndi:BPMNShape')} {self._of(shape.id)}{flags}>"
                yield f"  {self._bounds(shape.box)}"
                yield from self._label(shape.label)
                yield f"</{self._('bpmndi:BPMNShape')}>"
        for edge in drawing.edges:
            if edge.id in self.known:
                yield f"<{self._('bpmndi:BPMNEdge')} {self._of(edge.id)}>"
                yield from (f'  <{self._("di:waypoint")} x="{x}" y="{y}" />' for x, y in edge.path)
                yield from self._label(edge.label)
                yield f"</{self._('bpmndi:BPMNEdge')}>"

    def _label(self, box: Box | None) -> Iterator[str]:
        if box:
            yield f"  <{self._('bpmndi:BPMNLabel')}>"
            yield f"    {self._bounds(box)}"
            yield f"  </{self._('bpmndi:BPMNLabel')}>"

    def _bounds(self, box: Box) -> str:
        return f'<{self._("dc:Bounds")} x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" />'

    def _of(self, element: str) -> str:
        return f"id={quoteattr(self._id(f'{element}_di'))} bpmnElement={quoteattr(element)}"

    def _id(self, wanted: str) -> str:
        while wanted in self.known:
            wanted += "_"
        return wanted

    def _(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{self._prefixes[prefix]}:{local}"


def _spliced(source: bytes, diagram: list[str]) -> bytes:
    """Cut the old diagrams out of the bytes and put the new one before the root's end tag."""
    # as code units, so that every byte that is not touched comes back as it was
    encoding = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(source[:2], "latin-1")
    cuts, end = _places(source)
    kept, at = "", 0
    for first, behind in cuts:
        kept += source[at:first].decode(encoding).rstrip()
        at = behind
    kept += source[at:end].decode(encoding)
    body = kept.rstrip()
    newline = "\r\n" if "\r\n" in kept else "\n"
    text = "".join(f"{newline}  {line}" for line in diagram).encode("ascii", "xmlcharrefreplace").decode()
    tail = kept[len(body) :] or newline
    return (body + text + tail).encode(encoding) + source[end:]


def _places(source: bytes) -> tuple[list[tuple[int, int]], int]:
    """Find where each BPMNDiagram below the root begins and ends, and where the root's end tag begins, in bytes."""
    parser = expat.ParserCreate(namespace_separator=" ")
    diagram = f"{markup.BPMNDI} BPMNDiagram"
    cuts: list[tuple[int, int]] = []
    depth, open_at, closed, end = 0, -1, False, len(source)

    def settle() -> None:
        # an element's end is only known by where the next thing begins
        nonlocal closed
        if closed:
            cuts.append((open_at, parser.CurrentByteIndex))
            closed = False

    def start(name: str, _: object) -> None:
        nonlocal depth, open_at
        settle()
        depth += 1
        if depth == _CHILD and name == diagram:
            open_at = parser.CurrentByteIndex

    def stop(name: str) -> None:
        nonlocal depth, closed, end
        settle()
        depth -= 1
        if depth == 1 and name == diagram:
            closed = True
        elif depth == 0:
            end = parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = stop
    parser.DefaultHandler = lambda _: settle()
    try:
        parser.Parse(source, True)
    except expat.ExpatError as error:  # what lxml reads and expat does not
        raise errors.DiagramUnreadable(reason=f"it is not well-formed XML: {error}", line=error.lineno) from None
    return cuts, end
