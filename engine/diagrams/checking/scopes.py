"""The scopes of a process (itself and its sub-processes) with the roads through each: what rules about order look at."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.diagrams import model, reading

ACTIVITIES = frozenset((*reading.TASKS, *reading.BODIES, "callActivity"))
# what opens a task for a person
HUMAN = frozenset(("task", "userTask", "manualTask"))
# where a token may rest, so that a circle through it does not run by itself
RESTING = frozenset(
    (*HUMAN, *reading.BODIES, "receiveTask", "callActivity", "eventBasedGateway", "intermediateCatchEvent")
)


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
    def hurried(self) -> dict[str, tuple[str, ...]]:
        """Give ``next`` for the nodes on which no token rests, among themselves."""
        busy = {node.id for node in self.body.nodes.values() if not _rests(node)}
        return {node_id: tuple(each for each in self.next[node_id] if each in busy) for node_id in busy}

    @cached_property
    def spinning(self) -> frozenset[str]:
        """Give the ids of the nodes on circles on which no token ever rests, and of those between two such circles."""
        left = self.hurried
        for ways in (
            self.hurried,
            _backwards(self.hurried),
        ):  # take off what no circle leads to, then what leads to none
            before = Counter(target for source in left for target in ways[source] if target in left)
            todo = [node_id for node_id in left if not before[node_id]]
            gone = set(todo)
            while todo:
                for each in ways[todo.pop()]:
                    before[each] -= 1
                    if each in left and not before[each]:
                        gone.add(each)
                        todo.append(each)
            left = {node_id: targets for node_id, targets in left.items() if node_id not in gone}
        return frozenset(left)

    @cached_property
    def ending(self) -> frozenset[str]:
        """Give the ids of the nodes from which some way leads to an end of the scope."""
        return closure([node_id for node_id, targets in self.next.items() if not targets], _backwards(self.next))


def _rests(node: model.Node) -> bool:
    return node.kind in RESTING and not any(event.kind == "link" for event in node.events)


def _backwards(ways: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {node_id: [] for node_id in ways}
    for source, targets in ways.items():
        for target in targets:
            found[target].append(source)
    return {node_id: tuple(sources) for node_id, sources in found.items()}


def closure(entries: Iterable[str], ways: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
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
