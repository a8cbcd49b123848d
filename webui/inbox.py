"""The inbox: tasks as lists, narrowed, sorted and searched; and lists that people keep under a name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from engine.people import access
from engine.runtime import definitions
from engine.runtime import filters as filters_
from engine.runtime import inbox as inbox_
from engine.store import db
from webui import pages, work
from webui.words import gettext as _

blueprint = flask.Blueprint("inbox", __name__)

_BULK = "actions.bulk"
_SHOWN = 8
"""So many kept lists stand side by side; the others unfold."""


class _Choices(NamedTuple):
    """What a list can be narrowed to."""

    processes: Sequence[tuple[str, str]]
    steps: Sequence[tuple[str, str]]
    colleagues: Sequence[tuple[UUID, str]]


@blueprint.get("/")
def tasks() -> str:
    """Show a list of tasks; who has none on the desk sees the groups' first."""
    args = flask.request.args
    with work.reading() as (session, actor):
        kept = filters_.list_seen(session, actor=actor)
        counts = inbox_.counts(session, actor=actor, now=work.now())
        used = _used(kept, args.get("filter"))
        query = _query(args, used, counts)
        page = inbox_.search(
            session,
            actor=actor,
            scope=query.scope,
            text=query.text,
            sort=query.sort,
            criteria=query.criteria,
            now=work.now(),
            after=args.get("after"),
        )
        choices = _choices(session, actor, query)
    own = {"filter": str(used.id)} if used else {}
    return flask.render_template(
        "inbox.html",
        page=page,
        query=query,
        counts=counts,
        kept=kept,
        most_kept=_SHOWN,
        used=used,
        choices=choices,
        words=query.as_words(),
        address=own | query.as_words() | ({"columns": list(query.columns)} if _chosen(query, used) else {}),
        bulk=_bulk(actor, query) if page.items else (),
        opened={task.id for task in page.items if _may_open(actor, query, task)},
    )


@blueprint.post("/filters")
def save_filter() -> Response:
    """Keep a list under a name."""
    form = flask.request.form
    with work.writing() as (session, actor):
        made = filters_.save(
            session,
            form.get("name", ""),
            filters_.read(form, form.getlist("columns")),
            group=form.get("share") or None,
            actor=actor,
            now=work.now(),
        )
    pages.notice(_("The list is saved."))
    return flask.redirect(flask.url_for("inbox.tasks", filter=made), 303)


@blueprint.post("/filters/<uuid:filter_id>")
def change_filter(filter_id: UUID) -> Response:
    """Change a list of one's own to what is shown now."""
    form = flask.request.form
    query = filters_.read(form, form.getlist("columns"))
    with work.writing() as (session, actor):
        filters_.change(session, filter_id, form.get("name", ""), query, group=form.get("share") or None, actor=actor)
    pages.notice(_("The list is saved."))
    return flask.redirect(flask.url_for("inbox.tasks", filter=filter_id), 303)


@blueprint.post("/filters/<uuid:filter_id>/remove")
def remove_filter(filter_id: UUID) -> Response:
    """Remove a list of one's own."""
    with work.writing() as (session, actor):
        filters_.remove(session, filter_id, actor=actor)
    pages.notice(_("The list is removed."))
    return flask.redirect("/", 303)


def _used(kept: Sequence[filters_.Filter], wanted: str | None) -> filters_.Filter | None:
    """Give the kept list that an address names; one that is gone or not theirs is as if none had been named."""
    return next((each for each in kept if str(each.id) == wanted), None)


def _query(args: Mapping[str, str], used: filters_.Filter | None, counts: Mapping[inbox_.Scope, int]) -> filters_.Query:
    """Read what is wanted: of a kept list, what it says but for what the address says otherwise."""
    kept: dict[str, str] = used.query.as_words() if used else {}
    words = kept | dict(args.items())
    if "scope" not in words:
        words["scope"] = "mine" if counts["mine"] or not counts["groups"] else "groups"
    columns = flask.request.args.getlist("columns") or (used.query.columns if used else ())
    return filters_.read(words, columns)


def _chosen(query: filters_.Query, used: filters_.Filter | None) -> bool:
    return query.columns != (used.query.columns if used else filters_.USUAL)


def _choices(session: db.Session, actor: access.Actor, query: filters_.Query) -> _Choices:
    return _Choices(
        [(each.key, each.name) for each in definitions.list_latest(session)],
        filters_.steps(session, query.criteria.process),
        filters_.colleagues(session, actor=actor, now=work.now()),
    )


def _bulk(actor: access.Actor, query: filters_.Query) -> Sequence[tuple[str, str]]:
    """Give what can be done with several tasks at once."""
    if _BULK not in flask.current_app.view_functions or query.scope in {"done", "waiting"}:
        return ()
    ways = [] if query.scope == "mine" else [("claim", _("Claim"))]
    ways.append(("complete", _("Complete")))
    return [*ways, ("assign", _("Assign"))] if access.may_assign_any(actor) else ways


def _may_open(actor: access.Actor, query: filters_.Query, task: inbox_.TaskRow) -> bool:
    """Say whether a row leads to its task; else it leads to its case."""
    return query.scope != "done" and access.may_see_task(actor, assignee=task.assignee, group=task.group)


# Words ---------------------------------------------------------------------------------------------------------------


def scopes() -> Sequence[tuple[str, str]]:
    """Give the inbox's tabs."""
    return (
        ("mine", _("My tasks")),
        ("groups", _("My groups")),
        ("late", _("Late")),
        ("waiting", _("Waiting for others")),
        ("done", _("Done")),
    )


def sorts() -> Sequence[tuple[str, str]]:
    """Give the orders of a list."""
    return (
        ("due", _("Due first")),
        ("priority", _("Most urgent first")),
        ("newest", _("Newest first")),
        ("oldest", _("Oldest first")),
        ("sop", _("By SOP")),
    )


def dues() -> Sequence[tuple[str, str]]:
    """Give the spans in which tasks are due."""
    return (
        ("late", _("late")),
        ("today", _("later today")),
        ("week", _("within 7 days")),
        ("none", _("no target time")),
    )


def priorities() -> Sequence[tuple[int, str]]:
    """Give the urgencies, as letters of an office are marked."""
    return ((0, _("ordinary")), (1, _("urgent")), (2, _("very urgent")))


def columns() -> Sequence[tuple[str, str]]:
    """Give what a list may show beside the step."""
    return (
        ("case", _("Case number")),
        ("sop", _("SOP")),
        ("group", _("Group")),
        ("assignee", _("Who has it")),
        ("due", _("Due")),
        ("priority", _("Urgency")),
        ("created", _("Since when")),
    )


for each in (scopes, sorts, dues, priorities, columns):
    blueprint.add_app_template_global(each, f"inbox_{each.__name__}")
