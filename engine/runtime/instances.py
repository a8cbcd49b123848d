"""Instances (cases): start, cancel, search and look at; :mod:`engine.runtime.records` stores their steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, or_, select

from engine import errors
from engine.config import Office
from engine.diagrams import model
from engine.execution import steps
from engine.forms import validation
from engine.people import access, groups, users
from engine.runtime import definitions, pages, records
from engine.runtime.pages import Page
from engine.runtime.records import OPEN, label
from engine.runtime.records import record as record  # noqa: PLC0414  # the wing's front door
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session

STATUSES = ("active", "completed", "cancelled")
_KEY_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Instance:
    """A case as lists show it: of definition ``key`` ``version``; ``steps`` are the labels of the tasks open now."""

    id: UUID
    definition_id: UUID
    key: str
    version: int
    name: str
    business_key: str | None
    status: str
    started_at: datetime
    started_by: str | None
    ended_at: datetime | None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a case, open or done; people are told by name."""

    id: UUID
    token: int
    node: str
    label: str
    lane: str | None
    group: str | None
    status: str
    assignee: str | None
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None


@dataclass(frozen=True, slots=True)
class InstanceView:
    """A case in full: where its tokens are, its variables, its tasks in order of opening, and the elements it has been through."""

    instance: Instance
    tokens: tuple[steps.At, ...]
    variables: Mapping[str, object]
    tasks: tuple[Task, ...]
    visited: frozenset[str]
    may_cancel: bool


_instances, _tasks, _definitions, _users = models.instances, models.tasks, models.definitions, models.users
_all_open = select(_tasks.c.id, _tasks.c.node).where(_tasks.c.instance_id == bindparam("instance"), OPEN)
_starter, _assignee, _completer = _users.alias("starter"), _users.alias("assignee"), _users.alias("completer")
_list = select(
    _instances.c.id,
    _instances.c.definition_id,
    _definitions.c.key,
    _definitions.c.version,
    _definitions.c.name,
    _instances.c.business_key,
    _instances.c.status,
    _instances.c.started_at,
    _starter.c.name.label("started_by"),
    _instances.c.ended_at,
).select_from(
    _instances.join(_definitions, _definitions.c.id == _instances.c.definition_id).outerjoin(
        _starter, _starter.c.id == _instances.c.started_by
    )
)
_one = _list.add_columns(_instances.c.state, _instances.c.started_by.label("starter_id")).where(
    _instances.c.id == bindparam("instance")
)
_participants = select(models.participants.c.group_key).where(
    models.participants.c.definition_id == bindparam("definition")
)
_current_steps = (
    select(_tasks.c.instance_id, _tasks.c.name, _tasks.c.item)
    .where(_tasks.c.instance_id.in_(bindparam("instances", expanding=True)), OPEN)
    .order_by(_tasks.c.token)
)
_tasks_of = (
    select(_tasks, _assignee.c.name.label("assignee_name"), _completer.c.name.label("completer_name"))
    .select_from(
        _tasks.outerjoin(_assignee, _assignee.c.id == _tasks.c.assignee).outerjoin(
            _completer, _completer.c.id == _tasks.c.completed_by
        )
    )
    .where(_tasks.c.instance_id == bindparam("instance"))
    .order_by(_tasks.c.token)
)


# Starting and ending -------------------------------------------------------------------------------------------------


def startable(session: Session, actor: access.Actor) -> tuple[definitions.Definition, ...]:
    """Give the processes that the actor may start, by name."""
    office = groups.office(session)
    latest = [each for each in definitions.list_latest(session) if each.retired_at is None]
    beginnings = definitions.beginnings(session, [each.id for each in latest])
    return tuple(
        each
        for each in latest
        if (beginning := beginnings[each.id]).possible
        and access.may_start(actor, _starting_groups(beginning.lanes, office))
    )


