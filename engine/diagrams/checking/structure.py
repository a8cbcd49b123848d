"""Rules about how a diagram hangs together: ids, references, flows, gateways, links, and what can be reached."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from engine.diagrams import model
from engine.diagrams.checking.findings import Finding, Rule, Rules, label, several
from engine.diagrams.checking.scopes import ACTIVITIES, Scope, closure

_NCNAME = re.compile(r"[^\W\d][\w.\-\u00b7\u0300-\u036f]*")
MAX_ID = 200
# names that SpiffWorkflow gives to specs of its own; ours are kept apart from them, so this is only good to know
_INSIDE = frozenset(("Start", "End", "Root", "StartBoundary"))

found = Rules(
    {
        "bad-id": Rule(
            "error",
            "The id {id} is not a valid one.",
            "Ids are letters, digits, “_”, “-” and “.”, do not begin with a digit and have at most 200 characters.",
        ),
        "look-alike-ids": Rule(
            "error", "The id {id} looks the same as the one of line {first}.", "Give one of the two another id."
        ),
        "engine-id": Rule(
            "info",
            "The id {id} is also a name inside the engine; it works, but other tools may confuse the two.",
            "Give the element a telling id.",
        ),
        "dangling-source": Rule(
            "error",
            "The flow {element} comes from {ref}, which is no node here.",
            "Connect the flow to a node, or delete it.",
        ),
        "dangling-target": Rule(
            "error",
            "The flow {element} leads to {ref}, which is no node here.",
            "Connect the flow to a node, or delete it.",
        ),
        "flow-crosses": Rule(
            "error",
            "The flow {element} crosses the border of a sub-process (to or from {ref}).",
            "Let the flow end at the sub-process itself; inside, begin with a start event.",
        ),
        "foreign-default": Rule(
            "error",
            "The default flow {flow} of {node} does not leave it.",
            "Choose the default among the flows that leave {node}.",
        ),
        "default-condition": Rule(
            "warning",
            "The default flow {element} has a condition, which is not looked at.",
            "Delete the condition, or choose another default.",
        ),
        "start-incoming": Rule(
            "error",
            "The flow {element} leads into the start event {node}.",
            "Let it lead to the node behind the start.",
        ),
        "end-outgoing": Rule(
            "error", "The flow {element} leaves the end event {node}.", "Use an intermediate event, or delete the flow."
        ),
        "boundary-unattached": Rule(
            "error",
            "The boundary event {node} is not attached to a task or sub-process beside it.",
            "Drag it onto the border of the task that it belongs to.",
        ),
        "boundary-incoming": Rule(
            "error",
            "The flow {element} leads into the boundary event {node}.",
            "A boundary event is entered by its event only.",
        ),
        "event-subprocess-flow": Rule(
            "error",
            "The event sub-process {node} has a sequence flow.",
            "Delete the flow: the event starts it. Or make it a plain sub-process.",
        ),
        "no-condition": Rule(
            "error",
            "The gateway {node} cannot tell when to take {flows}: no condition, and not the default.",
            "Give each flow a condition, and one of them the default mark.",
        ),
        "default-unmarked": Rule(
            "warning",
            "The flow {flows} of {node} is taken when no condition is true, without being marked so.",
            "Mark it as the default.",
        ),
        "all-open": Rule(
            "warning",
            "The gateway {node} takes all its flows: none has a condition.",
            "Use a parallel gateway, or conditions.",
        ),
        "no-default": Rule(
            "warning",
            "{node} has no default flow: where no condition is true, the case stops with an error.",
            "Mark the flow to take in all other cases as default.",
        ),
        "idle-condition": Rule(
            "error",
            "The condition on {element} can have no effect: {node} takes all its flows, or waits for events.",
            "Delete the condition, or use an exclusive or inclusive gateway.",
        ),
        "start-condition": Rule(
            "warning",
            "The flow {element} out of the start event has a condition: where it is false, nothing begins.",
            "Put a gateway behind the start event.",
        ),
        "event-gateway-target": Rule(
            "error",
            "The event-based gateway {node} leads to {target}, which waits for no event.",
            "Put catching events or receive tasks behind it, each with no other incoming flow.",
        ),
        "lonely-gateway": Rule(
            "warning", "The gateway {node} has one way in and one way out.", "Delete it, or draw its other flows."
        ),
        "link-unnamed": Rule("error", "The link event {node} has no name.", "Give it the name of its counterpart."),
        "link-nowhere": Rule(
            "error",
            "The link “{name}” of {node} has no target.",
            "Draw a catching link event of the same name on this level.",
        ),
        "link-twice": Rule(
            "error",
            "The link “{name}” has several targets, {node} among them.",
            "Keep one catching link event of that name on this level.",
        ),
        "link-flow": Rule(
            "error",
            "The flow {element} is on the wrong side of the link event {node}.",
            "A throwing link has no outgoing flow, a catching one no incoming flow.",
        ),
        "no-start": Rule(
            "error",
            "{node} has no start event, and nothing in it that could begin.",
            "Draw a start event and a flow from it.",
        ),
        "begins-anywhere": Rule(
            "warning", "{node} has no start event; it begins at {begins}.", "Draw a start event and a flow from it."
        ),
        "several-starts": Rule(
            "warning",
            "There are {count} start events without an event in {node}; the first one is used.",
            "Keep one plain start event.",
        ),
        "unreachable": Rule("warning", "No way leads to {node}.", "Connect it, or delete it."),
        "dead-end": Rule(
            "warning",
            "{node} leads nowhere although this diagram has end events.",
            "Draw a flow from it, to an end event at least.",
        ),
        "implicit-end": Rule("info", "{node} has no flow out of it: the case ends there.", "Draw an end event."),
        "spins": Rule(
            "warning",
            "{node} is on a circle on which nobody is waited for; it may run until the engine stops it.",
            "Make sure that it ends after some rounds, or put a task into it.",
        ),
        "feeds-itself": Rule(
            "error",
            "{node} starts itself again without end: {thrower} throws what starts it.",
            "Let it interrupt, or wait.",
        ),
        "never-ends": Rule(
            "warning", "From {node} on no end can be reached: the case can never finish.", "Draw a way out of the loop."
        ),
    }
)


def check_ids(diagram: model.Diagram) -> Iterator[Finding]:
    """Check ids: valid, not too long, and not twins under Unicode's normalisation."""
    seen: dict[str, int] = {}
    for process in diagram.processes.values():
        ids = [(process.id, process.line)]
        for node in process.nodes():
            ids.append((node.id, node.line))
            if node.id in _INSIDE:
                yield found("engine-id", node.id, node.line, id=node.id)
            if node.body:
                ids += [(flow.id, flow.line) for flow in node.body.flows.values()]
        ids += [(flow.id, flow.line) for flow in process.body.flows.values()]
        for each, line in ids:
            if not _NCNAME.fullmatch(each) or len(each) > MAX_ID:
                yield found("bad-id", each, line, id=f"{each[:MAX_ID]!r}")
            twin = unicodedata.normalize("NFKC", each)
            if twin in seen:
                yield found("look-alike-ids", each, line, id=each, first=seen[twin])
            seen.setdefault(twin, line)


