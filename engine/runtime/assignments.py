"""Who has a task, and what is agreed about it: assigned, delegated and handed back, put off, put first, asked for.

Every verb holds the task's instance first (:mod:`engine.runtime.tasks`), says in the history who did it and why, and tells
the people concerned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from engine import errors, notices
from engine.people import access, users
from engine.runtime import records, tasks
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session

PRIORITIES: Final = (0, 1, 2)
"""Ordinary, urgent, very urgent, as letters are (biasa, segera, sangat segera)."""
REASON_LONGEST: Final = 500
UNDO: Final = timedelta(minutes=1)
"""So long a claim can be undone as if it had not been."""
_PAUSE = timedelta(hours=1)  # between two reminders of one task


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose: ``jabatan`` is what the office calls their position, "" where that is not kept."""

    id: UUID
    username: str
    name: str
    jabatan: str


_users, _memberships, _history = models.users, models.memberships, models.history
_now = bindparam("now", type_=_memberships.c.since.type)
_person = select(_users.c.id, _users.c.username, _users.c.name, _users.c.jabatan).where(_users.c.active)
_of_group = (
    _person.join(_memberships, _memberships.c.user_id == _users.c.id)
    .where(
        _memberships.c.group_key == bindparam("group"), and_(_memberships.c.since <= _now, _memberships.c.until > _now)
    )
    .distinct()
    .order_by(_users.c.name, _users.c.id)
)
_everybody = _person.order_by(_users.c.name, _users.c.id).limit(500)
_by_username = _person.where(_users.c.username == bindparam("username"))
_last = (
    select(func.max(_history.c.at))
    .where(
        _history.c.instance_id == bindparam("instance"),
        _history.c.task_id == bindparam("task"),
        _history.c.kind == bindparam("kind"),
    )
    .scalar_subquery()
)
_starter = select(models.instances.c.started_by).where(models.instances.c.id == bindparam("instance"))


def members(session: Session, group: str | None, *, now: datetime) -> tuple[Person, ...]:
    """Give who holds a position now, by name."""
    return _people(session.execute(_of_group, {"group": group or "", "now": now}).all())


def everybody(session: Session) -> tuple[Person, ...]:
    """Give who works here, by name; at most 500."""
    return _people(session.execute(_everybody).all())


def find(session: Session, username: str) -> Person:
    """Give somebody who works here. Raises :class:`errors.NotFound`."""
    row = session.execute(_by_username, {"username": username.strip().lower().removeprefix("@")[:64]}).first()
    if row is None:
        raise errors.NotFound(kind="User", key=username[:64])
    return _people([row])[0]


