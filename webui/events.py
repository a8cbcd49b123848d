"""What happened to a case, in words: who did what, or what came about by itself, and the data before and after."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from engine.diagrams import model
from engine.store import history
from webui import facts, i18n, pages, wording
from webui.words import gettext as _


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


def entries(
    events: Iterable[history.Recorded],
    nodes: Mapping[str, model.Node],
    known: Mapping[str, Any],
    *,
    why: bool,
) -> list[Entry]:
    """Put those events into words that people are told of; ``why``: also why something failed by itself."""
    return [entry(event, nodes, known, why=why) for event in events if event.kind in _KINDS]


def entry(
    event: history.Recorded, nodes: Mapping[str, model.Node], known: Mapping[str, Any], *, why: bool = True
) -> Entry:
    """Put an event into words: who, in which capacity, what, and the data before and after."""
    changes = tuple(
        (facts.fact(name, before, known), facts.fact(name, after, known))
        for name, _scope, before, after in _changed(event.data.get("changes", ()))
    )
    return Entry(
        event.at,
        _KINDS[event.kind](event.data),
        step_name(event.node, nodes) if event.node else "",
        _who(event),
        _capacity(event),
        changes,
        _reason(event.data, why=why),
        event.kind in _FOLLOWING,
    )


def origin(event: history.Recorded | None) -> str:
    """Say who or what started a case, for beside the moment; "" where nobody knows."""
    if event is None:
        return ""
    name, sender = event.data.get("name", event.data.get("signal")), _who(event)
    if "timer" in event.data:
        return _("by its timetable")
    if "message" in event.data:
        return _("by the message “%(name)s” from %(sender)s", name=name, sender=sender)
    if "signal" in event.data:
        return _("by the signal “%(name)s” from %(sender)s", name=name, sender=sender)
    return sender


def step_name(node: str | None, nodes: Mapping[str, model.Node]) -> str:
    """Name an element as its drawing does; what has no name is told by what it belongs to or is, else by its id."""
    found = nodes.get(node or "")
    if found is None or found.name:
        return found.name if found else node or ""
    kind = found.events[0].kind if found.events else None
    title = _UNNAMED[kind]() if kind in _UNNAMED else ""
    host = nodes.get(found.attached_to or "")
    if host is not None and host.name:
        return f"{host.name} – {title}" if title else host.name
    return title or ("" if found.kind == "startEvent" else found.id)


def _who(event: history.Recorded) -> str:
    """Give who did it; of what another system or case sent, and the engine handed over, the sender."""
    sender = event.data.get("sender")
    return sender if event.user_id is None and isinstance(sender, str) and sender else event.user_name


def _reason(data: Mapping[str, Any], *, why: bool) -> str:
    if isinstance(error := data.get("error"), Mapping):
        return i18n.told(error) if why else ""
    reason = data.get("reason")
    return reason if isinstance(reason, str) else ""


def _changed(changes: Iterable[Any]) -> Iterable[tuple[str, Any, Any, Any]]:
    return (tuple(each) for each in changes)


def _capacity(event: history.Recorded) -> str:
    if not event.group:
        return ""
    group = pages.group_name(event.group)
    return {"plt": _("Plt. %(group)s", group=group), "plh": _("Plh. %(group)s", group=group)}.get(
        event.capacity or "", group
    )


def _started(data: Mapping[str, Any]) -> str:
    if "timer" in data:
        return _("the case began by its timetable")
    if "message" in data:
        return _("the message “%(name)s” began the case", name=data.get("name", ""))
    if "signal" in data:
        return _("the signal “%(name)s” began the case", name=data["signal"])
    return _("started the case")


def _received(data: Mapping[str, Any]) -> str:
    if data.get("told"):
        return _("said that this has happened")
    return _("the message “%(name)s” arrived", name=data["name"])


def _refused(data: Mapping[str, Any]) -> str:
    return _("%(connector)s answered with the error %(code)s", connector=data["connector"], code=data["code"])


def _urgency(priority: int) -> str:
    return (_("ordinary"), _("urgent"), _("very urgent"))[priority]


def _put_off(data: Mapping[str, Any]) -> str:
    if data.get("at") is None:
        return _("no longer puts the step off")
    return _("put the step off until %(moment)s", moment=wording.appointment(datetime.fromisoformat(data["at"])))


_UNNAMED: Mapping[str | None, Callable[[], str]] = {
    "timer": lambda: _("time limit"),
    "message": lambda: _("message"),
    "signal": lambda: _("signal"),
}
_KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "instance.started": _started,
    "instance.completed": lambda _data: _("finished the case"),
    "instance.cancelled": lambda _data: _("cancelled the case"),
    "instance.suspended": lambda _data: _("suspended the case"),
    "instance.resumed": lambda _data: _("let the case go on"),
    "task.opened": lambda _data: _("step opened"),
    "task.claimed": lambda _data: _("claimed the step"),
    "task.released": lambda _data: _("gave the step back"),
    "task.assigned": lambda data: _("assigned the step to %(name)s", name=data["name"]),
    "task.delegated": lambda data: _("handed the step over to %(name)s", name=data["name"]),
    "task.handed_back": lambda _data: _("handed the step back"),
    "task.unclaimed": lambda _data: _("undid the claim"),
    "task.reprioritised": lambda data: _("made it %(urgency)s", urgency=_urgency(data["to"])),
    "task.follow_up": _put_off,
    "task.nudged": lambda _data: _("reminded of the step"),
    "comment.added": lambda _data: _("commented"),
    "task.completed": lambda _data: _("completed the step"),
    "task.cancelled": lambda _data: _("step withdrawn"),
    "timer.fired": lambda _data: _("its time has come"),
    "message.received": _received,
    "signal.received": lambda data: _("the signal “%(name)s” arrived", name=data["name"]),
    "service.completed": lambda data: _("done by itself (%(connector)s)", connector=data["connector"]),
    "service.refused": _refused,
    "incident.opened": lambda _data: _("failed and goes no further by itself"),
    "incident.retried": lambda _data: _("had it tried again"),
}
"""What is told; the engine records more."""
_FOLLOWING = {"task.opened", "task.cancelled"}
