"""Draws processes in a few lines: one node per line, indented where it is inside the sub-process above.

    start S -> A
    user A -> X
    xor X -> B [n > 3], C*        conditions in brackets, the default flow with a star
    sub P -> E
      start Ps -> B
    error B on P: GAGAL -> C      boundary event; `error?` does not interrupt; `on` nothing: an event sub-process's start
    call K: anak -> E             after a colon what the kind needs: a script, a called process, a connector, the event's name or
                                  time

What else a node has is given by its id: ``draw(text, A={"lane": "KADIS"})``. A line `process ID` begins another process.
"""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from engine.diagrams import model
from engine.execution import specs, steps

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "user": "userTask",
    "manual": "manualTask",
    "task": "task",
    "script": "scriptTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "event": "eventBasedGateway",
    "complex": "complexGateway",
    "service": "serviceTask",
    "sub": "subProcess",
    "transaction": "transaction",
    "events": "subProcess",
    "call": "callActivity",
}
EVENTS = (
    "message",
    "signal",
    "timer",
    "error",
    "escalation",
    "cancel",
    "terminate",
    "link",
    "compensate",
    "conditional",
)
LINE = re.compile(r"( *)(\w+)(\?)?(?:-(\w+))? (\w+)(?: on (\w+))?(?:: (.*?))?(?: -> (.*))?")


def draw(text, **details) -> model.Diagram:
    processes, bodies, name = {}, [], "proses"
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.startswith("process "):
            name, bodies = line.split()[1], []
            continue
        if not bodies:
            bodies = [(len(line) - len(line.lstrip()), _Body())]
            processes[name] = bodies[0][1]
        bodies = _line(line, bodies, details)
    done = {ident: model.Process(ident, body.done()) for ident, body in processes.items()}
    return model.Diagram(done, next(iter(done)))


class _Body:
    def __init__(self):
        self.nodes, self.flows, self.inner = {}, {}, {}

    def done(self) -> model.Body:
        nodes, incoming, outgoing = {}, defaultdict(list), defaultdict(list)
        for flow in self.flows.values():
            incoming[flow.target].append(flow.id)
            outgoing[flow.source].append(flow.id)
        for ident, node in self.nodes.items():
            nodes[ident] = replace(node, incoming=tuple(incoming[ident]), outgoing=tuple(outgoing[ident]))
            if ident in self.inner:
                data = node.body.data if node.body else ()
                nodes[ident] = replace(nodes[ident], body=replace(self.inner[ident].done(), data=data))
        return model.Body(nodes, self.flows)


def _line(line, bodies, details):
    match = LINE.fullmatch(line.rstrip())
    assert match, line
    indent, word, quiet, event, ident, host, value, flows = match.groups()
    if len(indent) > bodies[-1][0]:
        owner = next(reversed(bodies[-1][1].nodes))
        inner = bodies[-1][1].inner[owner] = _Body()
        bodies = [*bodies, (len(indent), inner)]
    while len(indent) < bodies[-1][0]:
        bodies = bodies[:-1]
    body = bodies[-1][1]
    default = None
    for number, target in enumerate(re.split(r",(?![^\[]*\])", flows) if flows else ()):
        name, _, condition = target.strip().partition(" [")
        flow = model.Flow(
            f"{ident}_{name.rstrip('*')}", ident, name.rstrip("*"), condition=condition.rstrip("]") or None
        )
        if flow.id in body.flows:
            flow = replace(flow, id=f"{flow.id}_{number}")
        body.flows[flow.id] = flow
        default = flow.id if name.endswith("*") else default
    body.nodes[ident] = replace(
        _node(word, quiet, event, ident, host, value), default=default, **details.get(ident, {})
    )
    return bodies


def _node(word, quiet, event, ident, host, value) -> model.Node:
    if word in EVENTS and event is None:
        return model.Node(
            ident,
            "boundaryEvent" if host else "startEvent",
            attached_to=host,
            interrupting=not quiet,
            events=(_event(word, value),),
        )
    node = model.Node(ident, KINDS[word], name=ident, triggered_by_event=word == "events", interrupting=not quiet)
    if word in ("send", "receive"):
        event = "message"
    if event is not None:
        return replace(node, events=(_event(event, value),))
    fields = {"script": "script", "call": "called", "service": "topic"}
    return replace(node, **{fields[word]: value}) if word in fields else node


def _event(kind, value) -> model.Event:
    if kind == "timer":
        shape = "cycle" if value.startswith("R") else "date" if value[:1].isdigit() else "duration"
        return model.Event("timer", timer=shape, text=value)
    return model.Event(kind, name=value)


class Case:
    """A process that is run in a test, on stored states only."""

    def __init__(self, text, variables=None, *, event=None, called=None, now=NOON, library=None, **details):
        self.now, self.library = now, library
        self.spec = specs.compile(draw(text, **details), called)
        self.tasks, self.timers, self.subscriptions, self.services, self.steps = {}, {}, {}, {}, []
        self.take(steps.start(self.spec, variables or {}, now=now, event=event, library=library))

    def take(self, step: steps.Step) -> steps.Step:
        self.state, self.status = step.state, step.status
        self.steps.append(step)
        for closed in step.closed:
            del self.tasks[closed.token]
        self.tasks |= {task.token: task for task in step.opened}
        for ended in step.ended:
            waits = (self.timers, self.subscriptions, self.services)
            assert any(each.pop(ended, None) is not None for each in waits)
        self.timers |= {timer.token: timer for timer in step.timers}
        self.subscriptions |= {waits.token: waits for waits in step.subscriptions}
        self.services |= {service.token: service for service in step.services}
        return step

    @property
    def open(self) -> str:
        """Give the ids of the open tasks, sorted."""
        return " ".join(sorted(task.node for task in self.tasks.values()))

    @property
    def variables(self) -> dict:
        return steps.visible(self.spec, self.state, None, library=self.library)

    def token(self, node, which=0) -> int:
        return [token for token, task in sorted(self.tasks.items()) if task.node == node][which]

    def sees(self, node, which=0) -> dict:
        return steps.visible(self.spec, self.state, self.token(node, which), library=self.library)

    def complete(self, *nodes, which=0, **values) -> steps.Step:
        for node in nodes:
            token = self.token(node, which)
            step = self.take(steps.complete(self.spec, self.state, token, values, now=self.now, library=self.library))
        return step

    def send(self, kind, name, **payload) -> steps.Step:
        return self.take(steps.deliver(self.spec, self.state, kind, name, payload, now=self.now, library=self.library))

    def service(self, node, which=0) -> int:
        return [token for token, service in sorted(self.services.items()) if service.node == node][which]

    def inputs(self, node, which=0) -> dict:
        token = self.service(node, which)
        return steps.inputs(self.spec, self.state, token, now=self.now, library=self.library)

    def resume(self, node, which=0, **outputs) -> steps.Step:
        """Go on with what a connector gave."""
        token = self.service(node, which)
        return self.take(steps.resume(self.spec, self.state, token, outputs, now=self.now, library=self.library))

    def fail(self, node, code, message="", which=0) -> steps.Step:
        """Let a connector report an error."""
        token = self.service(node, which)
        return self.take(steps.fail(self.spec, self.state, token, code, message, now=self.now, library=self.library))

    def fire(self, node) -> steps.Step:
        """Let the timer of a node go off, when it is due."""
        timer = next(timer for timer in self.timers.values() if timer.node == node)
        self.now = max(self.now, timer.due)
        return self.take(steps.fire(self.spec, self.state, timer.token, now=self.now, library=self.library))
