"""Rules about expressions: FEEL that can be read, times that are times, and variables that somebody supplies."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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
_TEXT = re.compile(r'"[^"]*"')
_inspect = lru_cache(maxsize=2048)(inspection.inspect)  # the modeler checks the same diagram again and again
_SHOWN = 80  # characters of an expression in a message

found = Rules(
    {
        "bad-expression": Rule(
            "error",
            "{role} of {element} cannot be read at position {position}: {reason}",
            "Correct the expression: {text}",
        ),
        "doubtful-expression": Rule(
            "warning", "{role} of {element}, position {position}: {reason}", "Look at the expression again: {text}"
        ),
        "foreign-expression": Rule(
            "error",
            "{role} of {element} is in another tool's language: {text}",
            "Write it in FEEL without ${{…}}. Plain comparisons are translated when a foreign diagram is imported.",
        ),
        "hidden-in-expression": Rule(
            "error",
            "{role} of {element} holds invisible characters, so it may not do what it shows.",
            "Type it again: {text}",
        ),
        "never-boolean": Rule(
            "error", "{role} of {element} is never true: it is {text}.", "Compare something, as in: status = {text}"
        ),
        "bad-number": Rule("error", "{role} of {element} is {text}.", "Give a whole number from 0, or a variable."),
        "bad-time": Rule(
            "error",
            "{element} waits for {text}, which is no {kind}.",
            "Write ISO 8601, as in P2D (duration), 2026-11-22T08:00:00+08:00 (date) or R3/PT1H (cycle), or a FEEL expression.",
        ),
        "no-time": Rule("error", "The timer of {element} has no time.", "Give a date, a duration or a cycle."),
        "foreign-script": Rule(
            "error",
            "The script of {element} is {language}; only FEEL assignments are run.",
            "Write lines as: name = FEEL",
        ),
        "no-script": Rule("error", "The script task {element} has no script.", "Write lines as: name = FEEL"),
        "bad-script": Rule("error", "The script of {element} cannot be run: {reason}", "Write lines as: name = FEEL"),
        "bad-name": Rule(
            "error",
            "{element} stores a value under {name}, which is no name for a variable: {reason}",
            "Use letters, digits and “_”, beginning with a letter, and no word of FEEL.",
        ),
        "reserved-name": Rule(
            "error",
            "{role} of {element} uses {name}; such names are nobody's variables.",
            "Correct the expression: {text}",
        ),
        "nobody-supplies": Rule(
            "warning",
            "{role} of {element} reads {name}, which no form and no script of this process supplies.",
            "Correct the name, or add a field of that key to a form; an unknown variable is null.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Use:
    """An expression where it is used: ``role`` is what people call it, ``element`` the id that findings name."""

    text: str
    role: str
    element: str
    line: int


def check_process(process: model.Process, forms: Mapping[str, Collection[str]] | None) -> Iterator[Finding]:
    """Check every expression of a process; with ``forms`` also that somebody supplies its variables."""
    uses = [use for scope in scopes(process) for use in _uses(scope)]
    read: dict[str, _Use] = {}
    written: set[str] = set()
    for use in uses:
        yield from _expression(use, read)
    for node in process.nodes():
        yield from _timers(node, read)
        if node.due_date and not timers.is_date(node.due_date) and not timers.is_duration(node.due_date):
            yield from _expression(_Use(node.due_date, "The due date", node.id, node.line), read)
        if node.kind == "scriptTask":
            yield from _script(node, read, written)
        for name in _stored(node):
            if problem := inspection.name_problem(name):
                yield found("bad-name", node.id, node.line, name=f"“{_short(name)}”", reason=problem.message)
    if forms is not None:
        yield from _supply(process, forms, read, written)


def _uses(scope: Scope) -> Iterator[_Use]:
    for flow in scope.body.flows.values():
        if flow.condition:
            yield _Use(flow.condition, "The condition", flow.id, flow.line)
    for node in scope.body.nodes.values():
        if node.multi:
            for text, role in (
                (node.multi.collection, "The collection"),
                (node.multi.cardinality, "The number of instances"),
                (node.multi.completion, "The completion condition"),
            ):
                if text:
                    yield _Use(text, role, node.id, node.multi.line)
        if node.loop and node.loop.condition:
            yield _Use(node.loop.condition, "The loop condition", node.id, node.loop.line)
        for event in node.events:
            if event.kind == "conditional" and event.text:
                yield _Use(event.text, "The condition", node.id, event.line)
        for mapped in (*node.inputs, *node.outputs):
            if mapped.source != "*":
                yield _Use(mapped.source, "A mapping", node.id, mapped.line)


def _stored(node: model.Node) -> Iterator[str]:
    """Give the names that a node stores values under, scripts aside."""
    if node.multi:
        yield from (
            each for each in (node.multi.element, node.multi.output_element, node.multi.output_collection) if each
        )
    yield from (mapped.target for mapped in (*node.inputs, *node.outputs) if mapped.target != "*")


def _expression(use: _Use, read: dict[str, _Use]) -> Iterator[Finding]:
    """Check one FEEL expression and remember the variables that it reads."""
    place: dict[str, Any] = {"role": use.role, "text": _short(use.text)}
    if "${" in use.text or "#{" in use.text:
        yield found("foreign-expression", use.element, use.line, **place)
        return
    if _HIDDEN.search(use.text):
        yield found("hidden-in-expression", use.element, use.line, **place)
        return
    looked = _inspect(use.text)
    for problem in looked.problems:
        code = "bad-expression" if problem.severity == "error" else "doubtful-expression"
        yield found(code, use.element, use.line, position=problem.start + 1, reason=problem.message, **place)
    for name in sorted(looked.names):
        if name.startswith("__"):
            yield found("reserved-name", use.element, use.line, name=name, **place)
        else:
            read.setdefault(name, use)
    number, text = _NUMBER.fullmatch(use.text), _TEXT.fullmatch(use.text)
    if use.role.lower().endswith("condition") and (number or text or use.text == "null"):
        yield found("never-boolean", use.element, use.line, **place)
    if use.role == "The number of instances" and (
        text or use.text in ("null", "true", "false") or (number and not use.text.isdigit())
    ):
        yield found("bad-number", use.element, use.line, **place)


def _timers(node: model.Node, read: dict[str, _Use]) -> Iterator[Finding]:
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
        if text != event.text or timers.looks_iso(text) or event.text[0].isdigit() or _TEXT.fullmatch(text):
            yield found("bad-time", node.id, event.line, text=_short(event.text), kind=event.timer)
        else:
            yield from _expression(_Use(event.text, "The time", node.id, event.line), read)


def _script(node: model.Node, read: dict[str, _Use], written: set[str]) -> Iterator[Finding]:
    if node.script_language and node.script_language.lower() != "feel":
        yield found("foreign-script", node.id, node.line, language=node.script_language)
        return
    if not node.script:
        yield found("no-script", node.id, node.line)
        return
    if _HIDDEN.search(node.script):
        yield found("hidden-in-expression", node.id, node.line, role="The script", text=_short(node.script))
        return
    try:
        lines = inspection.assignments(node.script)
    except errors.ExpressionError as error:
        reason = error.place.get("reason", "")
        yield found("bad-script", node.id, node.line, reason=f"{_short(str(error.place.get('expression')))}: {reason}")
        return
    for line in lines:
        yield from _expression(_Use(line.expression, f"Line {line.line} of the script", node.id, node.line), read)
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
            finding = found("nobody-supplies", use.element, use.line, role=use.role, name=name)
            yield finding.weighed("info") if from_outside else finding  # a message's payload may hold it


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHOWN else folded[: _SHOWN - 1] + "…"
