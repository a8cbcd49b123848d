"""A form drawn as HTML: the tree of what is shown, then one template.

Every control has a label, a hint and an error that it names with ``aria-describedby``; groups, lists, radios and ticks are field
sets; errors stand beside their field and, with links, on top. All of it works without JavaScript after a round trip; with htmx the
page is drawn anew in place, without losing the focus, when an answer changes that decides what else is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import flask
import flask_babel
from flask_babel import gettext as _
from markupsafe import Markup, escape

from engine.forms import model, validation, values
from webui import wording, work
from webui.forms import controls, sending, texts

FORM_ID: Final = "task-form"
_COLUMNS: Final = 16
_BOOTSTRAP: Final = 12
_NOTHING: Final = "–"
_ONE_LINE: Final = 60
"""Characters of all labels of a choice that stand side by side."""
_SETS: Final = frozenset({"radio", "checklist", "taglist"})


@dataclass(slots=True)
class Block:
    """One component as it is shown; ``control`` is its WTForms field, ``text`` what is shown where there is none."""

    kind: str
    id: str
    name: str = ""
    place: str = ""
    label: str = ""
    help: str = ""
    required: bool = False
    errors: list[str] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)
    control: Any = None
    text: Markup | str = ""
    prefix: str = ""
    suffix: str = ""
    notes: list[str] = field(default_factory=list)
    column: str = "col-12"
    lines: list[list["Block"]] = field(default_factory=list)
    rows: list["Block"] = field(default_factory=list)
    inline: bool = False
    focus: bool = False
    can_change: bool = False
    stored_row: str = ""

    @property
    def described_by(self) -> str:
        """Name what a screen reader says besides the label."""
        parts = [
            ("prefix", self.prefix),
            ("suffix", self.suffix),
            ("help", self.help or self.notes),
            ("error", self.errors),
        ]
        return " ".join(f"{self.id}-{part}" for part, there in parts if there)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One line of the summary of errors; ``anchor`` is the id of the control, empty where the page shows none."""

    place: str
    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What holds for the whole page."""

    form: model.Form
    id: str
    now: datetime
    zone: ZoneInfo
    locale: str
    readonly: bool
    refresh_url: str
    sent: sending.Submission | None
    errors: Mapping[str, list[validation.Message]]
    made: dict[str, tuple[Any, object]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    kept: list[tuple[str, str]] = field(default_factory=list)
    summary: list[Complaint] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    focused: list[str] = field(default_factory=list)

    @property
    def refreshing(self) -> dict[str, object]:
        """Give the attributes with which htmx draws the form anew in place."""
        return {
            "hx-post": self.refresh_url,
            "hx-target": f"#{self.id}",
            "hx-select": f"#{self.id}",
            "hx-swap": "outerMorph",
            "hx-sync": f"#{self.id}:replace",
            # Chosen files stay in the page; only their names would be of use here.
            "hx-encoding": "application/x-www-form-urlencoded",
        }

    def focus(self, place: str) -> bool:
        """Say whether the person goes on at this place; only the first that is asked gets the focus."""
        wish = self.sent.focus if self.sent else ""
        if not wish or self.focused or not f"{place}.".startswith(f"{wish}."):
            return False
        self.focused.append(place)
        return True


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the walk is: ``path`` counts rows from 0, as errors do; ``place`` has the numbers that rows have on the page."""

    sheet: validation.Sheet
    path: str = ""
    place: str = ""
    title: str = ""


def render(  # noqa: PLR0913 a view says by name what it wants
    form: model.Form,
    submission: Mapping[str, object],
    errors: Mapping[str, list[validation.Message]] | None = None,
    *,
    action: str,
    refresh_url: str,
    variables: Mapping[str, object] | None = None,
    now: datetime | None = None,
    readonly: bool = False,
    submit_label: str | None = None,
    hidden: Mapping[str, str] | None = None,
    beside: Markup | str = "",
) -> Markup:
    """Draw a form.

    ``submission`` is what its controls show: :func:`engine.forms.validation.initial` at first, :func:`webui.forms.submission`
    afterwards. ``errors`` are those of ``validate``, and ``variables`` what it was given. The form is posted to ``action``;
    buttons and conditions that only change the page post to ``refresh_url``, which answers with the whole page drawn anew.
    ``hidden`` inputs go along, ``beside`` stands beside the button. ``readonly`` shows the answers without any button. ``now`` is
    aware and in the office's zone; without it the request's.
    """
    now = now or work.now().astimezone(work.place().office.zone)
    zone = validation.zone_of(now)
    sheet = validation.settle(form, submission, variables=variables or {}, today=now.date(), zone=zone)
    sent = submission if isinstance(submission, sending.Submission) else None
    locale = str(flask_babel.get_locale() or "id").partition("_")[0]
    page = _Page(form, FORM_ID, now, zone, locale, readonly, refresh_url, sent, dict(errors or {}))
    lines = _lines(page, form.fields, _Spot(sheet))
    for path in page.errors.keys() - page.told:
        page.summary.extend(Complaint(path, "", path, say(message)) for message in page.errors[path])
    bound = controls.bind(page.made, page.ids)
    for name, block in page.blocks.items():
        block.control = bound[name]
    text = flask.render_template(
        "forms/form.html",
        page=page,
        lines=lines,
        bound=bound,
        action=action,
        submit_label=submit_label or _("Send"),
        hidden=hidden or {},
        beside=beside,
        multipart=any(one.kind == "filepicker" for one in form.walk()),
        buttons=sending,
    )
    return Markup(text)  # noqa: S704 the template escapes


