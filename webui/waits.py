"""What a case waits for besides people, and what of that has failed, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.diagrams import model
from engine.runtime import instances
from webui import events, i18n, wording
from webui.words import gettext as _


class Wait(NamedTuple):
    """What an element waits for; ``left`` says how long still, ``error`` why the last try failed (where one may know).

    ``tell`` is the wait that the reader may say of that it has happened.
    """

    step: str
    why: str
    left: str
    error: str
    tell: UUID | None = None


class Incident(NamedTuple):
    """Something that failed and waits for people: which element, what was to happen there, why it failed, since when."""

    id: UUID
    step: str
    what: str
    error: str
    since: datetime
    tries: int


def waiting(view: instances.InstanceView, nodes: Mapping[str, model.Node], now: datetime) -> list[Wait]:
    """Give what a case waits for, in the order of its tokens; incidents are told apart from these."""
    jobs = {job.token: job for job in view.jobs if job.kind in _JOBS}
    listening = {each.token: each for each in view.subscriptions}
    found = []
    for token in view.tokens:
        if token.status not in _WAITS:
            continue
        job, subscription = jobs.get(token.token), listening.get(token.token)
        step = _waiter(token.node, token.status, nodes)
        if job is not None and job.status != "failed":
            found.append(_job(step, job, now))
        elif subscription is not None:
            found.append(
                Wait(step, _subscription(subscription), "", "", subscription.id if subscription.may_tell else None)
            )
        elif job is None:
            found.append(Wait(step, _WAITS[token.status](), "", ""))
    return found


def incidents(view: instances.InstanceView, nodes: Mapping[str, model.Node]) -> list[Incident]:
    """Give what failed, the oldest first."""
    return [
        Incident(
            job.id,
            events.step_name(job.node, nodes) or view.instance.name,
            failure(job.kind, with_case=True),
            i18n.told(job.error) if job.error else "",
            job.failed_at,
            job.tries,
        )
        for job in view.jobs
        if job.failed_at is not None and job.status == "failed"
    ]


def failure(kind: str, *, with_case: bool) -> str:
    """Say what was to happen that failed: of a job of a kind that belongs to a case, or to none yet."""
    return (_FAILED if with_case else _FAILED_ALONE)[kind]()


def marks(view: instances.InstanceView) -> dict[str, dict[str, object]]:
    """Give the viewer island its marks of what waits and of what failed: element id -> state."""
    found: dict[str, dict[str, object]] = {
        token.node: {"state": "waiting"} for token in view.tokens if token.status in _WAITS or token.status == "event"
    }
    found |= {job.node: {"state": "error"} for job in view.jobs if job.status == "failed" and job.node}
    return found


def _waiter(node: str, status: str, nodes: Mapping[str, model.Node]) -> str:
    """Name what waits; where branches meet, the drawing seldom has a name, and its id says nothing to a clerk."""
    found = nodes.get(node)
    unnamed = status == "join" and not (found and found.name)
    return _("Meeting of the branches") if unnamed else events.step_name(node, nodes)


def _job(step: str, job: instances.Job, now: datetime) -> Wait:
    error = i18n.told(job.error) if job.error else ""
    if job.kind == "timer" and job.error is None:
        return Wait(
            step,
            _("waits until %(moment)s", moment=wording.appointment(job.due_at)),
            wording.left(job.due_at, now) if job.status == "due" else "",
            error,
        )
    if job.status == "held":
        return Wait(step, _("waits until the case goes on"), "", error)
    if job.error is not None:
        why = _("will be tried again at %(moment)s", moment=wording.appointment(job.due_at))
        return Wait(step, why, wording.left(job.due_at, now), error)
    return Wait(step, _("is being done by itself now") if job.tries else _("will be done by itself at once"), "", error)


def _subscription(subscription: instances.Subscription) -> str:
    if subscription.kind == "signal":
        return _("waits for the signal “%(name)s”", name=subscription.name)
    if subscription.key is None:
        return _("waits for the message “%(name)s”", name=subscription.name)
    return _("waits for the message “%(name)s” with the key %(key)s", name=subscription.name, key=subscription.key)


_JOBS = {"timer", "service"}
_WAITS: Mapping[str, Callable[[], str]] = {
    "timer": lambda: _("waits for its time"),
    "message": lambda: _("waits for a message"),
    "signal": lambda: _("waits for a signal"),
    "service": lambda: _("waits for another system"),
    "join": lambda: _("waits for the other branches"),
}
_FAILED: Mapping[str, Callable[[], str]] = {
    "timer": lambda: _("Its time came, but the case could not go on."),
    "message": lambda: _("A message came, but the case could not go on."),
    "signal": lambda: _("A signal came, but the case could not go on."),
    "service": lambda: _("What the system should do by itself did not work."),
}
_FAILED_ALONE: Mapping[str, Callable[[], str]] = {
    "start": lambda: _("A case should have started by its timetable."),
    "message": lambda: _("A message could not be delivered."),
    "signal": lambda: _("A signal should have started a case."),
}
