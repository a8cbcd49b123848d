"""A task: its form, its mutu baku and what its case knows, and what can be done with it."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

import flask
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import errors
from engine.diagrams import sop
from engine.forms import validation
from engine.people import access
from engine.runtime import comments, definitions, drafts
from engine.runtime import tasks as tasks_
from engine.store import db
from webui import facts, forms, pages, redirects, wording, words, work
from webui.words import gettext as _

blueprint = flask.Blueprint("tasks", __name__, url_prefix="/tasks")

_Errors = Mapping[str, list[validation.Message]]


@blueprint.get("/<uuid:task_id>")
def one(task_id: UUID) -> str:
    """Show a task: its form, and beside it the mutu baku and what the case knows already."""
    with work.reading() as (session, actor):
        return _page(session, actor, task_id)


@blueprint.post("/<uuid:task_id>/form")
def redraw(task_id: UUID) -> str:
    """Draw the page anew with what was typed: another row, or other questions; nothing is stored."""
    sent = forms.submission(flask.request)
    with work.reading() as (session, actor):
        return _page(session, actor, task_id, sent)


@blueprint.post("/<uuid:task_id>")
def complete(task_id: UUID) -> Response | tuple[str, int]:
    """Complete a task, then go on to the next one of the same case that is mine, else to the inbox."""
    sent = forms.submission(flask.request)
    try:
        with work.writing() as (session, actor):
            done = tasks_.complete(session, task_id, sent, actor=actor, now=work.now(), seen=_seen())
            following = tasks_.next_of(session, done.instance_id, actor=actor)
            if flask.request.form.get("drafted"):
                drafts.discard(session, task_id, actor=actor)
    except errors.FormInvalid as error:
        with work.reading() as (session, actor):
            return _page(session, actor, task_id, sent, cast("_Errors", error.errors)), 422
    if following:
        pages.notice(_("Done. The next step of this case is yours, too."))
        return flask.redirect(flask.url_for("tasks.one", task_id=following), 303)
    finished = done.status == "completed"
    pages.notice(_("Done. The case is finished.") if finished else _("Done. The case goes on with others."))
    return flask.redirect("/", 303)


@blueprint.post("/<uuid:task_id>/draft")
def draft(task_id: UUID) -> tuple[str, int]:
    """Keep what was typed so far; the page sends it while somebody types."""
    sent = forms.submission(flask.request)
    with work.writing() as (session, actor):
        drafts.save(session, task_id, sent, actor=actor, now=work.now(), zone=work.place().office.zone)
    return _("Draft saved at %(time)s", time=wording.clock(words.local(work.now()).time())), 200


@blueprint.post("/<uuid:task_id>/draft/discard")
def discard(task_id: UUID) -> Response:
    """Throw one's draft away, and begin with what is stored."""
    with work.writing() as (session, actor):
        drafts.discard(session, task_id, actor=actor)
    return flask.redirect(flask.url_for("tasks.one", task_id=task_id), 303)


@blueprint.post("/<uuid:task_id>/claim")
def claim(task_id: UUID) -> Response:
    """Take a task, so that it is mine alone."""
    with work.writing() as (session, actor):
        tasks_.claim(session, task_id, actor=actor, now=work.now())
    pages.notice(_("The task is yours now."))
    return flask.redirect(flask.url_for("tasks.one", task_id=task_id), 303)


@blueprint.post("/<uuid:task_id>/release")
def release(task_id: UUID) -> Response:
    """Give a task back to its group."""
    with work.writing() as (session, actor):
        tasks_.release(session, task_id, actor=actor, now=work.now())
    pages.notice(_("The task is back with its group."))
    return flask.redirect(redirects.back(), 303)


def _may(actor: access.Actor, view: tasks_.TaskView) -> dict[str, bool]:
    """Say what else the actor may do with a task; a click on what is not offered is refused all the same."""
    assignee, owner = view.task.assignee, view.owner
    return {
        "hand_over": access.may_assign(actor) or access.may_delegate(actor, assignee=assignee),
        "hand_back": access.may_hand_back(actor, assignee=assignee, owner=owner),
        "plan": access.may_plan(actor, assignee=assignee),
        "nudge": access.may_nudge(actor, assignee=assignee, owner=owner, starter=view.starter),
    }


def _seen() -> int | None:
    text = flask.request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004  # fits any database


def _page(
    session: db.Session,
    actor: access.Actor,
    task_id: UUID,
    sent: forms.Submission | None = None,
    wrong: _Errors | None = None,
) -> str:
    view = tasks_.get(session, task_id, actor=actor)
    desk = drafts.of_task(session, task_id, actor=actor, now=work.now()) if view.may_complete else drafts.Desk()
    restored = desk.mine if sent is None and view.form is not None else None
    if restored is not None:
        sent = forms.Submission(restored.values)
    loaded = definitions.load(session, view.definition_id)
    asked = view.form.names if view.form else frozenset()
    item = loaded.items.get(view.task.node)
    passed = {*asked, item, "loopCounter"}
    earlier = {name: value for name, value in view.values.items() if name not in passed}
    known = facts.fields(loaded)
    return flask.render_template(
        "task.html",
        said=comments.of_case(session, view.task.instance_id, actor=actor),
        may=_may(actor, view),
        desk=desk,
        restored=restored,
        view=view,
        task=view.task,
        form=_form(view, sent, wrong),
        no=view.properties.get("sop.no", ""),
        kegiatan=view.properties.get("sop.kegiatan", ""),
        kelengkapan=sop.parts(view.properties.get("sop.kelengkapan", "")),
        output=sop.parts(view.properties.get("sop.output", "")),
        waktu=view.properties.get("sop.waktu", ""),
        keterangan=view.properties.get("sop.keterangan", ""),
        item=facts.fact(item, view.values[item], known) if item and item in view.values else None,
        earlier=facts.of(earlier, known),
    )


def _form(view: tasks_.TaskView, sent: forms.Submission | None, wrong: _Errors | None) -> Markup | None:
    if view.form is None:
        return None
    now = work.now().astimezone(work.place().office.zone)
    return forms.render(
        view.form,
        validation.initial(view.form, view.values, now=now, person=work.person()) if sent is None else sent,
        wrong,
        action=flask.url_for("tasks.complete", task_id=view.task.id),
        refresh_url=flask.url_for("tasks.redraw", task_id=view.task.id),
        variables=view.values,
        now=now,
        readonly=not view.may_complete,
        submit_label=_("Complete the task"),
        hidden={"seen": str(view.task.version), "drafted": "1"},
        beside=Markup('<span class="l-quiet l-small" data-draft="{}" role="status"></span>').format(
            flask.url_for("tasks.draft", task_id=view.task.id)
        )
        if view.may_complete
        else "",
    )
