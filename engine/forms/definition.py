"""Camunda Forms JSON (form-js, schema versions 1 to 19) read into :mod:`engine.forms.model`.

Everything that a form says is checked here, once, when it is deployed: types, sizes, names, patterns, FEEL. What Lajur does not
show (pictures, tables, frames) is refused rather than skipped, so that no field is ever lost in silence.

Lajur's own additions live in a component's ``properties`` (texts, which Camunda Modeler and form-js keep): ``label.en``,
``description.en``, ``text.en``, ``option.VALUE.en`` and so on for translations, ``placeholder``, ``default`` (``today`` or
``now`` of a date, ``person`` of a text: who is signed in), ``fresh`` (``yes``: asked anew each time, whatever was answered
before), and for lists ``minRows`` and ``maxRows``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.expressions import patterns
from engine.forms import model, sources
from engine.forms.model import Field as Field  # noqa: PLC0414 the model's names are read here too
from engine.forms.model import Form as Form  # noqa: PLC0414

NEWEST_SCHEMA: Final = 19
MAX_COMPONENTS: Final = 500
MAX_DEPTH: Final = 8
MAX_OPTIONS: Final = 500
MAX_NUMBER: Final = 10**15
_MAX_COLUMNS: Final = 16
_MAX_DIGITS: Final = 12
_MAX_MINUTES: Final = 24 * 60
_MAX_NAMED: Final = 200

_ROW = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_CHOICES = frozenset({"radio", "select", "checklist", "taglist"})
_ENTERED = _CHOICES | {"textfield", "textarea", "number", "datetime", "checkbox", "filepicker"}
_CONTAINERS = frozenset({"group", "dynamiclist"})
_SHOWN = frozenset({"text", "html", "separator", "spacer"})
_KINDS = _ENTERED | _CONTAINERS | _SHOWN | {"expression"}
_ALIASES = {"file": "filepicker"}
_IGNORED = frozenset({"button"})
_REFUSED = {
    "iframe": "other pages are not shown inside a form",
    "image": "pictures are not shown in a form; say it as text",
    "table": "tables are not shown in a form; use a dynamic list or a text",
    "documentPreview": "documents are not shown in a form",
}
_STARTS = {"datetime": ("today", "now"), "textfield": ("person",)}
_VALIDATE = frozenset({
    "required", "minLength", "maxLength", "pattern", "patternErrorMessage", "min", "max", "validationType",
})  # fmt: skip


def read(source: bytes, *, key: str | None = None) -> Form:
    """Read a form; ``key`` is its file's name without ``.form``, else the id inside counts.

    Raises:
        FormUnreadable: ``reason`` says what is wrong, ``path`` where, ``field`` is the key of the field or ``None``.

    """
    data = sources.parse(source, key or "?")
    named = data.get("id")
    top = sources.Part(data, key or (named[:100] if isinstance(named, str) else "?"))
    top.check(skip="components")
    name = top.text("id", key or "")
    if not _ID.fullmatch(name):
        raise top.wrong("a form's id is letters, digits, - and _", "id")
    top.choice("type", frozenset({"default"}), "default")
    top.integer("schemaVersion", 1, NEWEST_SCHEMA)
    if not isinstance(data.get("components"), list):
        raise top.wrong("the list of components is missing", "components")
    scope = _Scope()
    fields = _Reader(top.form).components(top, scope, _Place())
    order = scope.ordered(top)
    supplied = frozenset(one.path[0] for one in order)
    used = frozenset(path for one in fields for path in model.used(one) if path[0] not in supplied)
    watched = frozenset(path for one in model.walk(fields) for path in model.read_by(one))
    return Form(top.form, fields, order, supplied, used, watched)


# Components -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scope:
    """The answers of a form or of a list's row: what has been named in it so far."""

    units: list[Field] = field(default_factory=list)
    taken: dict[model.Path, bool] = field(default_factory=dict)

    def claim(self, part: sources.Part, one: Field) -> None:
        """Take a path for one answer; no other may take it, nor lie above or below it."""
        above = [one.path[:size] for size in range(1, len(one.path))]
        if one.path in self.taken or any(self.taken.get(path) for path in above):
            raise part.wrong(f"two fields answer for {one.name}")
        self.taken |= dict.fromkeys(above, False) | {one.path: True}
        self.units.append(one)

    def ordered(self, part: sources.Part) -> tuple[Field, ...]:
        """Put the answers in the order that their conditions need."""
        try:
            return model.ordered(self.units)
        except model.CircleError as error:
            one = sources.Part({}, part.form, str(error).split(" ")[0])
            raise one.wrong(f"conditions go in a circle: {error}", "conditional") from error


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a component stands: the path prefix, the conditions of the groups around it, its depth, its list's name."""

    prefix: model.Path = ()
    hides: tuple[model.Expression, ...] = ()
    depth: int = 0
    named: str = ""


