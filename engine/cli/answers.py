"""Answers for task forms when nobody sits at the screen: from a file, or made up from the form so that the process ends."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine import errors
from engine.diagrams import model as diagrams
from engine.forms import answers as made_up
from engine.forms import model, validation

_WORD = re.compile(r"[^\W\d]\w*")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w\"])")


@dataclass(frozen=True, slots=True)
class Question:
    """A task that wants an answer. ``item`` tells the tasks of a multi-instance apart; ``variables`` is what it sees."""

    node: str
    item: str
    form: model.Form | None
    variables: Mapping[str, object]
    now: datetime
    """Aware, in the office's zone."""

    @property
    def zone(self) -> ZoneInfo:
        """Give the office's zone."""
        assert isinstance(self.now.tzinfo, ZoneInfo)  # noqa: S101  # for the type checker
        return self.now.tzinfo


class Source(Protocol):
    """Where answers come from."""

    def answer(self, question: Question) -> dict[str, Any]:
        """Give a submission for a question's form."""


# From a file ---------------------------------------------------------------------------------------------------------


@dataclass
class Given:
    """Answers written down: task id -> values for one visit after the other; the last ones repeat.

    What is not written down, a task or a single answer, is asked of ``otherwise``.
    """

    answers: Mapping[str, list[dict[str, Any]]]
    otherwise: Source
    _visits: Counter[str] = field(default_factory=Counter)

    def answer(self, question: Question) -> dict[str, Any]:
        """Give what is written down, on top of what else there is."""
        rest = self.otherwise.answer(question)
        written = self.answers.get(question.node)
        if written is None:
            return rest
        visit = self._visits[question.node]
        self._visits[question.node] += 1
        return _merged(rest, written[min(visit, len(written) - 1)])


def _merged(rest: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one object over another; lists are replaced whole."""
    merged = {**rest, **written}
    for name, value in written.items():
        below = rest.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[name] = _merged(below, value)
    return merged


class Initial:
    """The answers that a form starts with: what is stored already, else its defaults."""

    def answer(self, question: Question) -> dict[str, Any]:
        """Give the form as it is when it opens."""
        if question.form is None:
            return {}
        return validation.initial(question.form, question.variables, now=question.now)


def read(path: Path, otherwise: Source) -> Given:
    """Read a JSON file of answers. Raises :class:`errors.InputError`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise errors.InputError(reason=f"{path}: {error}") from None
    return given(found, otherwise, str(path))


def given(found: object, otherwise: Source, place: str) -> Given:
    """Take answers as they were written: task id -> values, or a list of values. Raises :class:`errors.InputError`."""
    if not isinstance(found, dict):
        raise errors.InputError(reason=f"{place}: it must be an object of task ids")
    written = {node: values if isinstance(values, list) else [values] for node, values in found.items()}
    for node, values in written.items():
        if not values or not all(isinstance(each, dict) for each in values):
            raise errors.InputError(reason=f"{place}: {node} must have an object of values, or a list of such objects")
    return Given(written, otherwise)


# Made up -------------------------------------------------------------------------------------------------------------


class Auto:
    """Plausible answers. At each visit of a task the choices rotate, so that a loop that waits for one of them ends.

    ``diagram`` tells what its conditions compare variables with: those values are tried too.
    """

    def __init__(self, diagram: diagrams.Diagram) -> None:
        self._compared = compared(diagram)
        self._visits: Counter[tuple[str, str]] = Counter()

    def answer(self, question: Question) -> dict[str, Any]:
        """Make a submission that the form accepts. Raises :class:`errors.FormInvalid` where none was found."""
        visit = self._visits[question.node, question.item]
        self._visits[question.node, question.item] += 1
        if question.form is None:
            return {}
        return made_up.plausible(
            question.form, question.variables, now=question.now, turn=visit, compared=self._compared
        )


def compared(diagram: diagrams.Diagram) -> dict[str, list[str]]:
    """Give the texts and numbers that conditions mention together with a name, in the diagram's order."""
    found: dict[str, list[str]] = defaultdict(list)
    for condition in _conditions(diagram):
        texts = _TEXT.findall(condition)
        bare = _TEXT.sub('""', condition)
        numbers = [near for each in _NUMBER.findall(bare) for near in _around(each)]
        for name in _WORD.findall(bare):
            found[name] += [each for each in [*texts, *numbers] if each not in found[name]]
    return found


def _around(number: str) -> tuple[str, str, str]:
    return number, str(Decimal(number) + 1), str(Decimal(number) - 1)


def _conditions(diagram: diagrams.Diagram) -> Iterator[str]:
    for process in diagram.processes.values():
        bodies = [process.body, *(node.body for node in process.nodes() if node.body is not None)]
        yield from (flow.condition for body in bodies for flow in body.flows.values() if flow.condition)
        for node in process.nodes():
            yield from (
                text for text in (node.multi and node.multi.completion, node.loop and node.loop.condition) if text
            )
