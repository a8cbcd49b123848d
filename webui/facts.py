"""Variables as people read them: with the labels of the forms that asked for them, lists and objects laid out."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from engine.forms import model
from engine.runtime import definitions
from webui import i18n, wording

_MOST = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """A value in words. ``kind`` says how to lay it out: ``text``, or ``list``, ``map`` and ``table`` with ``parts``.

    A table's parts are its rows, whose parts are its cells in the order of ``columns``. ``left_out`` counts the items of a long list
    that are not among ``parts``.
    """

    label: str
    kind: Literal["empty", "text", "list", "map", "table"]
    text: str = ""
    parts: tuple["Fact", ...] = ()
    columns: tuple[str, ...] = ()
    left_out: int = 0


def fields(loaded: definitions.Loaded) -> dict[str, model.Field]:
    """Give the fields of a definition's forms by the last name of their path; the first of a name counts."""
    found: dict[str, model.Field] = {}
    for form in loaded.forms.values():
        for one in form.walk():
            if one.path:
                found.setdefault(one.path[-1], one)
    return found


def of(values: Mapping[str, object], known: Mapping[str, model.Field]) -> tuple[Fact, ...]:
    """Put variables into words; empty ones are left out."""
    made = (fact(name, value, known) for name, value in values.items())
    return tuple(each for each in made if each.kind != "empty")


def fact(name: str, value: object, known: Mapping[str, model.Field]) -> Fact:
    """Put one value into words."""
    one = known.get(name)
    locale = i18n.chosen()
    title = (one.wording("label", locale) if one else "") or wording.label(name)
    return _fact(title, value, one, known, locale)


def _fact(title: str, value: object, one: model.Field | None, known: Mapping[str, model.Field], locale: str) -> Fact:
    kind = wording.kind(value)
    if kind == "map" and isinstance(value, Mapping):
        parts = tuple(fact(str(name), part, known) for name, part in value.items())
        return Fact(title, "map", parts=parts)
    if kind == "list" and isinstance(value, (list, tuple)):
        parts = tuple(_fact("", part, one, known, locale) for part in value[:_MOST])
        left_out = max(0, len(value) - _MOST)
        if all(part.kind == "map" for part in parts):
            columns = tuple(dict.fromkeys(cell.label for part in parts for cell in part.parts))
            rows = tuple(_row(part, columns) for part in parts)
            return Fact(title, "table", parts=rows, columns=columns, left_out=left_out)
        return Fact(title, "list", parts=parts, left_out=left_out)
    if kind == "text" and one is not None:
        for option in one.options:
            if option.value == value:
                return Fact(title, "text", one.option_label(option, locale))
    if one is not None and one.kind == "datetime" and isinstance(value, str):
        value = _moment(value)
    return Fact(title, kind, wording.text(value))


def _row(part: Fact, columns: tuple[str, ...]) -> Fact:
    cells = {cell.label: cell for cell in part.parts}
    return Fact("", "map", parts=tuple(cells.get(column) or Fact(column, "empty") for column in columns))


def _moment(text: str) -> object:
    """Read what history keeps of a date, time or moment; what is none stays as it is."""
    for kind in (date, time, datetime):
        with contextlib.suppress(ValueError):
            return kind.fromisoformat(text)
    return text