def start(
    session: Session,
    key: str,
    *,
    actor: access.Actor,
    now: datetime,
    business_key: str | None = None,
    values: Mapping[str, object] | None = None,
) -> Instance:
    """Start a case of the newest version of a process, at its none start event or else as its message would.

    ``values`` are answers to the start event's form; without a form they become variables as they are. ``business_key`` (at most
    200 characters, need not be unique) is what the office knows the case by. Raises :class:`errors.NotFound`,
    :class:`errors.DefinitionRetired`, :class:`errors.StartForbidden`, :class:`errors.BusinessKeyInvalid`,
    :class:`errors.FormInvalid`, :class:`errors.ExecutionError`.
    """
    definition = definitions.latest(session, key)
    if definition.retired_at is not None:
        raise errors.DefinitionRetired(key=key)
    loaded = definitions.load(session, definition.id)
    office = groups.office(session)
    access.require_start(actor, _starting_groups(loaded.starters, office))
    if business_key is not None and business_key.strip():
        business_key = users.clean(business_key, _KEY_LONGEST, errors.BusinessKeyInvalid)
    else:
        business_key = None
    begin = loaded.begins[0] if loaded.begins else None
    variables = _start_values(loaded, begin, values or {}, now, office)
    step = steps.start(loaded.spec, variables, now=now, event=_start_event(begin))
    event = histories.Event("instance.started", begin.id if begin else None, data={"business_key": business_key})
    instance_id, opened = records.begin(
        session, definition.id, step, actor=actor, now=now, office=office, business_key=business_key, event=event
    )
    ended = now if step.status == "completed" else None
    return Instance(
        instance_id,
        definition.id,
        key,
        definition.version,
        definition.name,
        business_key,
        step.status,
        now,
        actor.name,
        ended,
        tuple(task.label for task in opened),
    )


