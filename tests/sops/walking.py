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


def findings(key):
    names = {form.key: form.names for form in forms().values()}
    found = checking.check(diagram(key), forms=names, lanes=office().group_of, processes=(), name=key)
    return [(each.severity, each.code, each.element) for each in found]


def flows(key):
    """Every sequence flow of a process, those of its sub-processes included."""
    process = diagram(key).process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    return {flow for body in bodies for flow in body.flows}


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

    def start(self, message):
        """Start as the arrival of something does."""
        self._record(steps.start(spec(self.key), {}, now=NOW, event=steps.StartEvent("message", message)))
        return self

    def waiting(self):
        """What is open, as (node, group), sorted."""
        return sorted((each.node, office().group_of(each.lane)) for each in self.open.values())

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
        self.worked.append((node, office().group_of(task.lane)))
        self._record(steps.complete(spec(self.key), self.state, token, result.values, now=NOW))

    def seen(self, token):
        return steps.visible(spec(self.key), self.state, token)

    def variables(self):
        return steps.describe(spec(self.key), self.state).variables

    def _record(self, step):
        self.state, self.status = step.state, step.status
        for closed in step.closed:
            self.open.pop(closed.token, None)
        self.open |= {each.token: each for each in step.opened}
        self.taken |= {each.element for each in step.events if each.kind == "taken"}
