"""Tasks: one of them as its page shows it, and its verbs, claim, release and complete.

Every verb holds the task's instance first and looks at the task afterwards, so what it decides on is what is. Closing is a
conditional update all the same: of two who complete one task, one succeeds and the other is told so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from engine import errors
from engine.diagrams import model
from engine.execution import steps
from engine.forms import validation
from engine.forms.model import Form
from engine.people import access, groups, users
from engine.runtime import definitions, inbox, records, words
from engine.runtime.records import OPEN, OpenTask
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as its page shows it.

    ``properties`` are the node's (``sop.*`` among them), ``values`` what the task sees, ``form`` what it asks (``None``:
    nothing). The page sends ``task.version`` back as ``seen``.
    """

    task: inbox.TaskRow
    assignee_name: str | None
    definition_id: UUID
    properties: Mapping[str, str]
    documentation: str
    form: Form | None
    values: Mapping[str, object]
    may_claim: bool
    may_release: bool
    may_complete: bool
    owner: UUID | None = None
    owner_name: str | None = None
    starter: UUID | None = None
    priority: int = 0
    follow_up: datetime | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What completing a task led to: the case's status, and those of the tasks it opened that the actor may do."""

    instance_id: UUID
    status: str
    next_tasks: tuple[OpenTask, ...]


Looked = Row[*tuple[Any, ...]]
"""An open task as :func:`held` reads it."""

_tasks, _instances, _definitions, _users = models.tasks, models.instances, models.definitions, models.users
_owners = _users.alias("owners")
_view = (
    inbox.rows.add_columns(
        _tasks.c.status,
        _tasks.c.token,
        _tasks.c.definition_id.label("own_definition_id"),
        _instances.c.definition_id,
        _instances.c.status.label("instance_status"),
        _instances.c.state,
        _users.c.name.label("assignee_name"),
        _owners.c.name.label("owner_name"),
        _tasks.c.owner,
        _tasks.c.priority,
        _tasks.c.follow_up,
        _instances.c.started_by,
    )
    .outerjoin(_users, _users.c.id == _tasks.c.assignee)
    .outerjoin(_owners, _owners.c.id == _tasks.c.owner)
    .where(_tasks.c.id == bindparam("task"))
)
_open_of = (
    select(_tasks.c.id, _tasks.c.assignee, _tasks.c.group_key)
    .where(_tasks.c.instance_id == bindparam("instance"), OPEN)
    .order_by(_tasks.c.token)
)
_hold = records.held.where(
    _instances.c.id == select(_tasks.c.instance_id).where(_tasks.c.id == bindparam("task")).scalar_subquery()
)
_look = select(
    _tasks.c.id,
    _tasks.c.token,
    _tasks.c.node,
    _tasks.c.group_key,
    _tasks.c.assignee,
    _tasks.c.status,
    _tasks.c.version,
    _tasks.c.form_key,
    _tasks.c.definition_id,
    _tasks.c.owner,
    _tasks.c.priority,
).where(_tasks.c.id == bindparam("task"))
_change = update(_tasks).where(_tasks.c.id == bindparam("task"), _tasks.c.version == bindparam("seen"), OPEN)


def get(session: Session, task_id: UUID, *, actor: access.Actor) -> TaskView:
    """Give an open task with all its page shows.

    Raises :class:`errors.NotFound`, :class:`errors.TaskForbidden`, :class:`errors.TaskClosed`, :class:`errors.InstanceSuspended`.
    """
    row = session.execute(_view, {"task": task_id}).first()
    if row is None:
        raise errors.NotFound(kind="Task", key=task_id)
    access.require_see_task(actor, assignee=row.assignee, group=row.group_key)
    if row.status != "open":
        raise errors.TaskClosed
    records.require_active(row.instance_status)
    loaded = definitions.load(session, row.definition_id)
    own = loaded if row.own_definition_id is None else definitions.load(session, row.own_definition_id)
    node: model.Node | None = own.nodes.get(row.node)
    return TaskView(
        inbox.task_row(row),
        row.assignee_name,
        row.definition_id,
        node.properties if node else {},
        node.documentation if node else "",
        own.form(row.form_key),
        steps.visible(loaded.spec, bytes(row.state), row.token, library=definitions.Library(session)),
        access.may_claim(actor, assignee=row.assignee, group=row.group_key),
        access.may_release(actor, assignee=row.assignee),
        access.may_complete(actor, assignee=row.assignee, group=row.group_key),
        row.owner,
        row.owner_name,
        row.started_by,
        row.priority,
        row.follow_up,
    )


def next_of(session: Session, instance_id: UUID, *, actor: access.Actor) -> UUID | None:
    """Give the first open task of a case that the actor may complete: their own, else one of their groups that nobody has."""
    rows = session.execute(_open_of, {"instance": instance_id}).all()
    theirs = [row for row in rows if access.may_complete(actor, assignee=row.assignee, group=row.group_key)]
    own = (row.id for row in theirs if row.assignee is not None)
    return next(own, theirs[0].id if theirs else None)


# Its verbs -----------------------------------------------------------------------------------------------------------


