"""Cases as people look at them: lists, one in full, and what happened to it; :mod:`engine.runtime.instances` has the verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, exists, literal_column, or_, select

from engine import errors
from engine.execution import steps
from engine.people import access, groups
from engine.runtime import definitions, pages
from engine.runtime.pages import Page
from engine.runtime.records import OPEN, label
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session

STATUSES = ("active", "suspended", "completed", "cancelled")
_LIVING = {"active", "suspended"}
_MOST = 500  # of the jobs, and of the subscriptions, that a page tells of


@dataclass(frozen=True, slots=True)
class Instance:
    """A case as lists show it: of definition ``key`` ``version``; ``steps`` are the labels of the tasks open now.

    ``failing``: something that should happen by itself has failed and waits for people to decide (an incident).
    """

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
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What a case is to do by itself at ``due_at``: ``kind`` is timer, service, message or signal.

    ``status`` is due, held (the case is suspended) or failed (an incident, since ``failed_at``). ``tries`` are those that were
    begun (service) or have failed (all others). ``error`` is that of the last try, as JSON (:func:`engine.jobs.incidents.describe`); it is
    empty for who may not retry, and ``None`` where none failed or one runs.
    """

    id: UUID
    kind: str
    status: str
    token: int | None
    node: str | None
    due_at: datetime
    tries: int
    failed_at: datetime | None
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A message or signal (``kind``) that a case waits for at ``node``; a message must bring ``key`` where that is not ``None``.

    ``may_tell``: the actor may say that it has happened (:func:`engine.jobs.messages.tell`).
    """

    id: UUID
    token: int | None
    node: str
    kind: str
    name: str
    key: str | None
    may_tell: bool


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
    """A case in full: where its tokens are, its variables, its tasks in order of opening, and the elements it has been through.

    ``jobs`` and ``subscriptions`` are what it waits for besides people, the incidents first. ``began`` is the event that started it,
    ``suspended`` the one that suspended it, where it is.
    """

    instance: Instance
    tokens: tuple[steps.At, ...]
    variables: Mapping[str, object]
    tasks: tuple[Task, ...]
    jobs: tuple[Job, ...]
    subscriptions: tuple[Subscription, ...]
    visited: frozenset[str]
    began: histories.Recorded | None
    suspended: histories.Recorded | None
    may_cancel: bool
    may_suspend: bool
    may_retry: bool


_instances, _tasks, _definitions, _users = models.instances, models.tasks, models.definitions, models.users
_jobs, _subscriptions = models.jobs, models.subscriptions
_FAILED = literal_column("jobs.status") == literal_column("'failed'")  # said without a parameter, as records.OPEN
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
    exists(select(_jobs.c.id).where(_jobs.c.instance_id == _instances.c.id, _FAILED)).label("failing"),
).select_from(
    _instances.join(_definitions, _definitions.c.id == _instances.c.definition_id).outerjoin(
        _starter, _starter.c.id == _instances.c.started_by
    )
)
_one = _list.add_columns(_instances.c.state, _instances.c.started_by.label("starter_id")).where(
    _instances.c.id == bindparam("instance")
)
# Also those of processes that the case has called at their newest version.
_participants = (
    select(models.participants.c.group_key)
    .where(models.participants.c.definition_id == bindparam("definition"))
    .union(
        select(_tasks.c.group_key).where(
            _tasks.c.instance_id == bindparam("instance"),
            _tasks.c.definition_id.is_not(None),
            _tasks.c.group_key.is_not(None),
        )
    )
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
_jobs_of = (
    select(
        _jobs.c.id,
        _jobs.c.kind,
        _jobs.c.status,
        _jobs.c.token,
        _jobs.c.node,
        _jobs.c.due_at,
        _jobs.c.tries,
        _jobs.c.failed_at,
        _jobs.c.error,
    )
    .where(_jobs.c.instance_id == bindparam("instance"))
    .order_by(_jobs.c.failed_at.is_(None), _jobs.c.due_at, _jobs.c.id)
    .limit(_MOST)
)
_subscriptions_of = (
    select(
        _subscriptions.c.id,
        _subscriptions.c.token,
        _subscriptions.c.node,
        _subscriptions.c.kind,
        _subscriptions.c.name,
        _subscriptions.c.key,
    )
    .where(_subscriptions.c.instance_id == bindparam("instance"))
    .order_by(_subscriptions.c.id)
    .limit(_MOST)
)
# In the order of the index of incidents, or else SQLite looks through all jobs; a storm of failures is cut, the oldest count.
_incidents = select(_jobs.c.instance_id).where(_FAILED).order_by(_jobs.c.failed_at, _jobs.c.id)
_failing = _incidents.where(_jobs.c.instance_id.is_not(None)).limit(10_000)
_any_failing = select(_incidents.limit(1).exists())


def search(
    session: Session,
    *,
    actor: access.Actor,
    status: str | None = None,
    failing: bool = False,
    key: str | None = None,
    text: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[Instance]:
    """List the cases the actor may see, the newest first.

    ``status`` is one of :data:`STATUSES`, ``failing``: only those with an incident, ``key`` a process, ``text`` part of the business
    key or of the process's name; ``after`` is the ``next`` of the page before.
    """
    limit = pages.bounded(limit)
    query = _list.order_by(_instances.c.id.desc()).limit(limit + 1)
    if not access.may_see_all_instances(actor):
        query = query.where(_taking_part(actor))
    if status is not None:
        query = query.where(_instances.c.status == status)
    if failing:
        query = query.where(_instances.c.id.in_(_failing))
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


def any_failing(session: Session) -> bool:
    """Say whether there is any incident, of a case or of none."""
    return bool(session.execute(_any_failing).scalar())


def get(session: Session, instance_id: UUID, *, actor: access.Actor) -> InstanceView:
    """Give a case in full. Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`."""
    row = seen(session, instance_id, actor)
    snapshot = steps.describe(
        definitions.spec_of(session, row.definition_id), bytes(row.state), library=definitions.Library(session)
    )
    tasks = tuple(_task_of(task) for task in session.execute(_tasks_of, {"instance": instance_id}))
    open_ = tuple(task.label for task in tasks if task.status == "open")
    living = row.status in _LIVING
    jobs = session.execute(_jobs_of, {"instance": instance_id}).all() if living else []
    subscriptions = _listening(session, row, actor) if living else ()
    visited, began, suspended = _past(session, instance_id)
    may_retry = access.may_retry(actor)
    return InstanceView(
        _instance(row, open_),
        () if row.status == "cancelled" else snapshot.tokens,
        snapshot.variables,
        tasks,
        tuple(Job(*job[:-1], job.error if may_retry or job.error is None else {}) for job in jobs),
        subscriptions,
        visited,
        began,
        suspended if row.status == "suspended" else None,
        living and access.may_cancel(actor),
        living and access.may_suspend(actor),
        may_retry,
    )


def history(
    session: Session, instance_id: UUID, *, actor: access.Actor, after: int = 0, limit: int = 100
) -> Page[histories.Recorded]:
    """List what happened to a case, the oldest first; ``after`` is the ``next`` of the page before, as a number.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`.
    """
    seen(session, instance_id, actor)
    limit = pages.bounded(limit)
    rows = histories.read(session, instance_id, after=after, limit=limit + 1)
    return pages.cut(rows, limit, lambda row: row, lambda row: str(row.serial))


def seen(session: Session, instance_id: UUID, actor: access.Actor) -> Row[*tuple[Any, ...]]:
    """Give a case's row to who may see it. Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`."""
    row = session.execute(_one, {"instance": instance_id}).first()
    if row is None:
        raise errors.NotFound(kind="Instance", key=instance_id)
    participants = (
        session.execute(_participants, {"definition": row.definition_id, "instance": instance_id}).scalars().all()
    )
    access.require_see_instance(actor, participants=participants, started_by=row.starter_id)
    return row