# The tree -------------------------------------------------------------------------------------------------------------


def _lines(page: _Page, fields: tuple[model.Field, ...], spot: _Spot) -> list[list[Block]]:
    """Give the blocks of a container line by line: components of one form-js row stand side by side."""
    lines: list[list[Block]] = []
    row = ""
    for one in fields:
        block = _block(page, one, spot)
        if block is None:
            continue
        if one.columns:
            block.column = f"col-12 col-md-{max(1, round(one.columns * _BOOTSTRAP / _COLUMNS))}"
        elif one.row:
            block.column = "col-12 col-md"
        if lines and one.row and one.row == row:
            lines[-1].append(block)
        else:
            lines.append([block])
        row = one.row
    return lines


def _block(page: _Page, one: model.Field, spot: _Spot) -> Block | None:
    if one.kind in {"group", "text", "html", "separator", "spacer"}:
        return _plain(page, one, spot)
    state = spot.sheet.states[one.id]
    if state.hidden:
        _keep(page, f"{spot.place}{one.name}", state.raw)
        return None
    if one.kind == "expression":
        return None
    if one.kind == "dynamiclist":
        return _list(page, one, state, spot)
    return _answer(page, one, state, spot)


def _plain(page: _Page, one: model.Field, spot: _Spot) -> Block | None:
    context = spot.sheet.context
    if validation.hidden(one, context, now=page.now):
        _keep_below(page, one, spot)
        return None
    block = Block(one.kind, f"{sending.PREFIX}-{spot.place}{one.id}".replace(".", "-"))
    if one.kind == "text":
        block.text = texts.markdown(_say(page, one, "text", spot))
    elif one.kind == "html":
        source = validation.fill(
            one.wording("text", page.locale), context, now=page.now, quote=lambda text: str(escape(text))
        )
        block.text = texts.html(source)
    elif one.kind == "group":
        block.label = _say(page, one, "label", spot)
        block.help = _say(page, one, "description", spot)
        block.lines = _lines(page, one.fields, spot)
    return block


def _say(page: _Page, one: model.Field, part: str, spot: _Spot) -> str:
    return validation.fill(one.wording(part, page.locale), spot.sheet.context, now=page.now)


def _started(page: _Page, one: model.Field, spot: _Spot) -> Block:
    """Give what every answer's block has."""
    place = f"{spot.place}{one.name}"
    block = Block(one.kind, f"{sending.PREFIX}-{place}".replace(".", "-"), f"{sending.PREFIX}.{place}", place)
    block.label = _say(page, one, "label", spot) or wording.label(one.path[-1])
    block.help = _say(page, one, "description", spot)
    block.required = one.required
    messages = page.errors.get(f"{spot.path}{one.name}", [])
    if page.sent and place in page.sent.wrong and not page.errors:
        messages = spot.sheet.errors.get(one.name, [])
    block.errors = [say(message) for message in messages]
    page.told.add(f"{spot.path}{one.name}")
    label = ": ".join(part for part in (spot.title, block.label) if part)
    first = f"{block.id}-0" if one.kind in _SETS else block.id
    page.summary.extend(Complaint(place, first, label, text) for text in block.errors)
    return block


def say(message: validation.Message) -> str:
    """Give a message of the validation in the reader's language."""
    text = str(_(message.id))
    return text.format_map(message.params) if message.params else text


