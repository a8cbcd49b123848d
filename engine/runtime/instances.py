"""Instances (cases): start, cancel, suspend and resume; :mod:`engine.runtime.views` looks at them, ``records`` stores their steps."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from engine import errors
from engine.config import Office
from engine.diagrams import model
from engine.execution import steps
from engine.forms import validation
from engine.people import access, groups, users
from engine.runtime import definitions, records, waits, words
from engine.runtime.records import OPEN
from engine.runtime.records import record as record  # noqa: PLC0414  # the wing's front door
from engine.runtime.views import STATUSES as STATUSES  # noqa: PLC0414
from engine.runtime.views import Instance as Instance  # noqa: PLC0414
from engine.runtime.views import InstanceView as InstanceView  # noqa: PLC0414
from engine.runtime.views import Job as Job  # noqa: PLC0414
from engine.runtime.views import Subscription as Subscription  # noqa: PLC0414
from engine.runtime.views import Task as Task  # noqa: PLC0414
from engine.runtime.views import any_failing as any_failing  # noqa: PLC0414
from engine.runtime.views import get as get  # noqa: PLC0414
from engine.runtime.views import history as history  # noqa: PLC0414
from engine.runtime.views import search as search  # noqa: PLC0414
from engine.runtime.views import seen as seen  # noqa: PLC0414
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session

_KEY_LONGEST = 200
_REASON_LONGEST = 1000

_tasks, _jobs, _subscriptions = models.tasks, models.jobs, models.subscriptions
_all_open = select(_tasks.c.id, _tasks.c.node).where(_tasks.c.instance_id == bindparam("instance"), OPEN)
_hold_jobs = (
    update(_jobs).where(_jobs.c.instance_id == bindparam("instance"), _jobs.c.status == "due").values(status="held")
)
_free_jobs = (
    update(_jobs).where(_jobs.c.instance_id == bindparam("instance"), _jobs.c.status == "held").values(status="due")
)
_listening = select(_subscriptions).where(
    _subscriptions.c.instance_id == bindparam("instance"), _subscriptions.c.kind == "message"
)


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
    begin = loaded.begins[0] if loaded.begins else None
    variables = _start_values(loaded, begin, values or {}, now, office)
    return begin_at(
        session,
        definition,
        _start_event(begin),
        variables,
        actor=actor,
        now=now,
        business_key=clean_key(business_key),
        node=begin.id if begin else None,
    )


def begin_at(
    session: Session,
    definition: definitions.Definition,
    event: steps.StartEvent | None,
    variables: Mapping[str, object],
    *,
    actor: access.Actor,
    now: datetime,
    business_key: str | None = None,
    node: str | None = None,
    cause: Mapping[str, object] | None = None,
) -> Instance:
    """Start a case at a start event (its ``node``), whoever or whatever asked for it; ``cause`` is kept in its history.

    Raises :class:`errors.ExecutionError`, :class:`errors.ExpressionError`.
    """
    loaded = definitions.load(session, definition.id)
    office = groups.office(session)
    library = definitions.Library(session)
    step = steps.start(loaded.spec, variables, now=office.local(now), event=event, library=library)
    started = histories.Event("instance.started", node, data={"business_key": business_key, **(cause or {})})
    instance_id, opened = records.begin(
        session, definition.id, step, actor=actor, now=now, office=office, business_key=business_key, event=started
    )
    form = loaded.form(loaded.nodes[node].form_key) if node and node in loaded.nodes else None
    words.keep(session, instance_id, form, variables, business_key)
    ended = now if step.status == "completed" else None
    return Instance(
        instance_id,
        definition.id,
        definition.key,
        definition.version,
        definition.name,
        business_key,
        step.status,
        now,
        actor.name,
        ended,
        tuple(task.label for task in opened),
    )


def clean_key(business_key: str | None) -> str | None:
    """Give a business key as it is stored; ``None`` for an empty one. Raises :class:`errors.BusinessKeyInvalid`."""
    if business_key is None or not business_key.strip():
        return None
    return users.clean(business_key, _KEY_LONGEST, errors.BusinessKeyInvalid)


def cancel(session: Session, instance_id: UUID, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """End a case before its time: open tasks are withdrawn, nothing is waited for any more.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.RoleNeeded`.
    """
    access.require_cancel(actor)
    instance = records.hold_any(session, instance_id)
    if instance.status != "suspended":
        records.require_active(instance.status)
    tasks = session.execute(_all_open, {"instance": instance.id}).all()
    events = [_event("instance.cancelled", reason)]
    events += [histories.Event("task.cancelled", task.node, task.id) for task in tasks]
    records.note(
        session, instance, events, actor=actor, now=now, status="cancelled", ended_at=now, ended_by=actor.user_id
    )
    records.withdraw(session, [task.id for task in tasks], now)
    for waiting in (models.jobs, models.subscriptions):
        session.execute(delete(waiting).where(waiting.c.instance_id == instance.id))


def suspend(session: Session, instance_id: UUID, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """Stop a case for a while: nobody works on it, no timer goes off and no message is delivered until it is resumed.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.InstanceSuspended`, :class:`errors.RoleNeeded`.
    """
    access.require_suspend(actor)
    instance = records.hold(session, instance_id)
    records.note(session, instance, [_event("instance.suspended", reason)], actor=actor, now=now, status="suspended")
    session.execute(_hold_jobs, {"instance": instance.id})


def resume(session: Session, instance_id: UUID, *, actor: access.Actor, now: datetime, reason: str = "") -> None:
    """Let a suspended case go on; what fell due meanwhile happens now.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.InstanceActive`, :class:`errors.RoleNeeded`.
    """
    access.require_suspend(actor)
    instance = records.hold_any(session, instance_id)
    if instance.status != "suspended":
        records.require_active(instance.status)
        raise errors.InstanceActive
    records.note(session, instance, [_event("instance.resumed", reason)], actor=actor, now=now, status="active")
    session.execute(_free_jobs, {"instance": instance.id})
    # Messages that came meanwhile were kept, as if nobody had waited.
    listening = session.execute(_listening, {"instance": instance.id}).mappings().all()
    waits.add(session, [waits.look(dict(row), now) for row in listening], now=now)
    waits.ring(session)


def _event(kind: str, reason: str) -> histories.Event:
    words = reason.strip()[:_REASON_LONGEST]
    return histories.Event(kind, data={"reason": words} if words else {})


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
