"""Answers for task forms when nobody sits at the screen: from a file, or made up from the form so that the process ends."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine import errors
from engine.diagrams import model as diagrams
from engine.forms import model, validation

ROWS = 2
"""So many rows a made-up list has where its form does not say."""
_ROUNDS = 24
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
        return _Maker(question, question.form, self._compared, visit).make()


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


class _Maker:
    """Makes one submission: guesses, asks the form's own validation, and guesses again where it says no."""

    def __init__(self, question: Question, form: model.Form, compared: Mapping[str, list[str]], visit: int) -> None:
        self.question, self.form, self.compared, self.visit = question, form, compared, visit
        self.today = question.now.date()
        self.tries: Counter[str] = Counter()
        self.guessed: set[str] = set()

    def make(self) -> dict[str, Any]:
        start = validation.initial(self.form, self.question.variables, now=self.question.now)
        made: dict[str, Any] = {}
        for _ in range(_ROUNDS):
            sheet = validation.settle(
                self.form, made, variables=self.question.variables, today=self.today, zone=self.question.zone
            )
            before = json.dumps(made, default=str)
            self.tries.update(self.guessed & sheet.errors.keys())
            self.guessed.clear()
            made = self.scope(self.form.order, sheet, start, "", 0)
            if not sheet.errors and json.dumps(made, default=str) == before:
                return made
        raise errors.FormInvalid(sheet.errors)

    def scope(
        self, order: Sequence[model.Field], sheet: validation.Sheet | None, start: object, prefix: str, row: int
    ) -> dict[str, Any]:
        """Guess every open answer of the form, or of a list's row."""
        made: dict[str, Any] = {}
        stride = 1
        for one in order:
            state = sheet.states.get(one.id) if sheet is not None else None
            if one.kind == "expression" or (state is not None and (state.hidden or state.readonly)):
                continue
            stored = validation.at(start, one.path)
            if one.kind == "dynamiclist":
                validation.put(made, one.path, self.rows(one, state, stored, f"{prefix}{one.name}."))
                continue
            choices, rotating = self.candidates(one, state, stored)
            turn = self.visit // stride + row if rotating else 0
            path = f"{prefix}{one.name}"
            self.guessed.add(path)
            validation.put(made, one.path, choices[(turn + self.tries[path]) % len(choices)])
            stride *= len(choices) if rotating else 1
        return made

    def rows(
        self, one: model.Field, state: validation.State | None, stored: object, prefix: str
    ) -> list[dict[str, Any]]:
        """Guess a list: the rows that there are, else a few, no two of which choose alike."""
        kept = [each for each in stored if isinstance(each, Mapping)] if isinstance(stored, list) else []
        filled = [each for each in kept if validation.STORED_ROW in each]
        count = len(kept) if one.fixed or filled else min(max(ROWS, one.min_rows), one.max_rows)
        sheets = state.rows if state is not None else ()
        return [
            {
                **(filled[row] if row < len(filled) else {}),
                **self.scope(
                    one.order,
                    sheets[row] if row < len(sheets) else None,
                    kept[row] if row < len(kept) else {},
                    f"{prefix}{row}.",
                    row,
                ),
            }
            for row in range(count)
        ]

    def candidates(self, one: model.Field, state: validation.State | None, stored: object) -> tuple[list[Any], bool]:
        """Give what may be answered, the likeliest first, and whether another visit should answer differently."""
        options = [each.value for each in (state.options if state is not None and state.options else one.options)]
        compared = self.compared.get(one.path[-1], [])
        if one.kind in {"radio", "select"}:
            first = [one.default] if one.default in options else []
            return [*first, *(each for each in options if each not in first)] or [None], True
        if one.many:
            return [[each] for each in options] or [[]], True
        if one.kind == "checkbox":
            return ([True] if one.required else [True, False]), True
        if one.kind == "filepicker":
            return [[f"contoh{suffix}"] for suffix in (*one.accept, ".pdf") if suffix.startswith(".")], False
        if one.kind == "number":
            return self.numbers(one, stored, compared), bool(compared)
        if one.kind == "datetime":
            return [*([stored] if stored else []), *_moments(one, self.today)], False
        known: list[Any] = [stored] if stored else [] if one.required else [""]
        return [*known, *_texts(one), *compared], bool(compared)

    def numbers(self, one: model.Field, stored: object, compared: Sequence[str]) -> list[Any]:
        bounds = [each for each in (one.minimum, one.maximum) if isinstance(each, int | Decimal)]
        plain = [str(each) for each in (*bounds[:1], 1, 2, 10, 100, 1000, *bounds[1:], 0) if each not in (None, "")]
        known = [stored] if stored is not None else []
        return [*known, *(each for each in plain[:1]), *(each for each in compared if _is_number(each)), *plain[1:]]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _texts(one: model.Field) -> Iterator[str]:
    if one.format:
        yield {"email": "pegawai@contoh.go.id", "phone": "+6281234567890"}.get(one.format, "")
    if one.pattern is not None:
        yield one.pattern.example()
    longest = one.max_length if isinstance(one.max_length, int) else 200
    shortest = one.min_length if isinstance(one.min_length, int) else 0
    text = f"{model.TEMPLATE.sub('', one.label).strip() or one.path[-1]} (contoh)"
    yield text.ljust(shortest, ".")[:longest]
    for length in dict.fromkeys((shortest or 1, 16, 18, longest)):
        yield ("1234567890" * (length // 10 + 1))[:length]


def _moments(one: model.Field, today: date) -> Iterator[str]:
    for days in (0, 1, 7, -1, -7):
        day = (today + timedelta(days)).isoformat()
        yield {"date": day, "time": "08:00"}.get(one.subtype, f"{day}T08:00")
