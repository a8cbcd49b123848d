"""What a check says: findings, and the rules that they come from.

A rule's texts are English templates (``{places}`` as in :mod:`engine.errors`) and message ids of the web's catalogues;
a finding carries them filled, and ``place`` to fill a translation of :attr:`Finding.template`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from engine.diagrams import model

Severity = Literal["error", "warning", "info"]
_MOST = 8  # names in one message


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how grave it is to break it, what to say, and the way out."""

    severity: Severity
    template: str
    hint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about a diagram before it is deployed.

    ``code`` is stable kebab-case. ``element`` is the id of the node, flow, lane or process concerned, ``line`` its line in
    the file (0: unknown). Errors stop a deployment. ``template`` and ``hint_template`` are ``message`` and ``hint``
    before ``place`` was filled in.
    """

    severity: Severity
    code: str
    message: str
    element: str | None = None
    line: int = 0
    hint: str = ""
    place: Mapping[str, object] = field(default_factory=dict)
    template: str = ""
    hint_template: str = ""

    def weighed(self, severity: Severity) -> "Finding":
        """Give the finding with another severity than its rule's."""
        return replace(self, severity=severity)

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.severity}: {self.message} ({self.code})"


class Rules:
    """The rules of one idea; calling it with a code makes a finding."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = rules

    def __call__(self, code: str, element: str | None, line: int = 0, /, **place: object) -> Finding:
        """Make a finding; ``place`` fills the templates."""
        rule = self.rules[code]
        filled = {"element": element or "", **place}
        return Finding(
            rule.severity,
            code,
            rule.template.format_map(filled),
            element,
            line,
            rule.hint.format_map(filled),
            filled,
            rule.template,
            rule.hint,
        )


def label(node: model.Node) -> str:
    """Give what people know a node by: its name and id."""
    return f"“{node.name}” ({node.id})" if node.name else node.id


def several(names: Iterable[str]) -> str:
    """Give a list of names as a message holds it: the first few."""
    found = list(islice(names, _MOST + 1))
    return ", ".join(found[:_MOST]) + (" …" if len(found) > _MOST else "")