def cancel(session: Session, instance_id: UUID, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """End a case before its time: open tasks are withdrawn, nothing is waited for any more.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.RoleNeeded`.
    """
    access.require_cancel(actor)
    instance = records.hold(session, instance_id)
    tasks = session.execute(_all_open, {"instance": instance.id}).all()
    events = [histories.Event("instance.cancelled", data={"reason": reason.strip()[:1000]} if reason.strip() else {})]
    events += [histories.Event("task.cancelled", task.node, task.id) for task in tasks]
    records.note(
        session, instance, events, actor=actor, now=now, status="cancelled", ended_at=now, ended_by=actor.user_id
    )
    records.withdraw(session, [task.id for task in tasks], now)
    for waiting in (models.jobs, models.subscriptions):
        session.execute(delete(waiting).where(waiting.c.instance_id == instance.id))


def _starting_groups(lanes: Iterable[str], office: Office) -> set[str]:
    return {group for lane in lanes if (group := office.group_of(lane)) is not None}


def _start_event(begin: model.Node | None) -> steps.StartEvent | None:
    if begin is None:
        return None
    if not begin.events:
        return steps.StartEvent("none", begin.id)
    return steps.StartEvent("message", begin.events[0].name or "")


def _start_values(
    loaded: definitions.Loaded,
    begin: model.Node | None,
    values: Mapping[str, object],
    now: datetime,
    office: Office,
) -> Mapping[str, object]:
    form = loaded.form(begin.form_key) if begin is not None else None
    if form is None:
        return values
    result = validation.validate(form, values, variables={}, today=now.astimezone(office.zone).date(), zone=office.zone)
    if result.errors:
        raise errors.FormInvalid(result.errors)
    return result.values


# Looking -------------------------------------------------------------------------------------------------------------


def search(
    session: Session,
    *,
    actor: access.Actor,
    status: str | None = None,
    key: str | None = None,
    text: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[Instance]:
    """List the cases the actor may see, the newest first.

    ``status`` is one of :data:`STATUSES`, ``key`` a process, ``text`` part of the business key or of the process's name; ``after`` is
    the ``next`` of the page before.
    """
    limit = pages.bounded(limit)
    query = _list.order_by(_instances.c.id.desc()).limit(limit + 1)
    if not access.may_see_all_instances(actor):
        query = query.where(_taking_part(actor))
    if status is not None:
        query = query.where(_instances.c.status == status)
    if key is not None:
        query = query.where(_definitions.c.key == key)
    if text.strip():
        pattern = pages.like(text)
        query = query.where(
            or_(pages.contains(_instances.c.business_key, pattern), pages.contains(_definitions.c.name, pattern))
        )
    if after:
        query = query.where(_instances.c.id < pages.key_of(after))
    rows = session.execute(query).all()
    now_at = _steps(session, [row.id for row in rows[:limit]])
    return pages.cut(rows, limit, lambda row: _instance(row, now_at.get(row.id, ())), lambda row: row.id.hex)


def get(session: Session, instance_id: UUID, *, actor: access.Actor) -> InstanceView:
    """Give a case in full. Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`."""
    row = _seen(session, instance_id, actor)
    snapshot = steps.describe(definitions.spec_of(session, row.definition_id), bytes(row.state))
    tasks = tuple(_task_of(task) for task in session.execute(_tasks_of, {"instance": instance_id}))
    open_ = tuple(task.label for task in tasks if task.status == "open")
    return InstanceView(
        _instance(row, open_),
        () if row.status == "cancelled" else snapshot.tokens,
        snapshot.variables,
        tasks,
        _visited(session, instance_id),
        row.status == "active" and access.may_cancel(actor),
    )


def history(
    session: Session, instance_id: UUID, *, actor: access.Actor, after: int = 0, limit: int = 100
) -> Page[histories.Recorded]:
    """List what happened to a case, the oldest first; ``after`` is the ``next`` of the page before, as a number.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`.
    """
    _seen(session, instance_id, actor)
    limit = pages.bounded(limit)
    rows = histories.read(session, instance_id, after=after, limit=limit + 1)
    return pages.cut(rows, limit, lambda row: row, lambda row: str(row.serial))


def _seen(session: Session, instance_id: UUID, actor: access.Actor) -> Row[*tuple[Any, ...]]:
    row = session.execute(_one, {"instance": instance_id}).first()
    if row is None:
        raise errors.NotFound(kind="Instance", key=instance_id)
    participants = session.execute(_participants, {"definition": row.definition_id}).scalars().all()
    access.require_see_instance(actor, participants=participants, started_by=row.starter_id)
    return row


def _taking_part(actor: access.Actor) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions
    """Give the condition of :func:`access.may_see_instance`."""
    theirs: Select[Any] = select(models.participants.c.definition_id).where(
        models.participants.c.group_key.in_(sorted(actor.groups))
    )
    # As a parameter: compared with Python's None it would become IS NULL, which is what the engine started.
    me = bindparam("me", actor.user_id, _instances.c.started_by.type)
    return or_(_instances.c.definition_id.in_(theirs), _instances.c.started_by == me)


def _steps(session: Session, ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    if ids:
        for row in session.execute(_current_steps, {"instances": ids}):
            found[row.instance_id] = (*found.get(row.instance_id, ()), label(row.name, row.item))
    return found


def _visited(session: Session, instance_id: UUID) -> frozenset[str]:
    """Give the ids of the nodes and flows that a case has been through."""
    found: set[str] = set()
    after = 0
    while events := histories.read(session, instance_id, after=after, limit=1000):
        after = events[-1].serial
        for event in events:
            found.update(element for _, element in event.data.get("path", ()))
    return frozenset(found)


def _instance(row: Row[*tuple[Any, ...]], steps_: tuple[str, ...]) -> Instance:
    return Instance(
        row.id,
        row.definition_id,
        row.key,
        row.version,
        row.name,
        row.business_key,
        row.status,
        row.started_at,
        row.started_by,
        row.ended_at,
        steps_,
    )


def _task_of(row: Row[*tuple[Any, ...]]) -> Task:
    return Task(
        row.id,
        row.token,
        row.node,
        label(row.name, row.item),
        row.lane,
        row.group_key,
        row.status,
        row.assignee_name,
        row.created_at,
        row.due_at,
        row.completed_at,
        row.completer_name,
    )