def _listening(session: Session, case: Row[*tuple[Any, ...]], actor: access.Actor) -> tuple[Subscription, ...]:
    rows = session.execute(_subscriptions_of, {"instance": case.id}).all()
    telling: set[str] = set()
    if case.status == "active" and any(row.kind == "message" for row in rows):
        nodes, office = definitions.load(session, case.definition_id).nodes, groups.office(session)
        lanes = {row.node: definitions.told(nodes.get(row.node)) for row in rows if row.kind == "message"}
        telling = {
            node
            for node, lane in lanes.items()
            if lane is not None and access.may_tell(actor, group=office.group_of(lane))
        }
    return tuple(Subscription(*row, row.kind == "message" and row.node in telling) for row in rows)


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


def _past(
    session: Session, instance_id: UUID
) -> tuple[frozenset[str], histories.Recorded | None, histories.Recorded | None]:
    """Give the ids of the nodes and flows that a case has been through, its first event, and its last suspension."""
    found: set[str] = set()
    began = suspended = None
    after = 0
    while events := histories.read(session, instance_id, after=after, limit=1000):
        after = events[-1].serial
        began = began or events[0]
        for event in events:
            found.update(element for _, element in event.data.get("path", ()))
            if event.kind == "instance.suspended":
                suspended = event
    return frozenset(found), began, suspended


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
        bool(row.failing),
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
