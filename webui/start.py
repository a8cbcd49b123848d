"""Starting: the SOPs I may start, and a new case of one of them."""

from collections.abc import Mapping
from typing import NamedTuple, cast

import flask
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import errors
from engine.forms import model, validation
from engine.people import access
from engine.runtime import definitions, instances, tasks
from engine.store import db
from webui import forms, i18n, pages, work
from webui.words import gettext as _

blueprint = flask.Blueprint("start", __name__, url_prefix="/start")

LONGEST_KEY = 200
_Errors = Mapping[str, list[validation.Message]]


class _Choice(NamedTuple):
    """An SOP that may be started, with the form it asks first."""

    definition: definitions.Definition
    name: str
    first: tuple[str, ...]
    form: model.Form | None


@blueprint.get("")
def choices() -> str:
    """List the SOPs that I may start."""
    with work.reading() as (session, actor):
        found = [_choice(session, each) for each in instances.startable(session, actor)]
    return flask.render_template("start.html", choices=found)


@blueprint.get("/<key>")
def one(key: str) -> str:
    """Ask what a new case needs to begin."""
    with work.reading() as (session, actor):
        return _page(_startable(session, actor, key))


@blueprint.post("/<key>/form")
def redraw(key: str) -> str:
    """Draw the page anew with what was typed; nothing is stored."""
    sent = forms.submission(flask.request)
    with work.reading() as (session, actor):
        return _page(_startable(session, actor, key), sent)


@blueprint.post("/<key>")
def begin(key: str) -> Response | tuple[str, int]:
    """Start a case, then go on to its first task if it is mine, else to the case."""
    sent = forms.submission(flask.request)
    try:
        with work.writing() as (session, actor):
            choice = _startable(session, actor, key)
            case = instances.start(
                session,
                key,
                actor=actor,
                now=work.now(),
                business_key=flask.request.form.get("business_key"),
                values=sent if choice.form else {},
            )
            first = tasks.next_of(session, case.id, actor=actor)
    except errors.FormInvalid as error:
        return _page(choice, sent, cast("_Errors", error.errors)), 422
    except errors.InputError as error:
        return _page(choice, sent, problem=i18n.message(error)), 422
    pages.notice(_("The case has begun."))
    if first:
        return flask.redirect(flask.url_for("tasks.one", task_id=first), 303)
    return flask.redirect(flask.url_for("instances.one", instance_id=case.id), 303)


def _startable(session: db.Session, actor: access.Actor, key: str) -> _Choice:
    """Find an SOP that may be started; raises :class:`errors.NotFound` for others, there or not."""
    for each in instances.startable(session, actor):
        if each.key == key:
            return _choice(session, each)
    raise errors.NotFound(kind="Process", key=key)


def _choice(session: db.Session, definition: definitions.Definition) -> _Choice:
    loaded = definitions.load(session, definition.id)
    begins = loaded.begins[0] if loaded.begins else None
    return _Choice(
        definition,
        definition.name,
        loaded.starters,
        loaded.form(begins.form_key) if begins else None,
    )


def _page(
    choice: _Choice,
    sent: forms.Submission | None = None,
    wrong: _Errors | None = None,
    problem: str = "",
) -> str:
    return flask.render_template(
        "start_one.html",
        choice=choice,
        form=_form(choice, sent, wrong),
        business_key=flask.request.form.get("business_key", "")[:LONGEST_KEY],
        longest=LONGEST_KEY,
        problem=problem,
    )


def _form(choice: _Choice, sent: forms.Submission | None, wrong: _Errors | None) -> Markup | None:
    if choice.form is None:
        return None
    now = work.now().astimezone(work.place().office.zone)
    return forms.render(
        choice.form,
        validation.initial(choice.form, {}, now=now, person=work.person()) if sent is None else sent,
        wrong,
        action=flask.url_for("start.begin", key=choice.definition.key),
        refresh_url=flask.url_for("start.redraw", key=choice.definition.key),
        variables={},
        now=now,
        submit_label=_("Start the case"),
    )
