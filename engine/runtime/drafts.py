"""Drafts: what somebody has typed into a task's form and not sent yet, kept while they type and given back when they return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import bindparam, delete, insert, select, update

from engine import errors
from engine.forms import validation
from engine.people import access
from engine.runtime import tasks
from engine.store import models
from engine.store.db import Session

LARGEST: Final = 256 * 1024
"""Bytes of a draft, as JSON."""
LATELY: Final = timedelta(minutes=10)
"""Who saved a draft so long ago counts as still at it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One's own draft: ``values`` as they were typed, nested as a submission is."""

    values: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desks of a task: one's own draft, and the names of others who are at it."""

    mine: Draft | None = None
    others: tuple[str, ...] = ()


_drafts, _users = models.drafts, models.users
_mine = (_drafts.c.task_id == bindparam("task")) & (_drafts.c.user_id == bindparam("user"))
_of_task = (
    select(_drafts.c.user_id, _drafts.c["values"], _drafts.c.saved_at, _users.c.name)
    .join_from(_drafts, _users, _users.c.id == _drafts.c.user_id)
    .where(_drafts.c.task_id == bindparam("task"))
    .order_by(_users.c.name)
)
_again = (
    update(_drafts)
    .where(_mine)
    .values({"values": bindparam("typed"), "saved_at": bindparam("now"), "version": _drafts.c.version + 1})
)
_first = insert(_drafts)
_end = delete(_drafts).where(_mine)


def save(
    session: Session, task_id: UUID, typed: Mapping[str, object], *, actor: access.Actor, now: datetime, zone: ZoneInfo
) -> None:
    """Keep what the actor has typed so far, but for what the form hides: a closed letter's content is not kept by a draft either.

    Raises what :func:`tasks.get` raises, :class:`errors.TaskForbidden` for who may not complete the task, and
    :class:`errors.InputError` for more than :data:`LARGEST`.
    """
    view = tasks.get(session, task_id, actor=actor)
    if not view.may_complete or view.form is None or actor.user_id is None:
        raise errors.TaskForbidden(group=view.task.group or "-")
    local = now.astimezone(zone)
    sheet = validation.settle(view.form, typed, variables=view.values, today=local.date(), zone=zone)
    shown: dict[str, object] = {}
    for one in view.form.order:
        if not sheet.states[one.id].hidden and one.kind != "filepicker":
            validation.put(shown, one.path, validation.at(typed, one.path))
    try:
        size = len(orjson.dumps(shown))
    except orjson.JSONEncodeError as error:
        raise errors.InputError(reason="this draft cannot be kept") from error
    if size > LARGEST:
        raise errors.InputError(reason=f"a draft has at most {LARGEST // 1024} kB")
    who = {"task": task_id, "user": actor.user_id}
    if session.execute(_again, {**who, "typed": shown, "now": now}).rowcount != 1:
        row = {"task_id": task_id, "user_id": actor.user_id, "values": shown, "version": 1, "saved_at": now}
        session.execute(_first, row)


def of_task(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime) -> Desk:
    """Give the actor's draft of a task, and who else was at it lately."""
    rows = session.execute(_of_task, {"task": task_id}).all()
    own = next((row for row in rows if row.user_id == actor.user_id), None)
    return Desk(
        Draft(own.values, own.saved_at) if own is not None else None,
        tuple(row.name for row in rows if row.user_id != actor.user_id and now - row.saved_at < LATELY),
    )


def discard(session: Session, task_id: UUID, *, actor: access.Actor) -> None:
    """Throw the actor's draft of a task away; nothing happens where there is none."""
    session.execute(_end, {"task": task_id, "user": actor.user_id})