def assign(session: Session, task_id: UUID, to: str, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """Give a task to a member of its group (``to``: a username); taking it from somebody else needs a reason.

    Raises :class:`errors.RoleNeeded`, :class:`errors.NotFound`, :class:`errors.NotCandidate`, :class:`errors.ReasonMissing`, and
    what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    access.require_assign(actor)
    person = find(session, to)
    if person.id not in {each.id for each in members(session, task.group_key, now=now)}:
        raise errors.NotCandidate(name=person.name)
    taken = task.assignee is not None and task.assignee != person.id
    words = clean_reason(reason, needed=taken)
    if task.assignee == person.id:
        return
    tasks.change(session, task, assignee=person.id, owner=None)
    moved = {"to": str(person.id), "name": person.name, "from": str(task.assignee) if task.assignee else None}
    _note(session, instance, task, "task.assigned", actor, now, {**moved, **_said(words)})
    notices.add(
        session,
        [person.id],
        "assigned",
        instance_id=instance.id,
        task_id=task.id,
        sender=actor.user_id,
        now=now,
    )


def delegate(session: Session, task_id: UUID, to: str, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """Hand a task that one has to anybody who works here (``to``: a username); who hands it over stays its owner.

    Raises :class:`errors.DelegationForbidden`, :class:`errors.NotFound`, :class:`errors.ReasonMissing` where it is somebody
    else's, and what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    if not access.may_delegate(actor, assignee=task.assignee):
        raise errors.DelegationForbidden
    person = find(session, to)
    words = clean_reason(reason, needed=task.assignee != actor.user_id)
    if person.id == task.assignee:
        return
    owner = None if person.id == task.owner else task.owner or task.assignee
    tasks.change(session, task, assignee=person.id, owner=owner, follow_up=None)
    moved = {"to": str(person.id), "name": person.name, "from": str(task.assignee)}
    _note(session, instance, task, "task.delegated", actor, now, {**moved, **_said(words)})
    notices.add(
        session,
        [person.id],
        "assigned",
        instance_id=instance.id,
        task_id=task.id,
        sender=actor.user_id,
        now=now,
    )


def hand_back(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime, reason: str) -> None:
    """Hand a task back to who delegated it, saying why.

    Raises :class:`errors.HandBackForbidden`, :class:`errors.ReasonMissing`, and what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    if not access.may_hand_back(actor, assignee=task.assignee, owner=task.owner):
        raise errors.HandBackForbidden
    words = clean_reason(reason, needed=True)
    tasks.change(session, task, assignee=task.owner, owner=None, follow_up=None)
    _note(session, instance, task, "task.handed_back", actor, now, {"to": str(task.owner), **_said(words)})
    notices.add(
        session,
        [task.owner],
        "assigned",
        instance_id=instance.id,
        task_id=task.id,
        sender=actor.user_id,
        now=now,
    )


def follow_up(session: Session, task_id: UUID, at: datetime | None, *, actor: access.Actor, now: datetime) -> None:
    """Say when a task is to be looked at again; ``None``: now, as always.

    Raises :class:`errors.PlanForbidden`, :class:`errors.InputError` for a moment that is past, and what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    if not access.may_plan(actor, assignee=task.assignee):
        raise errors.PlanForbidden
    if at is not None and at <= now:
        raise errors.InputError(reason="the follow-up must lie ahead")
    tasks.change(session, task, follow_up=at)
    _note(session, instance, task, "task.follow_up", actor, now, {"at": at.isoformat() if at else None})


def prioritise(
    session: Session, task_id: UUID, priority: int, *, actor: access.Actor, now: datetime, reason: str = ""
) -> None:
    """Set how urgent a task is: one of :data:`PRIORITIES`.

    Raises :class:`errors.PlanForbidden`, :class:`errors.InputError`, and what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    if not access.may_plan(actor, assignee=task.assignee):
        raise errors.PlanForbidden
    if priority not in PRIORITIES:
        raise errors.InputError(reason="a priority is 0, 1 or 2")
    words = clean_reason(reason)
    if priority == task.priority:
        return
    tasks.change(session, task, priority=priority)
    changed = {"from": task.priority, "to": priority}
    _note(session, instance, task, "task.reprioritised", actor, now, {**changed, **_said(words)})


def nudge(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime) -> int:
    """Remind who has a task, or its group where nobody has it, at most once an hour; give how many people are told.

    Raises :class:`errors.NudgeForbidden`, :class:`errors.NudgedLately`, and what :func:`tasks.held` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    starter = session.execute(_starter, {"instance": instance.id}).scalar()
    if not access.may_nudge(actor, assignee=task.assignee, owner=task.owner, starter=starter):
        raise errors.NudgeForbidden
    asked = {"instance": instance.id, "task": task.id, "kind": "task.nudged"}
    before = session.execute(select(_last), asked).scalar()
    if before is not None and now - before < _PAUSE:
        raise errors.NudgedLately
    told = [task.assignee] if task.assignee else [each.id for each in members(session, task.group_key, now=now)]
    told = [each for each in told if each != actor.user_id]
    _note(session, instance, task, "task.nudged", actor, now, {"to": [str(each) for each in told]})
    notices.add(
        session,
        told,
        "nudged",
        instance_id=instance.id,
        task_id=task.id,
        sender=actor.user_id,
        now=now,
    )
    return len(told)


def undo_claim(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime) -> None:
    """Take back one's own claim of a moment ago; later :func:`tasks.release` does the same.

    Raises :class:`errors.InstanceChanged` where it is too late, and what :func:`tasks.release` raises.
    """
    instance, task = tasks.held(session, task_id, actor)
    claimed = {"instance": instance.id, "task": task.id, "kind": "task.claimed"}
    at = session.execute(select(_last), claimed).scalar()
    if task.assignee != actor.user_id or at is None or now - at > UNDO:
        raise errors.InstanceChanged
    tasks.change(session, task, assignee=None)
    _note(session, instance, task, "task.unclaimed", actor, now, {})


def clean_reason(reason: str, *, needed: bool = False) -> str:
    """Give a reason as it is kept. Raises :class:`errors.ReasonMissing`, :class:`errors.ReasonTooLong`."""
    if not reason.strip():
        if needed:
            raise errors.ReasonMissing
        return ""
    return users.clean(reason, REASON_LONGEST, errors.ReasonTooLong)


def _said(reason: str) -> dict[str, object]:
    return {"reason": reason} if reason else {}


def _note(
    session: Session,
    instance: records.Held,
    task: tasks.Looked,
    kind: str,
    actor: access.Actor,
    now: datetime,
    data: dict[str, object],
) -> None:
    event = histories.Event(kind, task.node, task.id, task.group_key, data)
    records.note(session, instance, [event], actor=actor, now=now)


def _people(rows: Sequence[tasks.Looked]) -> tuple[Person, ...]:
    return tuple(Person(row.id, row.username, row.name, row.jabatan or "") for row in rows)