def claim(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime) -> None:
    """Take a task, so that it is the actor's alone; taking what one has already changes nothing.

    Raises :class:`errors.NotFound`, :class:`errors.TaskForbidden`, :class:`errors.TaskTaken`, :class:`errors.TaskClosed`.
    """
    instance, task = held(session, task_id, actor)
    if task.assignee is not None and task.assignee == actor.user_id:
        return
    _require_work(session, actor, task)
    if not access.may_claim(actor, assignee=task.assignee, group=task.group_key):
        raise errors.TaskForbidden(group=task.group_key or "-")
    change(session, task, assignee=actor.user_id)
    event = histories.Event("task.claimed", task.node, task.id, task.group_key)
    records.note(session, instance, [event], actor=actor, now=now)


def release(session: Session, task_id: UUID, *, actor: access.Actor, now: datetime) -> None:
    """Give a task back to its group; what nobody has stays so.

    Raises :class:`errors.NotFound`, :class:`errors.TaskForbidden`, :class:`errors.TaskClosed`.
    """
    instance, task = held(session, task_id, actor)
    if task.assignee is None:
        return
    access.require_release(actor, assignee=task.assignee, group=task.group_key)
    change(session, task, assignee=None)
    event = histories.Event("task.released", task.node, task.id, task.group_key, {"from": str(task.assignee)})
    records.note(session, instance, [event], actor=actor, now=now)


def complete(
    session: Session,
    task_id: UUID,
    submission: Mapping[str, object],
    *,
    actor: access.Actor,
    now: datetime,
    seen: int | None = None,
) -> Completion:
    """Complete a task with the answers to its form, and let its case go on to the next tasks or the end.

    A candidate who completes what nobody has, claims it by that. A task without a form asks nothing: what people send is
    dropped, what the engine itself (:data:`access.SYSTEM`) hands over becomes variables. ``seen`` is the ``version`` of the task on
    the actor's page. Raises :class:`errors.NotFound`, :class:`errors.TaskForbidden`, :class:`errors.TaskTaken`,
    :class:`errors.TaskClosed`, :class:`errors.InstanceChanged`, :class:`errors.FormInvalid`, :class:`errors.ExecutionError`,
    :class:`errors.ExpressionError`; after any of them nothing is stored.
    """
    instance, task = held(session, task_id, actor)
    _require_work(session, actor, task)
    if seen is not None and seen != task.version:
        raise errors.InstanceChanged
    loaded = definitions.load(session, instance.definition_id)
    local = groups.office(session, instance.office).local(now)
    library = definitions.Library(session)
    values = _values(session, instance, task, loaded, submission, actor, local)
    step = steps.complete(loaded.spec, instance.state, task.token, values, now=local, library=library)
    event = histories.Event("task.completed", task.node, task.id, task.group_key)
    opened = records.record(session, instance, step, actor=actor, now=now, event=event)
    change(
        session,
        task,
        status="completed",
        assignee=task.assignee or actor.user_id,
        completed_at=now,
        completed_by=actor.user_id,
    )
    words.keep(session, instance.id, _own(session, task, loaded).form(task.form_key), values)
    mine = tuple(each for each in opened if access.may_complete(actor, assignee=None, group=each.group))
    return Completion(instance.id, step.status, mine)


def held(session: Session, task_id: UUID, actor: access.Actor) -> tuple[records.Held, Row[*tuple[Any, ...]]]:
    """Hold an open task's instance, then read the task; only who may see it is told more.

    Raises :class:`errors.NotFound`, :class:`errors.TaskForbidden`, :class:`errors.TaskClosed`, :class:`errors.InstanceSuspended`.
    """
    row = session.execute(_hold, {"task": task_id}).first()
    task = session.execute(_look, {"task": task_id}).first()
    if row is None or task is None:
        raise errors.NotFound(kind="Task", key=task_id)
    access.require_see_task(actor, assignee=task.assignee, group=task.group_key)
    if task.status != "open":
        raise errors.TaskClosed
    if row.status != "active":
        records.require_active(row.status)
    return records.held_of(row), task


def _require_work(session: Session, actor: access.Actor, task: Row[*tuple[Any, ...]]) -> None:
    if access.may_complete(actor, assignee=task.assignee, group=task.group_key):
        return
    name = users.get(session, task.assignee).name if task.assignee is not None else ""
    access.require_work(actor, assignee=task.assignee, assignee_name=name, group=task.group_key)


def change(session: Session, task: Row[*tuple[Any, ...]], **values: object) -> None:
    """Change a task if it still is what was read. Raises :class:`errors.TaskClosed`."""
    changed = session.execute(_change, {"task": task.id, "seen": task.version, "version": task.version + 1, **values})
    if changed.rowcount != 1:
        raise errors.TaskClosed


def _own(session: Session, task: Row[*tuple[Any, ...]], loaded: definitions.Loaded) -> definitions.Loaded:
    """Give the definition that a task belongs to: its case's, unless it is of a process called at its newest version."""
    return loaded if task.definition_id is None else definitions.load(session, task.definition_id)


def _values(
    session: Session,
    instance: records.Held,
    task: Row[*tuple[Any, ...]],
    loaded: definitions.Loaded,
    submission: Mapping[str, object],
    actor: access.Actor,
    local: datetime,
) -> Mapping[str, object]:
    form = _own(session, task, loaded).form(task.form_key)
    if form is None:
        return submission if actor is access.SYSTEM else {}
    zone = groups.office(session, instance.office).zone
    result = validation.validate(
        form,
        submission,
        variables=steps.visible(loaded.spec, instance.state, task.token, library=definitions.Library(session)),
        today=local.date(),
        zone=zone,
    )
    if result.errors:
        raise errors.FormInvalid(result.errors)
    return result.values
