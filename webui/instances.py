"""Cases: which there are and where they stand; one of them as a diagram, as data and as its history."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import flask

from engine.diagrams import model
from engine.runtime import definitions
from engine.runtime import instances as instances_
from engine.store import history
from webui import facts, pages, wording, work
from webui.words import gettext as _

blueprint = flask.Blueprint("instances", __name__, url_prefix="/instances")

_EVENTS = 100


class Entry(NamedTuple):
    """One event of the history in words; ``by_itself`` are those that followed from the one before."""

    at: datetime
    what: str
    step: str
    who: str
    capacity: str
    changes: tuple[tuple[facts.Fact, facts.Fact], ...]
    reason: str
    by_itself: bool


@blueprint.get("")
def found() -> str:
    """List the cases I may see."""
    args = flask.request.args
    status = args.get("status") if args.get("status") in instances_.STATUSES else None
    text = args.get("q", "").strip()[: wording.LONGEST_SEARCH]
    with work.reading() as (session, actor):
        page = instances_.search(session, actor=actor, status=status, text=text, after=args.get("after"))
    return flask.render_template("instances.html", page=page, status=status, text=text)


@blueprint.get("/<uuid:instance_id>")
def one(instance_id: UUID) -> str:
    """Show a case: where it is, what it knows, what happened."""
    after = flask.request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0  # noqa: PLR2004  # fits any database
    with work.reading() as (session, actor):
        view = instances_.get(session, instance_id, actor=actor)
        events = instances_.history(session, instance_id, actor=actor, after=start, limit=_EVENTS)
        loaded = definitions.load(session, view.instance.definition_id)
    known = facts.fields(loaded)
    return flask.render_template(
        "instance.html",
        view=view,
        case=view.instance,
        drawn=view.instance.definition_id,
        open_tasks=[task for task in view.tasks if task.status == "open"],
        waiting=_waiting(view, loaded.nodes),
        data=facts.of(view.variables, known),
        states=states(view, work.now()),
        events=[entry(event, loaded.nodes, known) for event in events.items if event.kind in _KINDS],
        next_events=events.next,
        first_page=start == 0,
    )


def states(view: instances_.InstanceView, now: datetime) -> dict[str, dict[str, object]]:
    """Give the viewer island its marks: element id -> state and how many tokens stand there."""
    marks: dict[str, dict[str, object]] = {element: {"state": "done"} for element in view.visited}
    for token in view.tokens:
        if token.status == "inside":  # passed when its work is
            marks.pop(token.node, None)
        if token.status in _WAITS:
            marks[token.node] = {"state": "waiting"}
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


def _waiting(view: instances_.InstanceView, nodes: Mapping[str, model.Node]) -> list[tuple[str, str]]:
    """Give what a case waits for besides people: the element's name, and for what."""
    return [
        (_waiter(token.node, token.status, nodes), _WAITS[token.status]())
        for token in view.tokens
        if token.status in _WAITS
    ]


def _waiter(node: str, status: str, nodes: Mapping[str, model.Node]) -> str:
    """Name what waits; where branches meet, the drawing seldom has a name, and its id says nothing to a clerk."""
    found = nodes.get(node)
    unnamed = status == "join" and not (found and found.name)
    return _("Meeting of the branches") if unnamed else _named(node, nodes)


def entry(event: history.Recorded, nodes: Mapping[str, model.Node], known: Mapping[str, Any]) -> Entry:
    """Put an event into words: who, in which capacity, what, and the data before and after."""
    changes = tuple(
        (facts.fact(name, before, known), facts.fact(name, after, known))
        for name, _scope, before, after in _changed(event.data.get("changes", ()))
    )
    reason = event.data.get("reason")
    return Entry(
        event.at,
        _KINDS[event.kind](),
        _named(event.node, nodes) if event.node else "",
        event.user_name,
        _capacity(event),
        changes,
        reason if isinstance(reason, str) else "",
        event.kind in _FOLLOWING,
    )


def _changed(changes: Iterable[Any]) -> Iterable[tuple[str, Any, Any, Any]]:
    return (tuple(each) for each in changes)


def _named(node: str, nodes: Mapping[str, model.Node]) -> str:
    found = nodes.get(node)
    return (found.name if found else "") or node


def _capacity(event: history.Recorded) -> str:
    if not event.group:
        return ""
    group = pages.group_name(event.group)
    return {"plt": _("Plt. %(group)s", group=group), "plh": _("Plh. %(group)s", group=group)}.get(
        event.capacity or "", group
    )


_WAITS: Mapping[str, Callable[[], str]] = {
    "timer": lambda: _("waits for its time"),
    "message": lambda: _("waits for a message"),
    "signal": lambda: _("waits for a signal"),
    "event": lambda: _("waits for what happens first"),
    "join": lambda: _("waits for the other branches"),
}
_KINDS: Mapping[str, Callable[[], str]] = {
    "instance.started": lambda: _("started the case"),
    "instance.completed": lambda: _("finished the case"),
    "instance.cancelled": lambda: _("cancelled the case"),
    "task.opened": lambda: _("step opened"),
    "task.claimed": lambda: _("claimed the step"),
    "task.released": lambda: _("gave the step back"),
    "task.completed": lambda: _("completed the step"),
    "task.cancelled": lambda: _("step withdrawn"),
}
"""What is told; the engine records more."""
_FOLLOWING = {"task.opened", "task.cancelled"}
