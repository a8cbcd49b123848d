"""Plays the execution cases of the shared material: through the check, the compiler, and a state stored after every step."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine import errors
from engine.diagrams import checking, reading
from engine.execution import specs, steps
from tests.conformance.areas import Outcome
from tests.shared import ROOT, shared

NAME = "BPMN semantics"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run() -> Outcome:
    outcome = Outcome()
    for name in names():
        case = read(name)
        outcome.count(kind(case), name, play(name, case))
    return outcome


def folder() -> Path:
    return shared("conformance/bpmn-semantics/cases")


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared/conformance/bpmn-semantics/cases").exists()


def names() -> list[str]:
    return sorted(path.stem for path in folder().glob("*.json"))


def read(name: str) -> dict:
    return json.loads((folder() / f"{name}.json").read_text("utf-8"))


def kind(case: dict) -> str:
    """Core cases that need neither clock nor messages, the other core cases, and the extended ones."""
    does = [step["do"] for step in case.get("steps", ())]
    if case["level"] != "core":
        return "extended"
    outside = case.get("trigger") or any({"advance", "message", "signal"} & set(do) for do in does)
    return "core with time, messages, signals" if outside else "core"


def play(name: str, case: dict) -> str | None:
    """Give what is wrong, None where the case holds."""
    source = (folder() / f"{name}.bpmn").read_bytes()
    wanted = case.get("element")
    elements = set(wanted) if isinstance(wanted, list) else {wanted} - {None}
    try:
        diagram = reading.read(source)
    except errors.DiagramUnreadable as error:
        return None if case.get("refuse") and any(each in str(error) for each in elements) else f"unreadable: {error}"
    findings = checking.check(diagram)
    refusals = {finding.element for finding in findings if finding.severity == "error"}
    warnings = {finding.element for finding in findings if finding.severity == "warning"}
    if case.get("refuse"):
        if refusals & elements or (case["refuse"] == "or-warn" and warnings & elements):
            return None
        if case["refuse"] != "or-run":
            return (
                f"not refused with {elements}, but: {[(each.severity, each.code, each.element) for each in findings]}"
            )
    if refusals:
        return f"refused: {[str(each) for each in findings if each.severity == 'error']}"
    if case.get("warn") and case["warn"] not in warnings:
        return f"no warning of {case['warn']}"
    try:
        for wrong in Player(specs.compile(diagram), case).play():
            return wrong
    except errors.LajurError as error:
        return f"{type(error).__name__}: {error}"
    return None


class Player:
    """Plays one case on stored states only."""

    def __init__(self, spec: specs.Spec, case: dict) -> None:
        self.spec, self.case, self.now = spec, case, NOON
        self.state, self.status = b"", "active"
        self.tasks: dict[int, steps.Opened] = {}
        self.timers: dict[int, datetime] = {}
        self.error: errors.LajurError | None = None

    def play(self) -> Iterator[str]:
        """Yield what differs from the case."""
        self.take(lambda: steps.start(self.spec, self.case["start"], now=self.now, event=self.trigger()))
        for number, step in enumerate(self.case["steps"]):
            for _ in range(step.get("repeat", 1)):
                if self.error is not None:
                    yield f"step {number}: {type(self.error).__name__}: {self.error}"
                if self.open() != step["open"]:
                    yield f"step {number}: open {self.open()}, expected {step['open']}"
                for node, lane in step.get("lanes", {}).items():
                    found = {task.lane for task in self.tasks.values() if task.node == node}
                    if found != {lane}:
                        yield f"step {number}: {node} is in {found}, expected {lane}"
                if wrong := self.do(step["do"]):
                    yield f"step {number}: {wrong}"
        yield from self.at_end(self.case["end"])

    def at_end(self, end: dict) -> Iterator[str]:
        if end["state"] == "error":
            if self.error is None:
                yield f"no error, but {self.status}"
            elif end.get("element") and not set(self.error.place.values()) & {*end["element"], end["element"]}:
                yield f"the error names {self.error.place}, not {end['element']}"
            return
        if self.error is not None:
            yield f"{type(self.error).__name__}: {self.error}"
            return
        if (self.status, self.open()) != (end["state"], end["open"]):
            yield f"at the end {self.status} with {self.open()}, expected {end['state']} with {end['open']}"
        variables = steps.visible(self.spec, self.state, None)
        for name, value in end["variables"].items():
            if name not in variables or variables[name] != value:
                yield f"{name} is {variables.get(name, 'absent')!r}, expected {value!r}"
        for name in end.get("absent", ()):
            if name in variables:
                yield f"{name} is there: {variables[name]!r}"

    def trigger(self) -> steps.StartEvent | None:
        given = self.case.get("trigger")
        if not given:
            return None
        name = "message" if "message" in given else "signal"
        return steps.StartEvent(name, given[name], given.get("payload", {}))

    def open(self) -> list[str]:
        return sorted(task.node for task in self.tasks.values())

    def do(self, do: dict) -> str | None:
        if "complete" in do:
            return self.complete(do["complete"], do.get("which", 0), do["set"])
        if "advance" in do:
            return self.advance(_seconds(do["advance"]))
        if "signal" in do:
            self.take(lambda: steps.deliver(self.spec, self.state, "signal", do["signal"], {}, now=self.now))
            return None
        if do["key"] != self.case["key"]:  # correlation by business key happens before a message gets here
            return None if do.get("undelivered") else "the message has another key"
        try:
            step = steps.deliver(self.spec, self.state, "message", do["message"], do["payload"], now=self.now)
        except errors.NobodyWaits:
            return None if do.get("undelivered") else f"nobody waits for {do['message']}"
        self.take(lambda: step)
        return "the message was delivered" if do.get("undelivered") else None

    def complete(self, node: str, which: int | dict, values: dict) -> str | None:
        found = [token for token, task in sorted(self.tasks.items()) if task.node == node]
        if isinstance(which, dict):
            seen = {token: steps.visible(self.spec, self.state, token) for token in found}
            found = [token for token in found if which.items() <= seen[token].items()]
            which = 0
        if len(found) <= which:
            return f"there is no {node} with {which}"
        self.take(lambda: steps.complete(self.spec, self.state, found[which], values, now=self.now))
        return None

    def advance(self, seconds: float) -> str | None:
        until = self.now + timedelta(seconds=seconds)
        while due := sorted((at, token) for token, at in self.timers.items() if at <= until):
            self.now, token = due[0]
            self.take(lambda token=token: steps.fire(self.spec, self.state, token, now=self.now))
            if self.error is not None:
                break
        self.now = until
        return None

    def take(self, step_of) -> None:
        try:
            step = step_of()
        except (errors.ExecutionError, errors.ExpressionError) as error:
            self.error = error
            return
        self.state, self.status = step.state, step.status
        for closed in step.closed:
            del self.tasks[closed.token]
        self.tasks |= {task.token: task for task in step.opened}
        for ended in step.ended:
            self.timers.pop(ended, None)
        self.timers |= {timer.token: timer.due for timer in step.timers}


def _seconds(text: str) -> float:
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