def _answer(page: _Page, one: model.Field, state: validation.State, spot: _Spot) -> Block:
    block = _started(page, one, spot)
    block.prefix, block.suffix = _say(page, one, "prefix", spot), _say(page, one, "suffix", spot)
    if page.readonly or state.readonly:
        block.required = False
        block.text = _shown(one, state, page)
        block.kind = "fact" if page.readonly else "shown-long" if "\n" in block.text else "shown"
        if page.readonly and block.text != _NOTHING:
            block.text = " ".join(part for part in (block.prefix, block.text, block.suffix) if part)
        return block
    if one.kind == "filepicker":
        block.notes = _file_notes(state)
    made = controls.make(one, state, page.locale, page.zone)
    page.made[block.name], page.ids[block.name], page.blocks[block.name] = made, block.id, block
    look = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}
    css = "form-check-input" if one.many else look.get(one.kind, "form-control")
    found = {"class": f"{css} is-invalid" if block.errors else css, **controls.attributes(one, made[1])}
    if placeholder := one.wording("placeholder", page.locale):
        found["placeholder"] = placeholder
    block.inline = sum(len(one.option_label(option, page.locale)) for option in state.options) <= _ONE_LINE
    if one.kind not in _SETS:
        if described := block.described_by:
            found["aria-describedby"] = described
        if block.errors:
            found["aria-invalid"] = "true"
        if one.required:
            found["required"] = True
    if page.form.decides(one):
        found |= page.refreshing | {"hx-trigger": "change"}
    block.focus = page.focus(block.place)
    block.attributes = found
    return block


def _file_notes(state: validation.State) -> list[str]:
    notes = [_("For now only the file's name is kept here. Keep the file itself where your office keeps it.")]
    if isinstance(state.stored, list) and state.stored:
        notes.append(
            _("Kept so far: %(names)s. Choose again only to replace it.", names=", ".join(map(str, state.stored)))
        )
    chosen = (
        [each.name for each in state.raw if isinstance(each, validation.Upload)] if isinstance(state.raw, list) else []
    )
    if chosen:
        notes.append(
            _(
                "Choose %(names)s again: browsers forget a chosen file when a page is shown anew.",
                names=", ".join(chosen),
            )
        )
    return notes


def _shown(one: model.Field, state: validation.State, page: _Page) -> str:
    """Write an answer that cannot be changed."""
    raw = state.value if state.readonly or one.kind == "filepicker" else state.raw
    each = list(raw) if isinstance(raw, list | tuple) else [raw]
    labels = {values.wire(option.value): one.option_label(option, page.locale) for option in state.options}
    if one.kind == "checkbox":
        return str(_("yes") if raw in (True, "on", "true") else _("no"))
    if one.kind == "number":
        return values.written(one, raw, page.zone) or _NOTHING
    return ", ".join(labels.get(values.wire(value)) or wording.text(value) for value in each) or _NOTHING


# Lists ----------------------------------------------------------------------------------------------------------------


def _list(page: _Page, one: model.Field, state: validation.State, spot: _Spot) -> Block:
    block = _started(page, one, spot)
    block.required = one.min_rows > 0
    open_ = not (page.readonly or one.fixed)
    block.can_change = open_ and len(state.rows) < one.max_rows
    if page.sent and page.sent.focus == block.place:  # a row was removed; a row's own place is asked for further down
        block.focus = page.focus(block.place)
    for position, row in enumerate(state.rows):
        title = f"{block.label} {position + 1}"
        place = f"{block.place}.{row.number}"
        inner = Block("row", f"{block.id}-{row.number}", f"{block.name}.{row.number}", place, label=title)
        inner.can_change = open_ and len(state.rows) > one.min_rows
        inner.stored_row = "" if row.stored_row is None else str(row.stored_row)
        inner.lines = _lines(page, one.fields, _Spot(row, f"{spot.path}{one.name}.{position}.", f"{place}.", title))
        block.rows.append(inner)
    return block


# What is hidden ---------------------------------------------------------------------------------------------------------


def _keep(page: _Page, place: str, raw: object) -> None:
    """Carry along what a person typed into a field that is hidden now, so that it is there when the field comes back.

    Only what this browser sent: stored values that a form hides are nobody's to see.
    """
    if page.sent is None or page.readonly:
        return
    for each in raw if isinstance(raw, list) else [raw]:
        if isinstance(each, str) and each:
            page.kept.append((f"{sending.PREFIX}.{place}", each))
        elif isinstance(each, dict):
            number = each.get(validation.PAGE_ROW)
            for name, below in each.items():
                if name != validation.PAGE_ROW and number is not None:
                    _keep(page, f"{place}.{number}.{name}", below)


def _keep_below(page: _Page, one: model.Field, spot: _Spot) -> None:
    for inner in one.fields:
        if inner.kind == "group":
            _keep_below(page, inner, spot)
        elif inner.path and inner.kind != "expression":
            _keep(page, f"{spot.place}{inner.name}", spot.sheet.states[inner.id].raw)
