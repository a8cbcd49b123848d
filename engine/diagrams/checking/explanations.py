"""Warnings that the diagram itself explains: the property ``check.CODE`` of an element says why its warning may stand.

An explained warning stays a finding, but of the severity ``info``, with the reason in place of the way out. Errors cannot be
explained.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from engine.diagrams import model
from engine.diagrams.checking.findings import Finding, Rule, Rules

PREFIX: Final = "check."
MESSAGES: Final = {"explained": "Explained in the diagram: {reason}"}
"""What stands in the place of an explained warning's way out."""

found = Rules(
    {
        "empty-explanation": Rule(
            "warning",
            "{element} explains the warning {code}, but gives no reason.",
            "Write the reason as the value of {property}.",
        ),
        "idle-explanation": Rule(
            "info", "{element} explains the warning {code}, which there is not.", "Delete the property {property}."
        ),
    }
)


def explain(diagram: model.Diagram, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give the findings, explained warnings as ``info``, and what is wrong with the explanations themselves."""
    reasons = {(element, code): text for element, code, text, _ in _explanations(diagram)}
    used = set()
    for each in findings:
        place = (each.element or diagram.main, each.code)
        if each.severity == "warning" and (reason := reasons.get(place)):
            used.add(place)
            yield _explained(each, reason)
        else:
            yield each
    for element, code, text, line in _explanations(diagram):
        rule = "empty-explanation" if not text else "idle-explanation" if (element, code) not in used else None
        if rule:
            yield found(rule, element, line, code=code[:80], property=f"{PREFIX}{code}"[:100])


def _explained(finding: Finding, reason: str) -> Finding:
    place = {**finding.place, "reason": reason}
    template = MESSAGES["explained"]
    return replace(finding, severity="info", hint=template.format_map(place), hint_template=template, place=place)


def _explanations(diagram: model.Diagram) -> Iterator[tuple[str, str, str, int]]:
    """Give element, rule, reason and line of every explanation."""
    for process in diagram.processes.values():
        yield from _of(process.id, process.properties, process.line)
        for node in process.nodes():
            yield from _of(node.id, node.properties, node.line)


def _of(element: str, properties: Mapping[str, str], line: int) -> Iterator[tuple[str, str, str, int]]:
    for name, value in properties.items():
        if name.startswith(PREFIX):
            yield element, name.removeprefix(PREFIX), value.strip(), line
