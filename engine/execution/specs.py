"""Compiling: the plain data of a diagram into specs that SpiffWorkflow executes. Once per definition; threads may share it.

Each process and sub-process becomes a body of its own. What cannot be run is refused here as well as at the check, so that
nothing is ever ignored in silence. Nothing recurses, however deep sub-processes are nested.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine import errors
from engine.diagrams import model, retries
from engine.execution.elements import activities, events, gateways, services
from engine.execution.mended import ROOT, BodySpec, Flow, FlowNode
from engine.execution.variables import Expression
from engine.expressions import inspection

_HUMAN = frozenset(("userTask", "manualTask", "task"))
_CAUGHT: Mapping[str, frozenset[str]] = {
    "intermediateCatchEvent": frozenset(("message", "signal", "timer")),
    "boundaryEvent": frozenset(("message", "signal", "timer", "error", "escalation", "cancel")),
    "event sub-process": frozenset(("message", "signal", "timer", "error", "escalation")),
    "startEvent": frozenset(("message", "signal", "timer")),
}
_THROWN: Mapping[str, frozenset[str]] = {
    "intermediateThrowEvent": frozenset(("message", "signal", "escalation")),
    "endEvent": frozenset(("message", "signal", "escalation", "error", "terminate", "cancel")),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """A definition that can be run. ``main`` is its process; ``calls`` are the keys of the processes of other files in it.

    Processes that are called at their newest version are not in it.
    """

    main: BodySpec
    calls: frozenset[str]


def compile(diagram: model.Diagram, called: Mapping[str, model.Diagram] | None = None) -> Spec:  # noqa: A001 what it does
    """Compile the main process of a diagram with all it calls: other processes of the file, else those of ``called`` by key.

    Raises NotExecutable, naming the element.
    """
    compiler = _Compiler(called or {})
    main = compiler.process(diagram, diagram.main, diagram.main)
    while compiler.todo:
        compiler.build(compiler.todo.pop())
    compiler.check_calls()
    return Spec(main, frozenset(compiler.calls))


@dataclass(frozen=True, slots=True)
class _Part:
    """A body still to be built: in which diagram, and inside which node (``None``: it is a process)."""

    diagram: model.Diagram
    body: model.Body
    spec: BodySpec
    owner: model.Node | None = None


class _Compiler:
    def __init__(self, called: Mapping[str, model.Diagram]) -> None:
        self.called = called
        self.calls: set[str] = set()
        self.todo: list[_Part] = []
        self._processes: dict[tuple[int, str], BodySpec] = {}
        self._callers: list[activities.CallActivity] = []

    def process(self, diagram: model.Diagram, ident: str, caller: str) -> BodySpec:
        """Give the body of a process, to be built once."""
        process = diagram.processes.get(ident)
        if process is None:
            raise errors.NotExecutable(element=caller, reason=f"the process {ident} is not there")
        spec = self._processes.get((id(diagram), ident))
        if spec is None:
            spec = self._processes[id(diagram), ident] = BodySpec(ident)
            self.todo.append(_Part(diagram, process.body, spec))
        return spec

    def check_calls(self) -> None:
        """Refuse calls of what only an event can start."""
        for call in self._callers:
            if not call.inner.starts:
                raise errors.NotExecutable(element=call.node, reason=f"{call.inner.name} has no none start event")

    def build(self, part: _Part) -> None:
        """Fill one body."""
        for node in part.body.nodes.values():
            if not node.id or any(map(str.isspace, node.id)):
                raise errors.NotExecutable(element=node.id, reason="this is no id")
            made = self._made(part, node)
            if node.multi is not None or node.loop is not None:
                _repeat(part.spec, node, made)
        spec, specs = part.spec, part.spec.task_specs
        spec.nodes = tuple(specs[name] for name in specs if name != ROOT)
        spec.joins = tuple(each for each in spec.nodes if isinstance(each, gateways.InclusiveGateway))
        for ident, flow in part.body.flows.items():
            if flow.target not in specs or flow.source not in specs:
                raise errors.NotExecutable(element=ident, reason="it does not connect two nodes of one level")
            spec.flows[ident] = Flow(ident, specs[flow.target], _condition(flow))
        for node in part.body.nodes.values():
            specs[node.id].leave_by(tuple(spec.flows[ident] for ident in node.outgoing), node.default)
        for node in part.body.nodes.values():
            _connect(part, node)
        _begin(part)

    def _made(self, part: _Part, node: model.Node) -> FlowNode:
        """Make the spec of a node; where it is repeated, of what is repeated."""
        name = f"{node.id} each" if node.multi is not None or node.loop is not None else node.id
        if node.implementations or node.for_compensation or node.instantiate or node.parallel_multiple:
            raise _refused(node, "what it asks for cannot be done")
        if node.kind.endswith("Event"):
            return _event(part, node)
        if node.kind.endswith("Gateway"):
            return _gateway(part.spec, node)
        if node.kind == "callActivity":
            return self._call(part, node, name)
        if node.kind in ("subProcess", "transaction"):
            return self._sub_process(part, node, name)
        return _task(part.spec, node, name)

    def _sub_process(self, part: _Part, node: model.Node, name: str) -> FlowNode:
        body = node.body or model.Body()
        inner = BodySpec(node.id, body.data)
        self.todo.append(_Part(part.diagram, body, inner, node))
        if node.triggered_by_event:
            if node.incoming or node.outgoing or node.multi or node.loop:
                raise _refused(node, "an event sub-process has neither flows nor a loop")
            event = events.EventSubProcess(part.spec, node)
            event.inner = inner
            part.spec.event_sub_processes += (event,)
            starts = [each for each in body.nodes.values() if each.kind == "startEvent"]
            if len(starts) != 1:
                raise _refused(node, "an event sub-process has one start event")
            event.trigger = _trigger(starts[0], _CAUGHT["event sub-process"])
            event.interrupting = starts[0].interrupting or event.trigger.kind == "error"
            return event
        made = activities.SubProcess(part.spec, node, name)
        made.inner = inner
        made.transaction = node.kind == "transaction"
        return made

    def _call(self, part: _Part, node: model.Node, name: str) -> FlowNode:
        key = node.called or ""
        diagram = part.diagram
        call = activities.CallActivity(part.spec, node, name)
        call.inputs, call.outputs = _handed(node, node.inputs), _handed(node, node.outputs)
        if node.binding == "latest" and key and key not in diagram.processes:
            call.latest = key
            return call
        if key not in diagram.processes and key in self.called:
            self.calls.add(key)
            diagram = self.called[key]
            key = key if key in diagram.processes else diagram.main
        call.inner = self.process(diagram, key, node.id)
        self._callers.append(call)
        return call


def _refused(node: model.Node, reason: str) -> errors.NotExecutable:
    return errors.NotExecutable(element=node.id, reason=reason)


def _only_event(node: model.Node, allowed: frozenset[str]) -> model.Event:
    """Give the one event definition of a node."""
    if len(node.events) != 1 or node.events[0].kind not in allowed:
        kinds = ", ".join(event.kind for event in node.events) or "none"
        raise _refused(node, f"it needs one event of {', '.join(sorted(allowed))}; it has {kinds}")
    return node.events[0]


def _gateway(spec: BodySpec, node: model.Node) -> FlowNode:
    match node.kind:
        case "exclusiveGateway":
            return gateways.ExclusiveGateway(spec, node)
        case "eventBasedGateway":
            return events.EventBasedGateway(spec, node)
        case "parallelGateway" | "inclusiveGateway":
            kind = gateways.ParallelGateway if node.kind == "parallelGateway" else gateways.InclusiveGateway
            join = kind(spec, node)
            join.incoming = node.incoming
            return join
    raise _refused(node, f"a {node.kind} is not supported")


def _task(spec: BodySpec, node: model.Node, name: str) -> FlowNode:
    match node.kind:
        case "scriptTask":
            return _script(spec, node, name)
        case "serviceTask":
            return _service(spec, node, name)
        case "sendTask":
            send = activities.SendTask(spec, node, name)
            send.event, send.letter = _only_event(node, frozenset(("message",))), _letter(node)
            return send
        case "receiveTask":
            receive = activities.ReceiveTask(spec, node, name)
            receive.trigger = _trigger(node, frozenset(("message",)))
            return receive
    if node.kind in _HUMAN:
        return activities.HumanTask(spec, node, name)
    raise _refused(node, f"a {node.kind} is not supported")


def _event(part: _Part, node: model.Node) -> FlowNode:
    spec = part.spec
    match node.kind:
        case "startEvent":
            start = events.StartEvent(spec, node)
            if node.events and part.owner is None:
                start.trigger = _trigger(node, _CAUGHT["startEvent"])
            if node.events and part.owner is not None and not part.owner.triggered_by_event:
                raise _refused(node, "an embedded sub-process starts with a none start event")
            return start
        case "intermediateCatchEvent":
            if _is_link(node):
                return FlowNode(spec, node)
            catch = events.CatchEvent(spec, node)
            catch.trigger = _trigger(node, _CAUGHT[node.kind])
            return catch
        case "boundaryEvent":
            boundary = events.BoundaryEvent(spec, node)
            boundary.trigger = _trigger(node, _CAUGHT[node.kind])
            boundary.interrupting = node.interrupting or boundary.trigger.kind in {"error", "cancel"}
            return boundary
        case "intermediateThrowEvent" | "endEvent":
            if _is_link(node) and node.kind == "intermediateThrowEvent":
                return events.LinkThrow(spec, node)
            throw = (events.EndEvent if node.kind == "endEvent" else events.ThrowEvent)(spec, node)
            if node.events:
                throw.event, throw.letter = _only_event(node, _THROWN[node.kind]), _letter(node)
            return throw
    raise _refused(node, f"a {node.kind} is not supported")


def _trigger(node: model.Node, allowed: frozenset[str]) -> events.Trigger:
    event = _only_event(node, allowed)
    return events.Trigger(event, node.id, _key(node) if event.kind == "message" else None)


def _letter(node: model.Node) -> events.Letter:
    if node.events[0].kind != "message":
        return events.Letter()
    return events.Letter(_key(node), _evaluated(node, node.inputs), node.receiver)


def _key(node: model.Node) -> Expression | None:
    return _expression(node.properties.get("message.key"), node)


def _service(spec: BodySpec, node: model.Node, name: str) -> FlowNode:
    retry = None if node.retry is None else retries.parse(node.retry)
    if node.topic is None:
        raise _refused(node, "it names no connector")
    if retry is None and node.retry is not None:
        raise _refused(node, f"{node.retry} does not say how often it is tried")
    service = services.ServiceTask(spec, node, name)
    service.connector, service.retry = node.topic, retry
    service.inputs, service.outputs = _evaluated(node, node.inputs), _evaluated(node, node.outputs)
    return service


def _evaluated(node: model.Node, mapping: tuple[model.Mapped, ...]) -> tuple[tuple[str, Expression], ...]:
    return tuple((each.target, Expression(each.source, node.id)) for each in mapping)


def _is_link(node: model.Node) -> bool:
    return [event.kind for event in node.events] == ["link"]


def _script(spec: BodySpec, node: model.Node, name: str) -> FlowNode:
    if node.script_language and "feel" not in node.script_language.lower():
        raise _refused(node, f"a script holds FEEL assignments, no {node.script_language}")
    made = activities.ScriptTask(spec, node, name)
    try:
        lines = inspection.assignments(node.script or "")
    except errors.ExpressionError as error:
        raise _refused(node, str(error)) from error
    made.assignments = tuple((line.name, Expression(line.expression, node.id)) for line in lines)
    return made


def _handed(node: model.Node, mapping: tuple[model.Mapped, ...]) -> tuple[tuple[str, Expression | None], ...]:
    return tuple((each.target, None if each.source == "*" else Expression(each.source, node.id)) for each in mapping)


def _condition(flow: model.Flow) -> Expression | None:
    if flow.condition is None:
        return None
    if flow.language and "feel" not in flow.language.lower():
        raise errors.NotExecutable(element=flow.id, reason=f"its condition is {flow.language}, not FEEL")
    return Expression(flow.condition, flow.id)


def _repeat(spec: BodySpec, node: model.Node, once: FlowNode) -> None:
    """Put a loop around what a node does; the loop has the node's id."""
    if not isinstance(once, activities.Activity):
        raise _refused(node, "only an activity can be repeated")
    if node.multi is not None:
        multi = activities.MultiInstance(spec, node)
        multi.sequential = node.multi.sequential
        multi.element = node.multi.element
        multi.collection = _expression(node.multi.collection, node)
        multi.cardinality = _expression(node.multi.cardinality, node)
        multi.completion = _expression(node.multi.completion, node)
        multi.results = node.multi.output_collection
        if node.multi.output_element is not None and node.multi.output_element.isidentifier():
            multi.result = node.multi.output_element
        else:
            multi.result_value = _expression(node.multi.output_element, node)
        if multi.collection is None and multi.cardinality is None:
            raise _refused(node, "it repeats without saying how often")
        whole: activities.Repeated = multi
    else:
        loop = activities.StandardLoop(spec, node)
        if node.loop is not None:
            loop.condition = _expression(node.loop.condition, node)
            loop.test_before, loop.maximum = node.loop.test_before, node.loop.maximum
        whole = loop
    whole.once = once
    whole.transaction = once.transaction
    once.repeated = whole


