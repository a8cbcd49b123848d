"""The one validation: what was sent, held against what the form asks, gives what is stored or what is wrong.

A form is settled answer by answer in the order that its conditions need, so that each condition sees only answers that are decided:
hidden answers are gone, read-only ones are what the server has, computed ones are computed here. The same settling says what a
page shows, so a page and its check never disagree.
"""

import contextlib
from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from engine.errors import ExpressionError, ExpressionLimit
from engine.expressions import feel
from engine.forms import model, values
from engine.forms.values import Message as Message  # noqa: PLC0414 validation speaks in messages
from engine.forms.values import Upload as Upload  # noqa: PLC0414

STORED_ROW: Final = "_row"
"""In a submitted row: the 0-based position that the row had in the stored list; absent or empty for a new row."""
PAGE_ROW: Final = "_at"
"""In a submitted row: the number that its controls had on the page, so that a page drawn anew keeps their names."""
_MAX_OPTIONS: Final = 2000


@dataclass(frozen=True, slots=True)
class Result:
    """``values`` to store, by variable; ``errors`` by field path (``penerima.0.jabatan``), empty where all is well."""

    values: dict[str, object]
    errors: dict[str, list[Message]]


@dataclass(frozen=True, slots=True)
class State:
    """How one answer stands: ``raw`` is what its control shows (as typed, else as stored), ``value`` what it came to."""

    hidden: bool = False
    readonly: bool = False
    raw: object = None
    value: object = None
    stored: object = None
    options: tuple[model.Option, ...] = ()
    rows: tuple["Sheet", ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form, or a row of a list, settled: ``states`` by field id, ``context`` is what FEEL sees at the end."""

    context: Mapping[str, object]
    states: dict[str, State] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    errors: dict[str, list[Message]] = field(default_factory=dict)
    number: int = 0
    stored_row: int | None = None


def validate(
    form: model.Form,
    submission: Mapping[str, object],
    *,
    variables: Mapping[str, object],
    today: date,
    zone: ZoneInfo,
) -> Result:
    """Hold a submission against a form.

    ``submission`` nests as the form's paths do; its values are raw texts of a browser or typed JSON values alike. Names that the
    form does not ask for are dropped. ``variables`` are what the task sees; they fill read-only fields and conditions.
    """
    sheet = settle(form, submission, variables=variables, today=today, zone=zone)
    return Result(sheet.values, sheet.errors)


def settle(
    form: model.Form,
    submission: Mapping[str, object],
    *,
    variables: Mapping[str, object],
    today: date,
    zone: ZoneInfo,
) -> Sheet:
    """Decide every answer of a form: shown or hidden, open or read-only, its choices, its value, its errors."""
    return _Settler(today, zone).scope(form.order, submission, variables, variables, {})


def initial(
    form: model.Form, variables: Mapping[str, object], *, now: datetime | None = None, person: str = ""
) -> dict[str, object]:
    """Give what a form starts with, nested like a submission: what is stored, else the form's defaults.

    ``now`` (aware, in the office's zone) is what fields start with that ask for today or now, ``person`` the name of who
    fills it in.
    """
    return _started(form.order, variables, now, person)


def _started(
    order: Sequence[model.Field], stored: Mapping[str, object], now: datetime | None, person: str
) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in order:
        value = at(stored, one.path)
        if one.kind in {"expression", "filepicker"}:
            continue
        if one.kind == "dynamiclist":
            rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else None
            value = (
                [{**_started(one.order, row, now, person), STORED_ROW: position} for position, row in enumerate(rows)]
                if rows is not None
                else [_started(one.order, {}, now, person) for _ in range(max(one.repetitions, one.min_rows))]
            )
        elif value is None or one.fresh:
            value = one.default
            wish = one.properties.get("default")
            if wish == "person":
                value = person[: one.max_length if isinstance(one.max_length, int) else None] or None
            elif now and wish:
                moment = now.replace(tzinfo=None, second=0, microsecond=0)
                value = {"date": moment.date(), "time": moment.time()}.get(one.subtype, moment)
        put(found, one.path, value)
    return found


def zone_of(now: datetime) -> ZoneInfo:
    """Give the zone of an aware moment as the office has it."""
    return now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else ZoneInfo("UTC")


def at(values_: object, path: model.Path) -> object:
    """Give what lies at a path, ``None`` where nothing does."""
    for step in path:
        if not isinstance(values_, Mapping):
            return None
        values_ = values_.get(step)
    return values_


def put(values_: MutableMapping[str, object], path: model.Path, value: object) -> None:
    """Put a value at a path; what stands in the way and is no object gives way."""
    for step in path[:-1]:
        below = values_.get(step)
        if not isinstance(below, dict):
            below = values_[step] = {}
        values_ = below
    values_[path[-1]] = value


def _drop(values_: object, path: model.Path) -> None:
    below = at(values_, path[:-1]) if path[:-1] else values_
    if isinstance(below, dict):
        below.pop(path[-1], None)


def _copied(value: object) -> object:
    """Copy the objects of a stored value, so that answers can be put into them."""
    return {name: _copied(below) for name, below in value.items()} if isinstance(value, Mapping) else value


class _Settler:
    """Settles scopes: the form, and inside it each row of each list."""

    def __init__(self, today: date, zone: ZoneInfo) -> None:
        self.today = today
        self.zone = zone
        self.now = datetime.combine(today, time(), zone)
        # An expression that met a limit once is not asked again for every row.
        self.broken: set[str] = set()

    def scope(
        self,
        order: Sequence[model.Field],
        submitted: Mapping[str, object],
        stored: Mapping[str, object],
        outer: Mapping[str, object],
        around: Mapping[str, object],
    ) -> Sheet:
        # What a form supplies hides what is stored under the same name, else an emptied answer would show the old one.
        seen = {one.path[0]: _copied(stored.get(one.path[0])) if len(one.path) > 1 else None for one in order}
        for one in order:
            put(seen, one.path, None)
        sheet = Sheet(ChainMap(seen, {"this": seen, **around}, dict(outer)))
        kept: dict[str, object] = {}
        for one in order:
            state = self.state(one, submitted, stored, sheet)
            sheet.states[one.id] = state
            top = one.path[0]
            if state.hidden:
                continue
            put(seen, one.path, state.value)
            if not one.disabled:
                if len(one.path) > 1 and top not in kept:
                    kept[top] = _copied(stored.get(top))
                put(kept, one.path, state.value)
        for one in order:
            if sheet.states[one.id].hidden and one.path[0] in kept:
                _drop(kept, one.path)
        sheet.values.update(kept)
        return sheet

    def state(
        self, one: model.Field, submitted: Mapping[str, object], stored: Mapping[str, object], sheet: Sheet
    ) -> State:
        context = sheet.context
        raw, old = at(submitted, one.path), at(stored, one.path)
        if any(self.feel(hide, context) is True for hide in one.hides):
            return State(hidden=True, raw=raw, stored=old)
        if one.kind == "expression":
            return State(readonly=True, value=self.feel(one.expression, context), stored=old)
        if one.kind == "dynamiclist":
            return self.rows(one, raw, old, sheet)
        closed = one.disabled or one.readonly is True or self.feel(one.readonly, context) is True
        options = self.options(one, context)
        if closed:
            value = one.default if old is None else old
            return State(readonly=True, raw=value, value=value, stored=old, options=options)
        asked = values.Asked(self.today, self.zone, options, lambda bound: self.limit(bound, context))
        value = None
        # Whether it is to be answered at all is open while the answer that decides it is wrong: one complaint is enough.
        wrong = [tuple(name.split(".")) for name in sheet.errors]
        undecided = any(model.meet(path, name) for hide in one.hides for path in hide.reads for name in wrong)
        if undecided and values.empty(raw):
            return State(raw=raw, stored=old, options=options)
        try:
            value = self.answer(one, raw, old, asked)
        except values.Unfit as unfit:
            sheet.errors[one.name] = [unfit.message]
        return State(raw=raw, value=value, stored=old, options=options)

    def answer(self, one: model.Field, raw: object, old: object, asked: values.Asked) -> object:
        if one.options_from and one.options_from.text in self.broken:
            raise values.Unfit("The choices could not be worked out; tell whoever looks after this form.")
        if one.kind == "filepicker" and values.empty(raw):
            raw_is_kept = isinstance(old, list) and bool(old)
            if raw_is_kept or not one.required:
                return old if raw_is_kept else None
        if one.kind == "checkbox":
            ticked = not values.empty(raw) and values.coerce(one, raw, asked)
            if one.required and not ticked:
                raise values.Unfit("Tick this box to go on.")
            return ticked
        value = None if values.empty(raw) else values.coerce(one, raw, asked)
        if value is None or value == []:
            if one.required:
                raise values.Unfit(_REQUIRED.get(one.kind, _FILL).id)
            return [] if one.many else None
        return value

    def rows(self, one: model.Field, raw: object, old: object, sheet: Sheet) -> State:
        """Settle a list: each row is a scope of its own that sees the answers around it."""
        problems = sheet.errors
        sent = [] if values.empty(raw) else raw
        if not isinstance(sent, list | tuple):
            problems[one.name] = [Message("This must be a list of rows.")]
            sent = []
        before = [row for row in old if isinstance(row, Mapping)] if isinstance(old, list) else []
        expected = len(before) or max(one.repetitions, one.min_rows)
        if len(sent) > one.max_rows:
            problems[one.name] = [
                Message("At most {max} rows fit; there are {count}.", {"max": one.max_rows, "count": len(sent)})
            ]
        elif one.fixed and len(sent) != expected:
            problems[one.name] = [Message("Rows can be neither added nor removed here.")]
        elif len(sent) < one.min_rows and one.name not in problems:
            problems[one.name] = [Message("Add rows: at least {min} are needed.", {"min": one.min_rows})]
        marked = any(isinstance(row, Mapping) and STORED_ROW in row for row in sent)
        left = dict(enumerate(before))
        around = dict(sheet.context)
        rows: list[Sheet] = []
        for position, row in enumerate(sent[: one.max_rows]):
            if not isinstance(row, Mapping):
                problems[f"{one.name}.{position}"] = [Message("This must be a row.")]
                row = {}  # noqa: PLW2901 settled as an empty one
            origin = _whole(row.get(STORED_ROW)) if marked else position
            stored = left.pop(origin, None) if origin is not None else None
            inner = self.scope(one.order, row, stored or {}, around, {"parent": around, "i": position + 1})
            for name, messages in inner.errors.items():
                problems[f"{one.name}.{position}.{name}"] = messages
            others = {name: value for name, value in (stored or {}).items() if name not in _tops(one)}
            number = _whole(row.get(PAGE_ROW))
            rows.append(
                Sheet(
                    inner.context,
                    inner.states,
                    {**others, **inner.values},
                    inner.errors,
                    position if number is None else number,
                    origin if stored is not None else None,
                )
            )
        return State(raw=raw, value=[row.values for row in rows], stored=old, rows=tuple(rows))

    def feel(self, expression: object, context: Mapping[str, object]) -> object:
        """Evaluate; what cannot be evaluated is null, as everywhere in FEEL."""
        if not isinstance(expression, model.Expression) or expression.text in self.broken:
            return None
        try:
            return feel.evaluate(expression.text, context, now=self.now)
        except ExpressionLimit:
            self.broken.add(expression.text)
        except ExpressionError:
            pass
        return None

    def limit(self, bound: model.Bound, context: Mapping[str, object]) -> Decimal | None:
        if isinstance(bound, model.Expression):
            return values.decimal(self.feel(bound, context))
        return None if bound is None else Decimal(bound)

    def options(self, one: model.Field, context: Mapping[str, object]) -> tuple[model.Option, ...]:
        """Give a field's choices; a variable's or FEEL's are scalars or ``{label, value}`` (form-js: options source)."""
        if one.options_from is None:
            return one.options
        found = self.feel(one.options_from, context)
        options: dict[str, model.Option] = {}
        for each in found[:_MAX_OPTIONS] if isinstance(found, list) else ():
            value, label = (each.get("value"), each.get("label")) if isinstance(each, dict) else (each, None)
            if isinstance(value, str | int | float) and value != "":
                options.setdefault(values.wire(value), model.Option(value, str(label or values.wire(value))))
        return tuple(options.values())


_FILL: Final = Message("Fill this in.")
_REQUIRED: Final = {
    "radio": Message("Choose one of these."),
    "select": Message("Choose one of these."),
    "checklist": Message("Choose at least one of these."),
    "taglist": Message("Choose at least one of these."),
    "filepicker": Message("Choose a file."),
}


def _tops(one: model.Field) -> set[str]:
    return {inner.path[0] for inner in one.order}


def _whole(value: object) -> int | None:
    """Read a small position."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        with contextlib.suppress(ValueError):
            return int(value[:9])
    return None


def hidden(one: model.Field, context: Mapping[str, object], *, now: datetime) -> bool:
    """Say whether a component that asks for nothing (a group, a text) is hidden."""
    for hide in one.hides:
        with contextlib.suppress(ExpressionError):
            if feel.evaluate(hide.text, context, now=now) is True:
                return True
    return False


def fill(text: str, context: Mapping[str, object], *, now: datetime, quote: Callable[[str], str] = str) -> str:
    """Put the values of its ``{{FEEL}}`` inserts into a text, each ``quote``d as the text needs."""

    def value(insert: str) -> str:
        try:
            found = feel.evaluate(insert, context, now=now)
        except ExpressionError:
            return ""
        each = found if isinstance(found, list) else [found]
        plain = (one for one in each if one is not None and not isinstance(one, dict))
        return quote(", ".join(values.shown(one) for one in plain))

    return model.TEMPLATE.sub(lambda match: value(match[1].strip()), text)
