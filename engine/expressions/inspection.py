"""What can be said of an expression without running it: its variables, and what will not do what it seems to say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from engine import errors
from engine.expressions import backend, messages

Dialect = Literal["expression", "unary"]
Severity = Literal["error", "warning"]

_NAME = re.compile(r"[^\W\d]\w*")
_ASSIGNMENT = re.compile(r"([^\W\d]\w*)\s*=(?![=<>])\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding, with what to write instead where that is known.

    ``start`` and ``end`` are 0-based offsets; ``code`` is stable; ``message`` keeps its template and places for translation.
    """

    message: messages.Sentence
    start: int
    end: int
    severity: Severity
    code: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an expression reads.

    ``names`` are its free variables; ``maybe`` are names in a filter (``penerima[opd = kota]``) that are a variable only where
    the list's elements have no such entry; ``paths`` are dotted paths from a variable ("surat.asal", "penerima[].opd").
    ``clock``: it asks for the time. ``kind`` is what it gives, where its form tells: boolean, number, text, date (times and
    durations too), list, context, function. An expression with an error still tells what could be read.
    """

    problems: tuple[Problem, ...]
    names: frozenset[str]
    paths: frozenset[str]
    maybe: frozenset[str]
    clock: bool = False
    kind: str | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Give only the problems that stop the expression from being evaluated."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of a script: ``name = expression``; ``line`` is 1-based."""

    name: str
    expression: str
    line: int


@lru_cache(maxsize=1000)
def inspect(expression: str, dialect: Dialect = "expression") -> Inspection:
    """Look at an expression; every finding is in ``problems``, nothing is raised."""
    if len(expression) > backend.LONGEST:
        return _only("too-long", {"limit": str(backend.LONGEST)})
    try:
        found = backend.engine().inspect(dialect, expression)
    except backend.LimitMet:
        return _only("too-deep", {})
    except backend.Refusal as refusal:
        return _only("failed", {"reason": str(refusal)})
    return Inspection(
        problems=tuple(
            _problem(entry["code"], entry["place"], entry["start"], entry["end"], entry["severity"])
            for entry in found["problems"]
        ),
        names=frozenset(found["names"]),
        paths=frozenset(found["paths"]),
        maybe=frozenset(found["maybe"]) - frozenset(found["names"]),
        clock=found["clock"],
        kind=found["kind"],
    )


def name_problem(name: str) -> Problem | None:
    """Say why a variable cannot have this name: an expression that is only the name must read exactly that variable."""
    if name.startswith("__") or not _NAME.fullmatch(name):
        return _problem("name", {"name": name}, 0, len(name), "error")
    found = inspect(name)
    if found.names == {name} and not found.problems:
        return None
    return next(iter(found.problems), _problem("name", {"name": name}, 0, len(name), "error"))


def assignments(script: str) -> tuple[Assignment, ...]:
    """Read a script: one ``name = FEEL`` per line; an indented line continues the one before; ``//`` starts a comment line.

    Raises ExpressionError where a line is no assignment or its expression has an error.
    """
    found = []
    for line, text in _statements(script):
        parts = _ASSIGNMENT.fullmatch(text.strip())
        if parts is None:
            reason = messages.fill("no-assignment", {"line": str(line)})
            raise errors.ExpressionError(expression=text.strip(), position=0, reason=reason)
        name, expression = parts[1], parts[2].strip()
        problem = name_problem(name)
        if problem:
            raise errors.ExpressionError(expression=text.strip(), position=0, reason=problem.message)
        for problem in inspect(expression).errors:
            raise errors.ExpressionError(expression=expression, position=problem.start, reason=problem.message)
        found.append(Assignment(name, expression, line))
    return tuple(found)


def _statements(script: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for line, text in enumerate(script.splitlines(), start=1):
        if not text.strip() or text.lstrip().startswith("//"):
            continue
        if text[0].isspace() and found:
            first, before = found.pop()
            found.append((first, f"{before}\n{text}"))
        else:
            found.append((line, text))
    return found


def _problem(code: str, place: Mapping[str, str], start: int, end: int, severity: str) -> Problem:
    return Problem(messages.fill(code, place), start, end, cast("Severity", severity), code)


def _only(code: str, place: Mapping[str, str]) -> Inspection:
    return Inspection((_problem(code, place, 0, 0, "error"),), frozenset(), frozenset(), frozenset())