def check_scope(scope: Scope, everywhere: frozenset[str]) -> Iterator[Finding]:
    """Check one body; ``everywhere`` are the ids of all nodes of the file."""
    yield from _flows(scope, everywhere)
    yield from _links(scope)
    yield from _starts(scope)
    for node in scope.body.nodes.values():
        yield from _boundary(scope, node)
        yield from _choices(scope, node)
    yield from _ways(scope)
    yield from _echoes(scope)


def _flows(scope: Scope, everywhere: frozenset[str]) -> Iterator[Finding]:
    nodes = scope.body.nodes
    for flow in scope.body.flows.values():
        for ref, code in ((flow.source, "dangling-source"), (flow.target, "dangling-target")):
            if ref in nodes:
                continue
            if ref in everywhere:
                yield found("flow-crosses", flow.id, flow.line, ref=ref)
            else:
                yield found(code, flow.id, flow.line, ref=f"“{ref}”")
        source, target = nodes.get(flow.source), nodes.get(flow.target)
        if target and target.kind == "startEvent":
            yield found("start-incoming", flow.id, flow.line, node=label(target))
        if target and target.kind == "boundaryEvent":
            yield found("boundary-incoming", flow.id, flow.line, node=label(target))
        if source and source.kind == "endEvent":
            yield found("end-outgoing", flow.id, flow.line, node=label(source))
        if source and flow.condition:
            if source.kind in ("parallelGateway", "eventBasedGateway"):
                yield found("idle-condition", flow.id, flow.line, node=label(source))
            if source.kind == "startEvent":
                yield found("start-condition", flow.id, flow.line)


def _boundary(scope: Scope, node: model.Node) -> Iterator[Finding]:
    if node.kind == "boundaryEvent":
        host = scope.body.nodes.get(node.attached_to or "")
        if host is None or host.kind not in ACTIVITIES or host.triggered_by_event:
            yield found("boundary-unattached", node.id, node.line, node=label(node))
    if node.triggered_by_event and (node.incoming or node.outgoing):
        yield found("event-subprocess-flow", node.id, node.line, node=label(node))


