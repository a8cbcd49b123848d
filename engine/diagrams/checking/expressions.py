"""Rules about expressions: FEEL that can be read, times that are times, and variables that somebody supplies."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine import errors
from engine.diagrams import model
from engine.diagrams.checking import timers
from engine.diagrams.checking.findings import Finding, Rule, Rules
from engine.diagrams.checking.scopes import Scope, scopes
from engine.expressions import inspection

# what the engine itself supplies inside loops and multi-instances (BPMN 2.0.2, tables 10.30 and 10.31)
_STANDARD = ("loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances")
_CAMUNDA = ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
_GIVEN = frozenset((*_STANDARD, *_CAMUNDA, "numberOfTerminatedInstances"))
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SHOWN = 80  # characters of an expression in a message

found = Rules(
    {
        "bad-expression": Rule(
            "error",
            "The expression “{text}” of {element} cannot be read at position {position}: {reason}",
            "Correct the expression: {text}",
        ),
        "doubtful-expression": Rule(
            "warning",
            "The expression “{text}” of {element}, position {position}: {reason}",
            "Look at the expression again: {text}",
        ),
        "foreign-expression": Rule(
            "error",
            "An expression of {element} is in another tool's language: {text}",
            "Write it in FEEL without ${{…}}. Plain comparisons are translated when a foreign diagram is imported.",
        ),
        "hidden-in-expression": Rule(
            "error",
            "An expression of {element} holds invisible characters, so it may not do what it shows.",
            "Type it again: {text}",
        ),
        "never-boolean": Rule(
            "error",
            "The condition of {element} is never true: it is {text}.",
            'Compare something, as in: status = "lengkap"',
        ),
        "bad-number": Rule(
            "error", "The number of instances of {element} is {text}.", "Give a whole number from 0, or a variable."
        ),
        "no-list": Rule(
            "error", "The collection of {element} is no list: {text}", "Give a list, or the variable that holds it."
        ),
        "no-date": Rule("error", "{element} needs a date or a duration, not {text}.", 'Write one, as in: @"P2D"'),
        "bad-time": Rule(
            "error",
            "{element} waits for {text}, which is no {kind}.",
            "Write ISO 8601, as in P2D (duration), 2026-11-22T08:00:00+08:00 (date) or R3/PT1H (cycle, not more often than once a second), a cron expression that some day meets, as in 0 8 * * 1-5 or @daily (cycle), or FEEL.",
        ),
        "no-time": Rule("error", "The timer of {element} has no time.", "Give a date, a duration or a cycle."),
        "nothing-known-yet": Rule(
            "error",
            "The timer of {element} reads {name}, but before a case begins there are no variables.",
            "Write the time itself, or make it of today() and now().",
        ),
        "foreign-script": Rule(
            "error",
            "The script of {element} is {language}; only FEEL assignments are run.",
            "Write lines as: name = FEEL",
        ),
        "no-script": Rule("error", "The script task {element} has no script.", "Write lines as: name = FEEL"),
        "bad-script": Rule(
            "error", "The script of {element} cannot be run at “{text}”: {reason}", "Write lines as: name = FEEL"
        ),
        "bad-name": Rule(
            "error",
            "{element} stores a value under {name}, which is no name for a variable: {reason}",
            "Use letters, digits and “_”, beginning with a letter, and no word of FEEL.",
        ),
        "reserved-name": Rule(
            "error",
            "An expression of {element} uses {name}; such names are nobody's variables.",
            "Correct the expression: {text}",
        ),
        "nobody-supplies": Rule(
            "warning",
            "“{text}” of {element} reads {name}, which no form and no script of this process supplies.",
            "Correct the name, or add a field of that key to a form; an unknown variable is null.",
        ),
    }
)


Wanted = Literal["anything", "boolean", "number", "list", "date"]


@dataclass(frozen=True, slots=True)
class _Use:
    """An expression where it is used: what it must give, and the id that findings name.

    ``foreign``: it also reads values from outside the process, by names that nobody here can know.
    """

    text: str
    wanted: Wanted
    element: str
    line: int
    foreign: bool = False


def check_process(process: model.Process, forms: Mapping[str, Collection[str]] | None) -> Iterator[Finding]:
    """Check every expression of a process; with ``forms`` also that somebody supplies its variables."""
    uses = [use for scope in scopes(process) for use in _uses(scope)]
    read: dict[str, _Use] = {}
    written: set[str] = set()
    for use in uses:
        yield from _expression(use, read)
    for node in process.nodes():
        yield from _timers(node, read, begins=node.kind == "startEvent" and node.id in process.body.nodes)
        if node.due_date and not timers.is_date(node.due_date) and not timers.is_duration(node.due_date):
            yield from _expression(_Use(node.due_date, "date", node.id, node.line), read)
        if node.kind == "scriptTask":
            yield from _script(node, read, written)
        for name in (*_stored(node), *_sent(node)):
            if problem := inspection.name_problem(name):
                yield found("bad-name", node.id, node.line, name=f"“{_short(name)}”", reason=problem.message)
    if forms is not None:
        yield from _supply(process, forms, read, written)


def _uses(scope: Scope) -> Iterator[_Use]:
    for flow in scope.body.flows.values():
        if flow.condition:
            yield _Use(flow.condition, "boolean", flow.id, flow.line)
    for node in scope.body.nodes.values():
        yield from _repetition(node)
        yield from _exchange(scope, node)
        for event in node.events:
            if event.kind == "conditional" and event.text:
                yield _Use(event.text, "boolean", node.id, event.line)


def _repetition(node: model.Node) -> Iterator[_Use]:
    multi, loop = node.multi, node.loop
    if multi and multi.collection:
        yield _Use(multi.collection, "list", node.id, multi.line)
    if multi and multi.cardinality:
        yield _Use(multi.cardinality, "number", node.id, multi.line)
    if multi and multi.completion:
        yield _Use(multi.completion, "boolean", node.id, multi.line)
    if loop and loop.condition:
        yield _Use(loop.condition, "boolean", node.id, loop.line)


def _exchange(scope: Scope, node: model.Node) -> Iterator[_Use]:
    """Give what is handed over a border, and the keys that messages are known by."""
    for mapped in node.inputs:
        if mapped.source != "*":
            yield _Use(mapped.source, "anything", node.id, mapped.line)
    for mapped in node.outputs:
        if mapped.source != "*":  # what a connector gives is read by names of its own
            yield _Use(mapped.source, "anything", node.id, mapped.line, foreign=node.topic is not None)
    if (key := node.properties.get("message.key")) is not None:
        begins = node.kind == "startEvent" and scope.owner is None  # there is no case yet, only the message
        yield _Use(key, "anything", node.id, node.line, foreign=begins)


def _stored(node: model.Node) -> Iterator[str]:
    """Give the names that a node stores values under, scripts aside."""
    if node.multi:
        yield from (
            each for each in (node.multi.element, node.multi.output_element, node.multi.output_collection) if each
        )
    given = node.inputs if node.kind == "callActivity" else ()
    yield from (mapped.target for mapped in (*given, *node.outputs) if mapped.target != "*")


def _sent(node: model.Node) -> tuple[str, ...]:
    """Give the names of a message's payload: variables of whoever gets it. A connector's inputs are no variables."""
    return () if node.kind in ("callActivity", "serviceTask") else tuple(mapped.target for mapped in node.inputs)


def _expression(use: _Use, read: dict[str, _Use]) -> Iterator[Finding]:
    """Check one FEEL expression and remember the variables that it reads."""
    text = _short(use.text)
    if "${" in use.text or "#{" in use.text:
        yield found("foreign-expression", use.element, use.line, text=text)
        return
    if _HIDDEN.search(use.text):
        yield found("hidden-in-expression", use.element, use.line, text=text)
        return
    looked = inspection.inspect(use.text)
    for problem in looked.problems:
        code = "bad-expression" if problem.severity == "error" else "doubtful-expression"
        yield found(code, use.element, use.line, position=problem.start + 1, reason=problem.message, text=text)
    for name in sorted(looked.names):
        if name.startswith("__"):
            yield found("reserved-name", use.element, use.line, name=name, text=text)
        elif not use.foreign:
            read.setdefault(name, use)
    if broken := _misfit(use, looked.kind):
        yield found(broken, use.element, use.line, text=text)


def _misfit(use: _Use, kind: str | None) -> str | None:
    """Give the code of the rule that a value of this kind breaks where it is used; what is unknown may fit."""
    if use.wanted == "anything" or (kind in (None, use.wanted) and use.text != "null"):
        negative = use.wanted == "number" and _NUMBER.fullmatch(use.text) and not use.text.isdigit()
        return "bad-number" if negative else None
    return {"boolean": "never-boolean", "number": "bad-number", "list": "no-list", "date": "no-date"}[use.wanted]


def _timers(node: model.Node, read: dict[str, _Use], *, begins: bool) -> Iterator[Finding]:
    """Check the times of a node; ``begins``: it begins a case, whose variables are not there yet."""
    for event in node.events:
        if event.kind != "timer":
            continue
        if not event.text or not event.timer:
            yield found("no-time", node.id, event.line)
            continue
        valid = {"date": timers.is_date, "duration": timers.is_duration, "cycle": timers.is_cycle}[event.timer]
        text = timers.literal(event.text) or event.text
        if valid(text):
            continue
        if text != event.text or timers.is_meant(text) or event.text[0].isdigit():
            yield found("bad-time", node.id, event.line, text=_short(event.text), kind=event.timer)
        else:
            yield from _expression(_Use(event.text, "date", node.id, event.line, foreign=begins), read)
            for name in sorted(inspection.inspect(event.text).names) if begins else ():
                yield found("nothing-known-yet", node.id, event.line, name=name)


def _script(node: model.Node, read: dict[str, _Use], written: set[str]) -> Iterator[Finding]:
    if node.script_language and node.script_language.lower() != "feel":
        yield found("foreign-script", node.id, node.line, language=node.script_language)
        return
    if not node.script:
        yield found("no-script", node.id, node.line)
        return
    if _HIDDEN.search(node.script):
        yield found("hidden-in-expression", node.id, node.line, text=_short(node.script))
        return
    try:
        lines = inspection.assignments(node.script)
    except errors.ExpressionError as error:
        text = _short(str(error.place.get("expression")))
        yield found("bad-script", node.id, node.line, text=text, reason=error.place.get("reason", ""))
        return
    for line in lines:
        yield from _expression(_Use(line.expression, "anything", node.id, node.line), read)
        written.add(line.name)


def _supply(
    process: model.Process, forms: Mapping[str, Collection[str]], read: Mapping[str, _Use], written: Collection[str]
) -> Iterator[Finding]:
    supplied = set(written) | _GIVEN
    from_outside = False
    for scope in scopes(process):
        supplied.update(scope.body.data)
        for node in scope.body.nodes.values():
            supplied.update(_stored(node))
            supplied.update(forms.get(node.form_key or "", ()))
            if any(mapped.source == "*" for mapped in node.outputs):
                return  # a called process may supply anything
            from_outside |= any(event.kind in ("message", "signal") for event in node.events)
    for name, use in read.items():
        if name not in supplied:
            finding = found("nobody-supplies", use.element, use.line, text=_short(use.text), name=name)
            yield finding.weighed("info") if from_outside else finding  # a message's payload may hold it


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHOWN else folded[: _SHOWN - 1] + "…"