class _Reader:
    """Reads the components of one form; remembers what must be unique in it."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.count = 0
        self.ids: set[str] = set()

    def components(self, part: sources.Part, scope: _Scope, place: _Place) -> tuple[Field, ...]:
        if place.depth > MAX_DEPTH:
            raise part.wrong(f"groups are nested deeper than {MAX_DEPTH}")
        found = (self.component(inner, scope, place) for inner in part.parts("components"))
        return tuple(one for one in found if one)

    def component(self, bare: sources.Part, scope: _Scope, place: _Place) -> Field | None:
        named = bare.data.get("key", bare.data.get("path"))
        full = ".".join(step for step in (place.named, named) if step) if isinstance(named, str) else place.named
        part = sources.Part(bare.data, self.key, full[:_MAX_NAMED] or None, bare.at)
        part.check(skip="components")
        self.count += 1
        if self.count > MAX_COMPONENTS:
            raise part.wrong(f"a form has at most {MAX_COMPONENTS} components")
        kind = part.text("type")
        kind = _ALIASES.get(kind, kind)
        if kind in _IGNORED:
            return None
        if kind in _REFUSED:
            raise part.wrong(f'"{kind}" is not supported: {_REFUSED[kind]}', "type")
        if kind not in _KINDS:
            raise part.wrong(f'"{kind}" is no known type of component', "type")
        common: dict[str, Any] = {"kind": kind, "id": self.id(part), "path": self.path(part, kind, place)}
        common |= _texts(part) | _layout(part) | {"hides": (*place.hides, *_hide(part))}
        if kind in _CONTAINERS:
            return self.container(part, scope, place, common)
        if kind in _SHOWN:
            return Field(**common)
        if kind == "expression":
            part.choice("computeOn", frozenset({"change", "presubmit"}), "change")
            one = Field(**common, expression=part.feel("expression"))
            if not one.expression:
                raise part.wrong("the expression is missing", "expression")
        else:
            one = Field(**common, **_asked(part, kind))
        scope.claim(part, one)
        return one

    def id(self, part: sources.Part) -> str:
        name = part.text("id") or f"component{self.count}"
        if not _ID.fullmatch(name) or name in self.ids:
            raise part.wrong(f'the id "{name[:80]}" is no name or is used twice', "id")
        self.ids.add(name)
        return name

    def path(self, part: sources.Part, kind: str, place: _Place) -> model.Path:
        if kind in _SHOWN:
            return ()
        name = "path" if kind in _CONTAINERS else "key"
        steps = part.steps(name)
        if not steps and kind != "group":
            raise part.wrong("the name of the variable is missing", name)
        return (*place.prefix, *steps)

    def container(self, part: sources.Part, scope: _Scope, place: _Place, common: dict[str, Any]) -> Field:
        path, hides = common["path"], common["hides"]
        if common["kind"] == "group":
            inner = _Place(path, hides, place.depth + 1, part.field or place.named)
            return Field(**common, fields=self.components(part, scope, inner))
        rows = _Scope()
        # What hides the list hides its rows with it: inside, only the row's own conditions remain.
        fields = self.components(part, rows, _Place((), (), place.depth + 1, part.field or ""))
        own = part.part("properties")
        repetitions = part.integer("defaultRepetitions", 0, model.MAX_ROWS)
        least = own.integer("minRows", 0, model.MAX_ROWS) or 0
        one = Field(
            **common,
            fields=fields,
            order=rows.ordered(part),
            repetitions=1 if repetitions is None else repetitions,
            fixed=not part.flag("allowAddRemove", default=True),
            min_rows=least,
            max_rows=own.integer("maxRows", max(least, 1), model.MAX_ROWS) or model.MAX_ROWS,
        )
        scope.claim(part, one)
        return one


# Properties -----------------------------------------------------------------------------------------------------------


def _texts(part: sources.Part) -> dict[str, Any]:
    """Read what is shown with any component."""
    own, look = part.part("properties"), part.part("appearance")
    time = part.data.get("subtype") == "time"
    label = part.template("timeLabel" if time else "dateLabel") if part.data.get("type") == "datetime" else ""
    # html starts with < and text may start with =; both may hold inserts
    content = part.template("content" if part.data.get("type") == "html" else "text")
    texts = {
        "label": label or part.template("label"),
        "description": part.template("description"),
        "placeholder": own.text("placeholder"),
        "prefix": look.template("prefixAdorner"),
        "suffix": look.template("suffixAdorner"),
        "content": content,
    }
    properties = {name: own.template(name) for name in own.data}
    inserts = [insert for text in (*texts.values(), *properties.values()) for insert in model.inserts(text)]
    reads = frozenset(path for insert in inserts for path in part.inspected("text", insert).reads)
    return {**texts, "properties": properties, "text_reads": reads}


def _layout(part: sources.Part) -> dict[str, Any]:
    layout = part.part("layout")
    row = layout.text("row")
    if row and not _ROW.fullmatch(row):
        raise layout.wrong("a row's name is letters, digits, - and _", "row")
    return {"columns": layout.integer("columns", 1, _MAX_COLUMNS), "row": row}


def _hide(part: sources.Part) -> tuple[model.Expression, ...]:
    hide = part.part("conditional").feel("hide")
    return (hide,) if hide else ()


def _asked(part: sources.Part, kind: str) -> dict[str, Any]:
    """Read what is asked of the answer to a component of this kind."""
    asked = part.part("validate")
    for name in asked.data:
        if name not in _VALIDATE:
            raise asked.wrong("there is no such check", name)
    readonly = part.data.get("readonly")
    found: dict[str, Any] = {
        "required": asked.flag("required"),
        "readonly": part.feel("readonly") if isinstance(readonly, str) else part.flag("readonly"),
        "disabled": part.flag("disabled"),
    }
    if kind in _SPECIAL:
        found |= _SPECIAL[kind](part, asked)
    found["default"] = _default(part, kind, found)
    for name, mark in (("fresh", "fresh"), ("searchable", "search")):
        found[name] = part.part("properties").choice(mark, frozenset({"", "yes"}), "") == "yes"
    return found


def _text(_: sources.Part, asked: sources.Part) -> dict[str, Any]:
    low, high = (_bound(asked, name, 0, model.MAX_LENGTH) for name in ("minLength", "maxLength"))
    _upwards(asked, low, high, "maxLength")
    pattern = asked.text("pattern")
    try:
        return {
            "min_length": low,
            "max_length": high,
            "pattern": patterns.read(pattern) if pattern else None,
            "pattern_message": asked.text("patternErrorMessage"),
            "format": asked.choice("validationType", frozenset({"", "email", "phone", "custom"}), ""),
        }
    except patterns.PatternError as error:
        raise asked.wrong(f'the pattern "{pattern[:80]}" cannot be used: {error}', "pattern") from error


def _number(part: sources.Part, asked: sources.Part) -> dict[str, Any]:
    low, high = (_bound(asked, name, -MAX_NUMBER, MAX_NUMBER) for name in ("min", "max"))
    _upwards(asked, low, high, "max")
    step = _decimal(part, "increment")
    if step is not None and step <= 0:
        raise part.wrong("a step must be greater than 0", "increment")
    digits = part.integer("decimalDigits", 0, _MAX_DIGITS)
    return {"minimum": low, "maximum": high, "digits": digits, "step": step, "as_text": part.flag("serializeToString")}


def _moment(part: sources.Part, _: sources.Part) -> dict[str, Any]:
    part.flag("use24h")
    zones = frozenset({"no_timezone", "utc_offset", "utc_normalized"})
    return {
        "subtype": part.choice("subtype", frozenset({"date", "time", "datetime"}), "date"),
        "zoned": part.choice("timeSerializingFormat", zones, "no_timezone"),
        "interval": part.integer("timeInterval", 1, _MAX_MINUTES),
        "no_past": part.flag("disallowPassedDates"),
    }


def _choices(part: sources.Part, _: sources.Part) -> dict[str, Any]:
    """Read the choices: given here, by a variable (``valuesKey``) or by FEEL (``valuesExpression``)."""
    found: dict[model.Scalar, model.Option] = {}
    for one in part.parts("values"):
        value = one.data.get("value")
        if not isinstance(value, str | int | float) or value == "":
            raise one.wrong("a choice's value must be a text, a number or a truth value", "value")
        if value in found or str(value) in {str(other) for other in found}:
            raise one.wrong(f'two choices have the value "{value}"', "value")
        found[value] = model.Option(value, one.text("label") or str(value))
    if len(found) > MAX_OPTIONS:
        raise part.wrong(f"a field has at most {MAX_OPTIONS} choices", "values")
    steps = part.steps("valuesKey")
    source = model.Expression(".".join(steps), frozenset({steps})) if steps else part.feel("valuesExpression")
    if not found and not source:
        raise part.wrong("there is nothing to choose from", "values")
    return {"options": () if source else tuple(found.values()), "options_from": source}


def _file(part: sources.Part, _: sources.Part) -> dict[str, Any]:
    accept = tuple(one.strip().lower() for one in part.text("accept").split(",") if one.strip())
    for one in accept:
        if not re.fullmatch(r"\.[a-z0-9]{1,10}|[a-z]+/(\*|[a-z0-9.+-]+)", one):
            raise part.wrong(f'"{one[:80]}" is no kind of file', "accept")
    return {"accept": accept, "multiple": part.flag("multiple")}


_SPECIAL: Final = {
    "textfield": _text, "textarea": _text, "number": _number, "datetime": _moment, "filepicker": _file,
    **dict.fromkeys(_CHOICES, _choices),
}  # fmt: skip


def _decimal(part: sources.Part, name: str) -> Decimal | None:
    value = part.data.get(name)
    if value is None:
        return None
    try:
        found = Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found) > MAX_NUMBER:
        raise part.wrong("this must be a number", name)
    return found


def _bound(part: sources.Part, name: str, low: int, high: int) -> model.Bound:
    """Read a limit: a number, or ``=FEEL`` that gives one."""
    value = part.data.get(name)
    if isinstance(value, str) and value.startswith("="):
        return part.feel(name)
    return part.integer(name, low, high) if name.endswith("Length") else _decimal(part, name)


def _upwards(part: sources.Part, low: model.Bound, high: model.Bound, name: str) -> None:
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal) and low > high:
        raise part.wrong("the upper limit is below the lower one", name)


def _default(part: sources.Part, kind: str, found: dict[str, Any]) -> object:
    """Read the value that the field starts with; it must be one that the field could take."""
    value = part.data.get("defaultValue")
    wish = part.part("properties").text("default")
    if wish:
        if wish not in _STARTS.get(kind, ()):
            raise part.wrong(
                'a date or time can start with "today" or "now", a text with "person"', "properties.default"
            )
        return None
    if value is None or value == "":
        return None
    options = {option.value for option in found.get("options", ())}
    free = found.get("options_from") is not None
    fits: dict[str, Callable[[], bool]] = {
        "number": lambda: _decimal(part, "defaultValue") is not None,
        "checkbox": lambda: isinstance(value, bool),
        "radio": lambda: isinstance(value, str | int | float) and (free or value in options),
        "checklist": lambda: isinstance(value, list) and (free or all(each in options for each in value)),
        "datetime": lambda: isinstance(value, str),
        "filepicker": lambda: False,
    }
    same = {"select": "radio", "taglist": "checklist"}
    fit = fits.get(same.get(kind, kind), lambda: isinstance(value, str))
    if not fit():
        raise part.wrong("the field itself would refuse this value", "defaultValue")
    return value
