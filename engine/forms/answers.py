"""Answers made from the form itself, so that a process can be run through before anybody works with it."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine import errors
from engine.forms import model, validation, values

ROWS: Final = 2
"""So many rows a made-up list has where its form does not say."""
_ROUNDS: Final = 24
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def plausible(
    form: model.Form,
    variables: Mapping[str, object],
    *,
    now: datetime,
    turn: int = 0,
    compared: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Give a submission that the form accepts; what is stored already stays.

    Of several choices the first is taken, on the next ``turn`` (0, 1, 2 ...) the next, so that a loop in a process ends.
    ``compared`` are texts and numbers by field name that the process looks for: they are tried too. ``now`` is aware, in
    the office's zone.

    Raises:
        errors.FormInvalid: no valid answers were found; it names the fields.

    """
    return _Maker(form, variables, now, turn, compared or {}).make()


class _Maker:
    """Makes one submission: guesses, asks the form's own validation, and guesses again where it says no."""

    def __init__(
        self,
        form: model.Form,
        variables: Mapping[str, object],
        now: datetime,
        turn: int,
        compared: Mapping[str, Sequence[str]],
    ) -> None:
        self.form, self.variables, self.now, self.turn, self.compared = form, variables, now, turn, compared
        self.today = now.date()
        self.tries: Counter[str] = Counter()
        self.guessed: set[str] = set()

    def make(self) -> dict[str, Any]:
        start = validation.initial(self.form, self.variables, now=self.now)
        zone = validation.zone_of(self.now)
        made: dict[str, Any] = {}
        for _ in range(_ROUNDS):
            sheet = validation.settle(self.form, made, variables=self.variables, today=self.today, zone=zone)
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
            turn = self.turn // stride + row if rotating else 0
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
            kinds = [kind for kind in (*one.accept, ".pdf") if kind.startswith(".")]
            return [*([] if one.required else [None]), *(values.Upload(f"contoh{kind}") for kind in kinds)], False
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
