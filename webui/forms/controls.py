"""A field's control as a WTForms field: what it is, what it shows, and which attributes it carries.

WTForms draws the inputs and Flask-WTF makes the CSRF token; neither validates. The one validation is
:mod:`engine.forms.validation`, whose reading of the form's choices and values these controls show.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import flask_wtf
import wtforms
from flask_babel import gettext as _
from wtforms import widgets
from wtforms.form import BaseForm

from engine.forms import model, validation, values

_DATES: Final = {"date": widgets.DateInput, "time": widgets.TimeInput, "datetime": widgets.DateTimeLocalInput}
_TEXTS: Final = {"email": widgets.EmailInput, "phone": widgets.TelInput}
_NATIVE: Final = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "datetime": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
}
_LONG_LIST: Final = 8


def make(one: model.Field, state: validation.State, locale: str, zone: ZoneInfo) -> tuple[Any, object]:
    """Give the control of an answer that can be given (an unbound WTForms field), and what it shows."""
    if one.kind == "filepicker":
        return (wtforms.MultipleFileField() if one.multiple else wtforms.FileField()), None
    if one.kind == "checkbox":
        ticked = state.raw is True or state.raw in {"on", "true"} if isinstance(state.raw, str | bool) else False
        return wtforms.BooleanField(), ticked
    if state.options or one.kind in {"radio", "select", "checklist", "taglist"}:
        return _choice(one, state, locale)
    text = values.written(one, state.raw, zone)
    return wtforms.StringField(widget=_widget(one, text)), text


def attributes(one: model.Field, text: object) -> dict[str, object]:
    """Give the attributes of an input that follow from what is asked."""
    found: dict[str, object] = {}
    if one.kind == "number":
        found["inputmode"] = "numeric" if one.digits == 0 else "decimal"
        found["autocomplete"] = "off"
    elif one.kind == "checkbox":
        found["value"] = "on"
    elif one.kind == "textarea":
        found["rows"] = min(12, max(4, str(text or "").count("\n") + 2))
    elif one.kind == "datetime" and one.interval and one.subtype != "date":
        found["step"] = one.interval * 60
    elif one.kind == "filepicker" and one.accept:
        found["accept"] = ",".join(one.accept)
    if one.pattern and re.fullmatch(r"\^?(\[0-9\]|\\d)(\{[0-9,]+\}|[+*])\$?", one.pattern.source):
        found["inputmode"] = "numeric"
    return found


def _widget(one: model.Field, text: str) -> Any:  # noqa: ANN401 WTForms' widgets share no public class
    if one.kind == "textarea":
        return widgets.TextArea()
    if one.kind == "datetime" and (not text or _NATIVE[one.subtype].fullmatch(text)):
        return _DATES[one.subtype]()
    # A date that cannot be one stays as it was typed; a date input would show nothing.
    return _TEXTS.get(one.format, widgets.TextInput)()


def _choice(one: model.Field, state: validation.State, locale: str) -> tuple[Any, object]:
    choices = {values.wire(option.value): one.option_label(option, locale) for option in state.options}
    raw = state.raw if isinstance(state.raw, list | tuple) else [] if values.empty(state.raw) else [state.raw]
    chosen = [values.wire(each) for each in raw if isinstance(each, str | int | float)]
    # What was chosen and is no longer offered is shown, so that nobody loses it unseen; sending it is refused.
    choices |= {value: _("%(choice)s (no longer offered)", choice=value) for value in chosen if value not in choices}
    if one.many:
        field = wtforms.SelectMultipleField(
            choices=choices, validate_choice=False, option_widget=widgets.CheckboxInput()
        )
        return field, chosen
    first = chosen[0] if chosen else ""
    if one.kind == "radio":
        return wtforms.RadioField(choices=choices, validate_choice=False), first
    return wtforms.SelectField(choices={"": _("Choose …"), **choices}, validate_choice=False), first


class _Sheet(BaseForm):
    """The controls of one page, by name."""


def bind(made: Mapping[str, tuple[Any, object]], ids: Mapping[str, str]) -> _Sheet:
    """Bind controls to their names and what they show; the sheet has a ``csrf_token`` besides, where the page needs one."""
    for name, (field, _shown) in made.items():
        field.kwargs["id"] = ids[name]
    sheet = _Sheet({name: field for name, (field, _shown) in made.items()}, meta=flask_wtf.FlaskForm.Meta())
    sheet.process(formdata=None, data={name: shown for name, (_field, shown) in made.items()})
    return sheet
