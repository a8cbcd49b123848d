"""A foreign diagram while it is changed: its tree, and a finding for every change."""

import re
from collections.abc import Iterator

from lxml import etree

from engine.diagrams import markup, model, reading
from engine.diagrams.checking.findings import Finding, Rules
from engine.diagrams.details import B, C

__all__ = ["B", "C", "Draft"]


class Draft:
    """The tree of a diagram with what was changed so far; ``elements`` are its BPMN elements by id."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self.forms: dict[str, bytes] = {}
        self._read: tuple[int, model.Diagram] | None = None
        self.elements = {found.strip(): each for each in root.iter(f"{B}*") if (found := each.get("id"))}
        self._ids: set[str] = {str(key) for key in root.xpath("//@id")}

    def read(self) -> model.Diagram:
        """Read the diagram as it is now; every change leaves a finding, so without a new one nothing is read again."""
        if self._read is None or self._read[0] != len(self.findings):
            self._read = (len(self.findings), reading.read_tree(self.root))
        return self._read[1]

    def changed(self, rules: Rules, code: str, element: str, at: etree._Element | int, **place: object) -> None:
        """Remember a change, for the analyst."""
        line = at if isinstance(at, int) else markup.line(at)
        self.findings.append(rules(code, element, line, **place))

    def executed(self) -> Iterator[model.Process]:
        """Give the processes that will run."""
        return (each for each in self.read().processes.values() if each.executable)

    def name(self, wish: str) -> str:
        """Give an unused id that begins with the wish."""
        base = re.sub(r"[^\w.-]", "_", wish)
        found, count = base, 1
        while found in self._ids:
            count += 1
            found = f"{base}_{count}"
        self._ids.add(found)
        return found

    def add_node(self, beside: etree._Element, kind: str, wish: str, name: str) -> etree._Element:
        """Add a flow node to the scope of another node, in the same lane; gives the new element."""
        scope = beside.getparent()
        assert scope is not None  # noqa: S101 - a flow node stands in a process or sub-process
        node = etree.Element(f"{B}{kind}", id=self.name(wish), name=name, nsmap=None)
        node.tail = beside.tail
        beside.addprevious(node)
        self.elements[node.get("id", "")] = node
        for reference in scope.iter(f"{B}flowNodeRef"):
            if (reference.text or "").strip() == beside.get("id"):
                twin = etree.Element(f"{B}flowNodeRef")
                twin.text, twin.tail = node.get("id"), reference.tail
                reference.addnext(twin)
                break
        return node

    def add_flow(self, source: etree._Element, target: etree._Element) -> etree._Element:
        """Add a sequence flow between two nodes of one scope; gives the new element."""
        scope = source.getparent()
        assert scope is not None  # noqa: S101 - as in add_node
        flow_id = self.name(f"flow_{source.get('id')}_{target.get('id')}")
        flow = etree.SubElement(
            scope, f"{B}sequenceFlow", id=flow_id, sourceRef=source.get("id", ""), targetRef=target.get("id", "")
        )
        self.elements[flow_id] = flow
        for node, tag in ((source, "outgoing"), (target, "incoming")):
            reference = etree.Element(f"{B}{tag}")
            reference.text = flow_id
            node.insert(_behind(node), reference)
        return flow

    def move_flows(self, flows: tuple[str, ...], old: etree._Element, new: etree._Element, end: str) -> None:
        """Let flows end at (``targetRef``) or come from (``sourceRef``) another node than before."""
        tag = "incoming" if end == "targetRef" else "outgoing"
        for flow_id in flows:
            self.elements[flow_id].set(end, new.get("id", ""))
            for reference in old.findall(f"{B}{tag}"):
                if (reference.text or "").strip().endswith(flow_id):
                    old.remove(reference)
            reference = etree.Element(f"{B}{tag}")
            reference.text = flow_id
            new.insert(_behind(new), reference)

    @staticmethod
    def turn(element: etree._Element, kind: str) -> None:
        """Make a node one of another kind: what only the old kind could have is dropped."""
        element.tag = f"{B}{kind}"
        for key in [str(each) for each in element.attrib]:
            if key not in ("id", "name", "default", f"{C}formKey", f"{C}candidateGroups"):
                del element.attrib[key]
        keep = ("documentation", "extensionElements", "incoming", "outgoing")
        for child in list(element):
            if str(child.tag) not in {f"{B}{each}" for each in keep}:
                element.remove(child)


def _behind(node: etree._Element) -> int:
    """Give the place in a node where its incoming and outgoing references stand."""
    first = ("documentation", "extensionElements", "auditing", "monitoring", "incoming", "outgoing")
    return sum(1 for child in node if str(child.tag) in {f"{B}{each}" for each in first})