def _expression(text: str | None, node: model.Node) -> Expression | None:
    return None if text is None else Expression(text, node.id)


def _connect(part: _Part, node: model.Node) -> None:
    """Tie nodes together that no flow connects: boundary events, links, what an event-based gateway waits for."""
    specs = part.spec.task_specs
    made = specs[node.id]
    if isinstance(made, events.BoundaryEvent):
        host = specs.get(node.attached_to or "")
        if not isinstance(host, activities.Activity):
            raise _refused(node, "it is attached to no activity of its level")
        host.boundaries += (made,)
        host.exits += made.exits
    elif isinstance(made, events.LinkThrow):
        targets = [
            each
            for each in part.body.nodes.values()
            if each.kind == "intermediateCatchEvent" and _is_link(each) and each.events[0].name == node.events[0].name
        ]
        if len(targets) != 1:
            raise _refused(node, f"its link has {len(targets)} targets on its level")
        made.catch = specs[targets[0].id]
        made.leave_by(made.catch.flows, targets[0].default)
    elif isinstance(made, events.EventBasedGateway):
        for flow in made.flows:
            if not isinstance(flow.target, events.Catching):
                raise _refused(node, f"{flow.target.node}, which follows it, waits for no event")


def _begin(part: _Part) -> None:
    """Find where a body starts: at its none start event, else at every node that nothing leads to (10.3.5, 13.2)."""
    spec, nodes = part.spec, part.body.nodes.values()
    starts = [spec.task_specs[node.id] for node in nodes if node.kind == "startEvent"]
    if starts:
        plain = [each for each in starts if isinstance(each, events.StartEvent) and each.trigger is None]
        spec.starts = tuple(plain[:1])
    else:
        spec.starts = tuple(
            spec.task_specs[node.id]
            for node in nodes
            if not node.incoming
            and node.kind != "boundaryEvent"
            and not node.triggered_by_event
            and not (node.kind == "intermediateCatchEvent" and _is_link(node))
        )
    if part.owner is not None and nodes and not spec.starts:
        raise _refused(part.owner, "nothing in it is a beginning")
