"""A case of one of the office's SOPs, walked through with its real forms; every step goes through stored bytes."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from engine import config
from engine.diagrams import checking, model, reading
from engine.execution import specs, steps
from engine.forms import definition, validation

ZONE = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=ZONE)


@cache
def office():
    """The office that the shipped diagrams are for."""
    return config.read_office(config.shipped("bpmn") / "office.toml")


@cache
def diagram(key) -> model.Diagram:
    return reading.read((config.shipped("bpmn") / f"{key}.bpmn").read_bytes())


@cache
def spec(key):
    return specs.compile(diagram(key))


@cache
def forms():
    """Every shipped form by key."""
    files = sorted(config.shipped("forms").glob("*.form"))
    return {file.stem: definition.read(file.read_bytes(), key=file.stem) for file in files}


def keys():
    """The shipped diagrams."""
    return sorted(file.stem for file in config.shipped("bpmn").glob("*.bpmn"))


def findings(key):
    names = {form.key: form.names for form in forms().values()}
    found = checking.check(diagram(key), forms=names, lanes=office().group_of, processes=keys(), name=key)
    return [(each.severity, each.code, each.element) for each in found]


def flows(key):
    """Every sequence flow of a process, those of its sub-processes included."""
    process = diagram(key).process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    return {flow for body in bodies for flow in body.flows}


def _group(task):
    """Who gets a task: the group that it names, else the lane's."""
    return task.candidate_groups[0] if task.candidate_groups else office().group_of(task.lane)


class Shipped:
    """The shipped diagrams as the library of those that call each other; a definition's id is its key."""

    def latest(self, key):
        return key, spec(key)

    def spec(self, definition_id):
        return spec(definition_id)


@dataclass
class Case:
    """An instance: what is open, what was taken, and where it stands as bytes."""

    key: str
    state: bytes = b""
    status: str = ""
    open: dict[int, steps.Opened] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    worked: list[tuple[str, str]] = field(default_factory=list)
    """Node and group of every finished task, in order."""
    sent: list[str] = field(default_factory=list)
    """Names of the messages that were thrown, in order."""
    payloads: list[dict[str, object]] = field(default_factory=list)
    """What each of them carried."""
    timers: dict[int, str] = field(default_factory=dict)
    """Nodes of the timers that are set, by token."""

    def start(self, message=None, *, timer=None, values=None):
        """Start as the arrival of a message does, or a timer start event (its id), or somebody by hand."""
        event = steps.StartEvent("timer", timer) if timer else None
        event = steps.StartEvent("message", message) if message else event
        self._record(steps.start(spec(self.key), values or {}, now=NOW, event=event, library=Shipped()))
        return self

    def waiting(self):
        """What is open, as (node, group), sorted."""
        return sorted((each.node, _group(each)) for each in self.open.values())

    def answer(self, node, submission, **seen):
        """Answer the open task of ``node`` that sees these variables (the first one), through its form."""
        token = next(
            token
            for token, task in sorted(self.open.items())
            if task.node == node and seen.items() <= self.seen(token).items()
        )
        task = self.open[token]
        form = forms()[task.form_key]
        result = validation.validate(form, submission, variables=self.seen(token), today=NOW.date(), zone=ZONE)
        assert not result.errors, f"{node}: {result.errors}"
        self.worked.append((node, _group(task)))
        self._record(steps.complete(spec(self.key), self.state, token, result.values, now=NOW, library=Shipped()))

    def receive(self, message, **values):
        """Hand in a message that the case waits for."""
        self._record(steps.deliver(spec(self.key), self.state, "message", message, values, now=NOW, library=Shipped()))

    def fire(self, node):
        """Let the timer of a node go off."""
        token = next(token for token, each in sorted(self.timers.items()) if each == node)
        self._record(steps.fire(spec(self.key), self.state, token, now=NOW, library=Shipped()))

    def seen(self, token):
        return steps.visible(spec(self.key), self.state, token, library=Shipped())

    def variables(self):
        return steps.describe(spec(self.key), self.state, library=Shipped()).variables

    def _record(self, step):
        self.state, self.status = step.state, step.status
        for ended in (*step.ended, *(each.token for each in step.closed)):
            self.timers.pop(ended, None)
        self.timers |= {each.token: each.node for each in step.timers}
        self.sent += [each.name for each in step.thrown if each.kind == "message"]
        self.payloads += [dict(each.payload) for each in step.thrown if each.kind == "message"]
        for closed in step.closed:
            self.open.pop(closed.token, None)
        self.open |= {each.token: each for each in step.opened}
        self.taken |= {each.element for each in step.events if each.kind == "taken"}
