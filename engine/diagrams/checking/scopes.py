"""The scopes of a process (itself and its sub-processes) with the roads through each: what rules about order look at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.diagrams import model, reading

ACTIVITIES = frozenset((*reading.TASKS, *reading.BODIES, "callActivity"))
# what opens a task for a person
HUMAN = frozenset(("task", "userTask", "manualTask"))


@dataclass(frozen=True)
class Scope:
    """A body with the process it belongs to and the sub-process that holds it (``None``: the process itself)."""

    process: model.Process
    owner: model.Node | None
    body: model.Body

    @property
    def id(self) -> str:
        """Give the id of what holds the body."""
        return self.owner.id if self.owner else self.process.id

    @property
    def line(self) -> int:
        """Give the line of what holds the body."""
        return self.owner.line if self.owner else self.process.line

    @cached_property
    def starts(self) -> tuple[model.Node, ...]:
        """Give the start events."""
        return tuple(node for node in self.body.nodes.values() if node.kind == "startEvent")

    @cached_property
    def begins(self) -> tuple[model.Node, ...]:
        """Give the nodes that are started where there is no start event: those that nothing leads to (10.3.5, 13.2)."""
        return tuple(
            node
            for node in self.body.nodes.values()
            if not node.incoming
            and node.kind not in ("startEvent", "boundaryEvent")
            and not node.triggered_by_event
            and not node.for_compensation
            and not (node.kind == "intermediateCatchEvent" and any(each.kind == "link" for each in node.events))
        )

    @cached_property
    def next(self) -> dict[str, tuple[str, ...]]:
        """Give the ids that a token can go on to from each node: along flows, to boundary events, over links."""
        found: dict[str, list[str]] = {node_id: [] for node_id in self.body.nodes}
        for flow in self.body.flows.values():
            if flow.source in found and flow.target in found:
                found[flow.source].append(flow.target)
        catches = {
            event.name: node.id
            for node in self.body.nodes.values()
            for event in node.events
            if event.kind == "link" and node.kind == "intermediateCatchEvent"
        }
        for node in self.body.nodes.values():
            if node.kind == "boundaryEvent" and node.attached_to in found:
                found[node.attached_to].append(node.id)
            if node.kind == "intermediateThrowEvent":
                found[node.id] += [catches[each.name] for each in node.events if each.name in catches]
        return {node_id: tuple(targets) for node_id, targets in found.items()}

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Give the ids of the nodes that a token can come to."""
        entries = [node.id for node in self.body.nodes.values() if node.kind == "startEvent" or node.triggered_by_event]
        if not self.starts:
            entries += [node.id for node in self.begins]
        entries += [node.id for node in self.body.nodes.values() if node.for_compensation]
        return closure(entries, self.next)

    @cached_property
    def ending(self) -> frozenset[str]:
        """Give the ids of the nodes from which some way leads to an end of the scope."""
        back: dict[str, list[str]] = {}
        for source, targets in self.next.items():
            for target in targets:
                back.setdefault(target, []).append(source)
        return closure([node_id for node_id, targets in self.next.items() if not targets], back)


def closure(entries: Iterable[str], ways: "dict[str, tuple[str, ...]] | dict[str, list[str]]") -> frozenset[str]:
    """Give everything that can be come to from the entries, themselves included."""
    todo = list(entries)
    seen = set(todo)
    while todo:
        for each in ways.get(todo.pop(), ()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return frozenset(seen)


def scopes(process: model.Process) -> Iterator[Scope]:
    """Give the scopes of a process, outer ones first, without recursion."""
    todo = [Scope(process, None, process.body)]
    for scope in todo:  # grows while it runs
        yield scope
        todo += [Scope(process, node, node.body) for node in scope.body.nodes.values() if node.body is not None]
