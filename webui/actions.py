"""What people agree about a task besides doing it: who has it, when, how urgent, and what they say about it; several at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

import flask
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import errors
from engine.forms import validation
from engine.people import access
from engine.runtime import assignments, bulk, comments, tasks
from engine.store import db
from webui import forms, i18n, pages, redirects, work
from webui.words import gettext as _
from webui.words import ngettext

blueprint = flask.Blueprint("actions", __name__)

_Errors = Mapping[str, list[validation.Message]]


class _Failure(NamedTuple):
    """A task that could not be done with the others, and why."""

    task: UUID
    why: str


# One task -------------------------------------------------------------------------------------------------------------


@blueprint.get("/tasks/<uuid:task_id>/hand-over")
def hand_over(task_id: UUID) -> str:
    """Ask to whom a task is to go: assigned within its group, or delegated to anybody."""
    with work.reading() as (session, actor):
        return _hand_over(session, actor, task_id)


@blueprint.post("/tasks/<uuid:task_id>/assign")
def assign(task_id: UUID) -> Response | tuple[str, int]:
    """Give a task to a member of its group."""
    return _handed(task_id, assignments.assign, _("The task has been assigned."))


@blueprint.post("/tasks/<uuid:task_id>/delegate")
def delegate(task_id: UUID) -> Response | tuple[str, int]:
    """Hand a task that one has to somebody else."""
    return _handed(task_id, assignments.delegate, _("The task has been handed over."))


@blueprint.post("/tasks/<uuid:task_id>/hand-back")
def hand_back(task_id: UUID) -> Response:
    """Hand a task back to who delegated it."""
    target = flask.url_for("tasks.one", task_id=task_id)
    with _told(), work.writing() as (session, actor):
        assignments.hand_back(session, task_id, actor=actor, now=work.now(), reason=_field("reason"))
        pages.notice(_("The task is back with who handed it to you."))
        target = "/"
    return flask.redirect(target, 303)


@blueprint.post("/tasks/<uuid:task_id>/follow-up")
def follow_up(task_id: UUID) -> Response:
    """Say when a task is looked at again."""
    with _told(), work.writing() as (session, actor):
        assignments.follow_up(session, task_id, _moment(_field("at")), actor=actor, now=work.now())
        pages.notice(_("Noted for later.") if _field("at") else _("The task is no longer put off."))
    return _task(task_id)


@blueprint.post("/tasks/<uuid:task_id>/priority")
def priority(task_id: UUID) -> Response:
    """Set how urgent a task is."""
    wanted = _field("priority")
    with _told(), work.writing() as (session, actor):
        number = int(wanted) if wanted in {str(each) for each in assignments.PRIORITIES} else -1
        assignments.prioritise(session, task_id, number, actor=actor, now=work.now(), reason=_field("reason"))
        pages.notice(_("The urgency has been changed."))
    return _task(task_id)


@blueprint.post("/tasks/<uuid:task_id>/nudge")
def nudge(task_id: UUID) -> Response:
    """Remind who has a task."""
    with _told(), work.writing() as (session, actor):
        told = assignments.nudge(session, task_id, actor=actor, now=work.now())
        pages.notice(ngettext("%(num)s person was reminded.", "%(num)s people were reminded.", told))
    return flask.redirect(redirects.back(), 303)


@blueprint.post("/tasks/<uuid:task_id>/unclaim")
def unclaim(task_id: UUID) -> Response:
    """Take back a claim of a moment ago."""
    with _told(), work.writing() as (session, actor):
        assignments.undo_claim(session, task_id, actor=actor, now=work.now())
        pages.notice(_("The task is free again."))
    return flask.redirect(redirects.back(), 303)


@blueprint.post("/instances/<uuid:instance_id>/comments")
def comment(instance_id: UUID) -> Response:
    """Say something about a case, or about the task that the field ``task`` names."""
    about = _id(_field("task"))
    with _told(), work.writing() as (session, actor):
        comments.add(session, instance_id, _field("text"), actor=actor, now=work.now(), task_id=about)
        pages.notice(_("Your comment has been added."))
    return flask.redirect(redirects.back(), 303)


# Several --------------------------------------------------------------------------------------------------------------


@blueprint.post("/tasks/bulk", endpoint="bulk")
def several() -> Response | str | tuple[str, int]:
    """Do one thing with all tasks that were ticked: ``claim``, ``assign`` (to ``person``) or ``complete``."""
    ids, do = _ticked(), _field("do")
    if not ids:
        pages.problem(_("Tick at least one task first."))
        return flask.redirect(redirects.back(), 303)
    if do == "complete":
        with work.reading() as (session, actor):
            return _alike(session, actor, ids)
    verbs: dict[str, Callable[[db.Session, UUID, access.Actor], object]] = {
        "claim": lambda session, task, actor: tasks.claim(session, task, actor=actor, now=work.now()),
        "assign": lambda session, task, actor: assignments.assign(
            session, task, _field("person"), actor=actor, now=work.now(), reason=_field("reason")
        ),
    }
    if do not in verbs:
        raise errors.InputError(reason="this cannot be done with several tasks")
    _report(len(ids), _each(ids, verbs[do]))
    return flask.redirect(redirects.back(), 303)


@blueprint.post("/tasks/bulk/form")
def redraw() -> str:
    """Draw the page for several tasks anew with what was typed; nothing is stored."""
    sent = forms.submission(flask.request)
    with work.reading() as (session, actor):
        return _alike(session, actor, _ticked(), sent)


@blueprint.post("/tasks/bulk/complete")
def complete() -> Response | tuple[str, int]:
    """Complete all ticked tasks of one step with one answer, each in a transaction of its own."""
    sent, ids = forms.submission(flask.request), _ticked()
    wrong: _Errors | None = None

    def one(session: db.Session, task: UUID, actor: access.Actor) -> None:
        tasks.complete(session, task, sent, actor=actor, now=work.now())

    with work.reading() as (session, actor):
        found = bulk.alike(session, ids, actor=actor)
    if found.form is not None:
        wrong = _wrong(found, sent)
    if wrong:
        with work.reading() as (session, actor):
            return _alike(session, actor, ids, sent, wrong), 422
    _report(len(ids), _each(ids, one))
    return flask.redirect("/", 303)


def _wrong(found: bulk.Alike, sent: forms.Submission) -> _Errors:
    """Judge the answer once by itself, so that a mistake in it is not told for every task."""
    now = _local()
    assert found.form is not None  # noqa: S101  # the caller asked
    zone = work.place().office.zone
    return validation.validate(found.form, sent, variables={}, today=now.date(), zone=zone).errors


def _each(ids: Sequence[UUID], verb: Callable[[db.Session, UUID, access.Actor], object]) -> list[_Failure]:
    """Do something with each task in a transaction of its own; give those that failed."""
    failed = []
    for task in bulk.limited(ids):
        try:
            with work.writing() as (session, actor):
                verb(session, task, actor)
        except (errors.NotFound, errors.Conflict, errors.Forbidden, errors.InputError, errors.ExecutionError) as error:
            failed.append(_Failure(task, i18n.message(error)))
    return failed


def _report(count: int, failed: Sequence[_Failure]) -> None:
    done = count - len(failed)
    if done:
        pages.notice(ngettext("%(num)s task done.", "%(num)s tasks done.", done))
    for why in dict.fromkeys(each.why for each in failed):
        number = sum(each.why == why for each in failed)
        pages.problem(
            ngettext("%(num)s task was not done: %(why)s", "%(num)s tasks were not done: %(why)s", number, why=why)
        )


def _alike(
    session: db.Session,
    actor: access.Actor,
    ids: Sequence[UUID],
    sent: forms.Submission | None = None,
    wrong: _Errors | None = None,
) -> str:
    found = bulk.alike(session, ids, actor=actor)
    kept = [str(each.id) for each in found.tasks]
    return flask.render_template(
        "bulk.html", tasks=found.tasks, form=_form(found, kept, sent, wrong), kept=kept, left_out=len(ids) - len(kept)
    )


def _form(
    found: bulk.Alike, kept: Sequence[str], sent: forms.Submission | None, wrong: _Errors | None
) -> Markup | None:
    if found.form is None:
        return None
    now = _local()
    return forms.render(
        found.form,
        validation.initial(found.form, {}, now=now, person=work.person()) if sent is None else sent,
        wrong,
        action=flask.url_for("actions.complete"),
        refresh_url=flask.url_for("actions.redraw"),
        variables={},
        now=now,
        submit_label=ngettext("Complete %(num)s task", "Complete %(num)s tasks", len(kept)),
        hidden={"task": " ".join(kept)},
    )


# What is sent --------------------------------------------------------------------------------------------------------


def _field(name: str) -> str:
    return flask.request.form.get(name, "").strip()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise errors.NotFound(kind="Task", key=text[:64]) from None


def _ticked() -> list[UUID]:
    """Give the ids in ``task``: several fields, or one with blanks between; at most :data:`bulk.MOST`."""
    written = " ".join(flask.request.form.getlist("task")).split()
    bulk.limited(cast("Sequence[UUID]", written))
    return [found for each in dict.fromkeys(written) if (found := _id(each)) is not None]


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=work.place().office.zone)
    except ValueError:
        raise errors.InputError(reason="this is no date") from None


def _local() -> datetime:
    return work.now().astimezone(work.place().office.zone)


# What is answered ----------------------------------------------------------------------------------------------------


@contextmanager
def _told() -> Iterator[None]:
    """Tell what was wrong with a short answer on the page that it came from, where that page is still there."""
    try:
        yield
    except (errors.InputError, errors.NudgedLately, errors.InstanceChanged) as error:
        pages.problem(i18n.message(error))


def _task(task_id: UUID) -> Response:
    return flask.redirect(flask.url_for("tasks.one", task_id=task_id), 303)


def _handed(task_id: UUID, verb: Callable[..., None], words: str) -> Response | tuple[str, int]:
    try:
        with work.writing() as (session, actor):
            verb(session, task_id, _field("person"), actor=actor, now=work.now(), reason=_field("reason"))
    except (errors.InputError, errors.NotFound) as error:
        with work.reading() as (session, actor):
            return _hand_over(session, actor, task_id, i18n.message(error)), 422
    pages.notice(words)
    return flask.redirect("/", 303)


def _hand_over(session: db.Session, actor: access.Actor, task_id: UUID, problem: str = "") -> str:
    view = tasks.get(session, task_id, actor=actor)
    may_assign = access.may_assign(actor)
    may_delegate = access.may_delegate(actor, assignee=view.task.assignee)
    if not (may_assign or may_delegate):
        raise errors.DelegationForbidden
    return flask.render_template(
        "hand_over.html",
        view=view,
        task=view.task,
        members=assignments.members(session, view.task.group, now=work.now()) if may_assign else (),
        everybody=assignments.everybody(session) if may_delegate else (),
        may_assign=may_assign,
        may_delegate=may_delegate,
        person=_field("person")[:64],
        reason=_field("reason")[: assignments.REASON_LONGEST],
        longest=assignments.REASON_LONGEST,
        problem=problem,
    )
