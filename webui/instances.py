"""Cases: which there are and where they stand; one of them as a diagram, as data and as its history."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from engine import errors
from engine.jobs import incidents, messages
from engine.people import access
from engine.runtime import comments, definitions, tasks
from engine.runtime import instances as instances_
from webui import events, facts, pages, waits, wording, work
from webui.words import gettext as _

blueprint = flask.Blueprint("instances", __name__, url_prefix="/instances")

_EVENTS = 100
_FAILING = "failing"
"""A choice of the list beside the statuses: cases with an incident."""


class _Stop(NamedTuple):
    """A way to stop a case that wants a reason."""

    name: str
    require: Callable[[access.Actor], None]
    verb: Callable[..., None]
    done: Callable[[], str]

    def possible(self, view: instances_.InstanceView) -> bool:
        """Say whether the case is one to stop."""
        return view.instance.status == "active" or (self.name == "cancel" and view.instance.status == "suspended")


_SUSPEND = _Stop("suspend", access.require_suspend, instances_.suspend, lambda: _("The case is suspended."))
_CANCEL = _Stop("cancel", access.require_cancel, instances_.cancel, lambda: _("The case is cancelled."))


@blueprint.get("")
def found() -> str:
    """List the cases I may see."""
    args = flask.request.args
    status = args.get("status") if args.get("status") in (*instances_.STATUSES, _FAILING) else None
    text = args.get("q", "").strip()[: wording.LONGEST_SEARCH]
    with work.reading() as (session, actor):
        page = instances_.search(
            session,
            actor=actor,
            status=None if status == _FAILING else status,
            failing=status == _FAILING,
            text=text,
            after=args.get("after"),
        )
        any_failing = access.may_retry(actor) and instances_.any_failing(session)
    tabs = [(_FAILING, _("In trouble"))] if any_failing or status == _FAILING else []
    return flask.render_template("instances.html", page=page, status=status, text=text, tabs=tabs)


@blueprint.get("/<uuid:instance_id>")
def one(instance_id: UUID) -> str:
    """Show a case: where it is, what it knows, what happened."""
    after = flask.request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0  # noqa: PLR2004  # fits any database
    with work.reading() as (session, actor):
        view = instances_.get(session, instance_id, actor=actor)
        found = instances_.history(session, instance_id, actor=actor, after=start, limit=_EVENTS)
        loaded = definitions.load(session, view.instance.definition_id)
        said = comments.of_case(session, instance_id, actor=actor)
    known = facts.fields(loaded)
    return flask.render_template(
        "instance.html",
        view=view,
        case=view.instance,
        drawn=view.instance.definition_id,
        open_tasks=[task for task in view.tasks if task.status == "open"],
        origin=events.origin(view.began),
        incidents=waits.incidents(view, loaded.nodes),
        waiting=waits.waiting(view, loaded.nodes, work.now()),
        data=facts.of(view.variables, known),
        states=states(view, work.now()),
        events=events.entries(found.items, loaded.nodes, known, why=view.may_retry),
        next_events=found.next,
        first_page=start == 0,
        said=said,
    )


@blueprint.get("/<uuid:instance_id>/suspend")
def ask_suspend(instance_id: UUID) -> str | Response:
    """Ask why the case is to be suspended."""
    return _ask(instance_id, _SUSPEND)


@blueprint.post("/<uuid:instance_id>/suspend")
def suspend(instance_id: UUID) -> Response | tuple[str, int]:
    """Suspend the case, for a reason that its history keeps."""
    return _stop(instance_id, _SUSPEND)


@blueprint.get("/<uuid:instance_id>/cancel")
def ask_cancel(instance_id: UUID) -> str | Response:
    """Ask why the case is to be cancelled."""
    return _ask(instance_id, _CANCEL)


@blueprint.post("/<uuid:instance_id>/cancel")
def cancel(instance_id: UUID) -> Response | tuple[str, int]:
    """Cancel the case, for a reason that its history keeps."""
    return _stop(instance_id, _CANCEL)


@blueprint.post("/<uuid:instance_id>/resume")
def resume(instance_id: UUID) -> Response:
    """Let a suspended case go on."""
    with work.writing() as (session, actor):
        instances_.resume(session, instance_id, actor=actor, now=work.now())
    pages.notice(_("The case goes on."))
    return _shown(instance_id)


@blueprint.post("/<uuid:instance_id>/jobs/<uuid:job_id>/retry")
def retry(instance_id: UUID, job_id: UUID) -> Response:
    """Have what failed tried again."""
    with work.writing() as (session, actor):
        if incidents.retry(session, job_id, actor=actor, now=work.now()) != instance_id:
            raise errors.NotFound(kind="Job", key=job_id)
    pages.notice(_("It will be tried again at once. Reload this page in a moment to see how it went."))
    return _shown(instance_id)


@blueprint.post("/<uuid:instance_id>/waits/<uuid:wait_id>")
def tell(instance_id: UUID, wait_id: UUID) -> Response:
    """Say that what the case waits for has happened, then go on to its next task if that is mine."""
    with work.writing() as (session, actor):
        messages.tell(session, instance_id, wait_id, actor=actor, now=work.now())
        following = tasks.next_of(session, instance_id, actor=actor)
    if following:
        pages.notice(_("Recorded. The next step of this case is yours."))
        return flask.redirect(flask.url_for("tasks.one", task_id=following), 303)
    pages.notice(_("Recorded. The case goes on."))
    return _shown(instance_id)


def _ask(instance_id: UUID, stop: _Stop, *, wrong: bool = False) -> str | Response:
    with work.reading() as (session, actor):
        stop.require(actor)
        view = instances_.get(session, instance_id, actor=actor)
    if not stop.possible(view):
        return _shown(instance_id)
    return flask.render_template("instance_stop.html", case=view.instance, stop=stop.name, wrong=wrong)


def _stop(instance_id: UUID, stop: _Stop) -> Response | tuple[str, int]:
    reason = flask.request.form.get("reason", "").strip()
    if not reason:
        asked = _ask(instance_id, stop, wrong=True)
        return (asked, 422) if isinstance(asked, str) else asked
    with work.writing() as (session, actor):
        stop.verb(session, instance_id, actor=actor, now=work.now(), reason=reason)
    pages.notice(stop.done())
    return _shown(instance_id)


def _shown(instance_id: UUID) -> Response:
    return flask.redirect(flask.url_for("instances.one", instance_id=instance_id), 303)


def states(view: instances_.InstanceView, now: datetime) -> dict[str, dict[str, object]]:
    """Give the viewer island its marks: element id -> state and how many tokens stand there."""
    marks: dict[str, dict[str, object]] = {element: {"state": "done"} for element in view.visited}
    for token in view.tokens:
        if token.status == "inside":  # passed when its work is
            marks.pop(token.node, None)
    marks |= waits.marks(view)
    count: dict[str, int] = {}
    for task in view.tasks:
        if task.status != "open":
            continue
        count[task.node] = count.get(task.node, 0) + 1
        late = task.due_at is not None and task.due_at < now
        was_late = marks.get(task.node, {}).get("state") == "late"
        marks[task.node] = {
            "state": "late" if late or was_late else "active",
            "count": count[task.node],
            "title": pages.group_name(task.group) or task.lane or "",
        }
    return marks