def _choices(scope: Scope, node: model.Node) -> Iterator[Finding]:
    """Check a node's outgoing flows: conditions, default, targets."""
    flows = [scope.body.flows[each] for each in node.outgoing]
    if node.default is not None:
        default = next((flow for flow in flows if flow.id == node.default), None)
        if default is None:
            yield found("foreign-default", node.id, node.line, flow=node.default, node=label(node))
        elif default.condition:
            yield found("default-condition", default.id, default.line)
    yield from _conditions(node, flows)
    if node.kind == "eventBasedGateway":
        for flow in flows:
            target = scope.body.nodes.get(flow.target)
            if target and (target.kind not in ("intermediateCatchEvent", "receiveTask") or len(target.incoming) > 1):
                yield found("event-gateway-target", node.id, node.line, node=label(node), target=label(target))
    if node.kind.endswith("Gateway") and len(flows) == 1 and len(node.incoming) == 1 and not flows[0].condition:
        yield found("lonely-gateway", node.id, node.line, node=label(node))


def _conditions(node: model.Node, flows: list[model.Flow]) -> Iterator[Finding]:
    """Check that it can be told which flow is taken; one without a condition is always open (13.4.2, 13.4.3)."""
    bare = [flow for flow in flows if not flow.condition and flow.id != node.default]
    names = several(flow.id for flow in bare)
    if node.kind in ("parallelGateway", "eventBasedGateway") or not flows:
        return
    if not bare:
        if node.default is None:
            yield found("no-default", node.id, node.line, node=label(node))
    elif node.kind == "exclusiveGateway" and len(flows) > 1:
        # the first open flow wins, so all behind an open one is dead
        plain = len(bare) == 1 and bare[0] is flows[-1] and node.default is None
        code = "default-unmarked" if plain else "no-condition"
        yield found(code, node.id, node.line, node=label(node), flows=names)
    elif node.kind == "inclusiveGateway" and len(flows) > 1 and len(bare) == len(flows):
        yield found("all-open", node.id, node.line, node=label(node))


def _links(scope: Scope) -> Iterator[Finding]:
    ends = [
        (node, event.name)
        for node in scope.body.nodes.values()
        for event in node.events
        if event.kind == "link" and node.kind in ("intermediateCatchEvent", "intermediateThrowEvent")
    ]
    targets = Counter(name for node, name in ends if node.kind == "intermediateCatchEvent")
    for node, name in ends:
        throws = node.kind == "intermediateThrowEvent"
        if not name:
            yield found("link-unnamed", node.id, node.line, node=label(node))
        elif throws and not targets[name]:
            yield found("link-nowhere", node.id, node.line, node=label(node), name=name)
        elif not throws and targets[name] > 1:
            yield found("link-twice", node.id, node.line, node=label(node), name=name)
        for flow_id in node.outgoing if throws else node.incoming:
            yield found("link-flow", flow_id, scope.body.flows[flow_id].line, node=label(node))


def _starts(scope: Scope) -> Iterator[Finding]:
    name = label(scope.owner) if scope.owner else scope.id
    if not scope.starts and not (scope.owner and scope.owner.triggered_by_event):
        begins = several(node.id for node in scope.begins)
        yield found("begins-anywhere" if begins else "no-start", scope.id, scope.line, node=name, begins=begins)
    plain = [node for node in scope.starts if not node.events]
    if len(plain) > 1 and not (scope.owner and scope.owner.triggered_by_event):
        yield found("several-starts", plain[1].id, plain[1].line, count=len(plain), node=name)


def _ways(scope: Scope) -> Iterator[Finding]:
    """Check what can be reached, and from where an end can be."""
    nodes = scope.body.nodes
    has_ends = any(node.kind == "endEvent" for node in nodes.values())
    for node in nodes.values():
        if node.id not in scope.reachable:
            yield found("unreachable", node.id, node.line, node=label(node))
        elif not scope.next[node.id] and node.kind != "endEvent" and not node.triggered_by_event:
            if node.for_compensation or any(each.kind == "link" for each in node.events):
                continue
            grave = has_ends or node.kind not in ACTIVITIES
            yield found("dead-end" if grave else "implicit-end", node.id, node.line, node=label(node))
    if not any(node.triggered_by_event for node in nodes.values()):
        endless = scope.reachable - scope.ending
        stuck = next((node for node in nodes.values() if node.id in endless), None)
        if stuck:
            yield found("never-ends", stuck.id, stuck.line, node=label(stuck))
    spins = next((node for node in nodes.values() if node.id in scope.spinning), None)
    if spins:
        yield found("spins", spins.id, spins.line, node=label(spins))


def _echoes(scope: Scope) -> Iterator[Finding]:
    """Check that an event sub-process does not throw, in one go, what starts it again."""
    owner = scope.owner
    if owner is None or not owner.triggered_by_event:
        return
    for start in scope.starts:
        caught = {(event.kind, event.name) for event in start.events} if not start.interrupting else set()
        for node_id in closure([start.id], scope.hurried):
            node = scope.body.nodes[node_id]
            if node is not start and caught.intersection((event.kind, event.name) for event in node.events):
                yield found("feeds-itself", owner.id, owner.line, node=label(owner), thrower=label(node))
