"""Messages: who a message is for, handing it over, and keeping it where nobody waits for it yet.

A message finds its case by its name and a key (BPMN 2.0.2, 8.3.2 and 10.5.4): the case's business key, or the value of the
element's ``message.key`` where the diagram says on what case and message must agree. Cases that wait go before start events.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from engine import errors
from engine.execution import correlation, steps
from engine.jobs import payloads, queue, replays, signals
from engine.jobs.queue import Job
from engine.people import access, groups
from engine.runtime import definitions, instances, records, waits
from engine.runtime.records import Held
from engine.store import db, keys, models
from engine.store import history as histories
from engine.store.db import Session

_LOOKED_AT = (10, 1000)  # kept messages that a new wait is compared with at first, and at a time; the oldest first


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: a case got it, it started one, or it is kept ``until`` somebody waits for it."""

    message_id: UUID
    status: Literal["delivered", "started", "kept", "expired"]
    instance_id: UUID | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Message:
    id: UUID
    name: str
    key: str | None
    payload: Mapping[str, object]
    sender: str
    source: UUID | None = None  # the case that threw it, which is not whom it is for (BPMN 2.0.2, 9.4)


class Taken(Exception):
    """Another transaction has the case just now: nothing was done, come back in a moment."""


_messages, _subscriptions, _instances = models.messages, models.subscriptions, models.instances
_of_name = (
    select(_subscriptions)
    .select_from(_subscriptions.outerjoin(_instances, _instances.c.id == _subscriptions.c.instance_id))
    .where(
        _subscriptions.c.kind == "message",
        _subscriptions.c.name == bindparam("name"),
        or_(_instances.c.id.is_(None), _instances.c.status == "active"),
    )
    .order_by(_subscriptions.c.id)
)
# Nobody hears what they threw themselves. (What starts cases has no case: of a start event this must not be asked.)
_cases = _of_name.where(
    _subscriptions.c.instance_id.is_not(None),
    _subscriptions.c.instance_id.is_distinct_from(bindparam("source", None, type_=_subscriptions.c.instance_id.type)),
)
_by_key = _cases.where(
    _subscriptions.c.payload_key == bindparam("expression"), _subscriptions.c.key == bindparam("key")
).limit(1)
_without_key = _cases.where(_subscriptions.c.payload_key == "").limit(2)
_starts = _of_name.where(_subscriptions.c.definition_id.is_not(None)).limit(1)
_of_case = _cases.where(_subscriptions.c.instance_id == bindparam("instance"))
# One step through the index for each expression, however many cases wait with it.
_next_expression = select(func.min(_subscriptions.c.payload_key)).where(
    _subscriptions.c.kind == "message",
    _subscriptions.c.name == bindparam("name"),
    _subscriptions.c.payload_key > bindparam("after"),
)
_subscription = select(_subscriptions).where(_subscriptions.c.id == bindparam("subscription"))
_hold_message = (
    select(_messages)
    .where(_messages.c.id == bindparam("message"), _messages.c.status == "waiting")
    .with_for_update(skip_locked=True)
)
_status = select(_messages.c.status).where(_messages.c.id == bindparam("message"))
_kept = (
    select(_messages)
    .where(_messages.c.status == "waiting", _messages.c.name == bindparam("name"), _messages.c.id > bindparam("after"))
    .order_by(_messages.c.id)
    .limit(bindparam("most"))
)
_kept_by_key = _kept.where(or_(_messages.c.key == bindparam("key"), _messages.c.key.is_(None)))
_began = select(models.history.c.data).where(
    models.history.c.instance_id == bindparam("instance"), models.history.c.serial == 1
)
_finish = (
    update(_messages)
    .where(_messages.c.id == bindparam("message"), _messages.c.status == "waiting")
    .values(status=bindparam("became"), instance_id=bindparam("case"))
)


# From outside --------------------------------------------------------------------------------------------------------


def send(
    session: Session,
    name: str,
    *,
    data: Mapping[str, object],
    actor: access.Actor,
    now: datetime,
    key: str | None = None,
    instance_id: UUID | None = None,
    keep: timedelta = waits.KEPT,
    idempotency: str | None = None,
) -> Receipt:
    """Hand a message to the case that waits for it, or start one with it, or keep it for as long as ``keep``.

    ``instance_id`` names the case; it must wait then. ``idempotency`` (at most 200 characters) makes a second sending of the same
    message one: its receipt is given again. Raises :class:`errors.RoleNeeded`, :class:`errors.MessageNameInvalid`,
    :class:`errors.MessageTooLarge`, :class:`errors.MessageAmbiguous`, :class:`errors.BusinessKeyInvalid`,
    :class:`errors.PayloadRefused`, :class:`errors.IdempotencyReused`, :class:`errors.ExecutionError`; for a named case also
    :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.InstanceSuspended`, :class:`errors.NobodyWaits`.
    """
    access.require_send(actor)
    message = _Message(keys.new(), signals.cleaned(name), instances.clean_key(key), data, actor.name)
    packed = payloads.pack(data)
    if idempotency is not None:
        row = replays.find(session, "message", idempotency, message.name, message.key, packed)
        if row is not None:
            return _receipt(session, row)
    case, status = _handed(session, message, instance_id, actor, now)
    until = now + min(max(keep, timedelta(0)), payloads.LONGEST_KEEP)
    if case is None and until <= now:
        status = "expired"
    row_ = waits.message(
        message.name,
        message.key,
        packed,
        status={"kept": "waiting", "expired": "expired"}.get(status, "delivered"),
        sender=actor.name,
        now=now,
        until=until,
        id=message.id,
        instance_id=case,
        idempotency=idempotency,
    )
    session.execute(insert(_messages), row_)
    if status == "kept":
        # Somebody may have begun to wait since we looked; the job finds out, and comes back when the time is over.
        waits.add(session, [waits.delivery(message.id, now)], now=now)
    return Receipt(message.id, status, case, until if status == "kept" else None)


def _handed(
    session: Session, message: _Message, instance_id: UUID | None, actor: access.Actor, now: datetime
) -> tuple[UUID | None, Literal["delivered", "started", "kept", "expired"]]:
    """Hand a message over if there is somebody; give the case, and what happened."""
    if instance_id is not None:
        held = records.hold(session, instance_id)
        target = _agreeing(session, message, instance_id, now)
        if target is None:
            raise errors.NobodyWaits(kind="message", name=message.name)
        _deliver(session, message, target, held, actor, now)
        return instance_id, "delivered"
    while (target := _target(session, message, now)) is not None:
        if target.instance_id is None:
            return _start(session, message, target, actor, now), "started"
        held = records.hold_any(session, target.instance_id)
        # Between finding the case and having it, somebody else may have moved it on.
        if held.status == "active" and session.execute(_subscription, {"subscription": target.id}).first() is not None:
            _deliver(session, message, target, held, actor, now)
            return held.id, "delivered"
    return None, "kept"


def tell(session: Session, instance_id: UUID, wait: UUID, *, actor: access.Actor, now: datetime) -> None:
    """Say as a person that what a case waits for has happened: exactly that wait (a subscription's id) gets its message, empty.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`, :class:`errors.TellForbidden`, :class:`errors.WaitOver`,
    :class:`errors.InstanceClosed`, :class:`errors.InstanceSuspended`, :class:`errors.ExecutionError`.
    """
    instances.seen(session, instance_id, actor)
    instance = records.hold(session, instance_id)
    target = session.execute(_subscription, {"subscription": wait}).first()
    if target is None or target.instance_id != instance.id or target.kind != "message":
        raise errors.WaitOver
    lane = definitions.told(definitions.load(session, instance.definition_id).nodes.get(target.node))
    group = None if lane is None else groups.office(session, instance.office).group_of(lane)
    if lane is None:
        raise errors.TellForbidden(group="-")
    access.require_tell(actor, group=group)
    message = _Message(keys.new(), target.name, target.key, {}, actor.name)
    said = histories.Event(
        "message.received",
        target.node,
        group=group if group in actor.groups else None,
        data={**_origin(message), "told": True},
    )
    _deliver(session, message, target, instance, actor, now, said)
    row = waits.message(
        message.name,
        message.key,
        payloads.pack({}),
        status="delivered",
        sender=actor.name,
        now=now,
        until=now,
        id=message.id,
        instance_id=instance.id,
    )
    session.execute(insert(_messages), row)


# By itself -----------------------------------------------------------------------------------------------------------


def attempt(session: Session, job: Job, *, now: datetime) -> None:
    """Deliver the message of a job, or keep it until its time is over. Raises :class:`Taken` and what delivering raises."""
    row = session.execute(_hold_message, {"message": UUID(job.data["message"])}).first()
    if row is None:
        if session.execute(_status, {"message": UUID(job.data["message"])}).scalar() == "waiting":
            raise Taken
        queue.done(session, job.id)
        return
    message = _Message(row.id, row.name, row.key, waits.unpack(row.data), row.sender, row.source_id)
    target = _target(session, message, now)
    if target is None:
        # From here on whoever begins to wait for such a message sees that it is kept, or we see them.
        db.take_turns(session, waits.turn(message.name))
        if _target(session, message, now) is not None:
            raise Taken  # and not delivered in this turn: delivering takes turns itself, at other names
        if now < row.expires_at:
            queue.postpone(session, job, row.expires_at, tries=0)
            return
        session.execute(_finish, {"message": row.id, "became": "expired", "case": None})
        queue.done(session, job.id)
        return
    case = target.instance_id
    if case is None:
        case = _start(session, message, target, access.SYSTEM, now)
    else:
        _deliver(session, message, target, _free(session, case), access.SYSTEM, now)
    session.execute(_finish, {"message": row.id, "became": "delivered", "case": case})
    queue.done(session, job.id)


def look(session: Session, job: Job, instance: Held, *, now: datetime) -> None:
    """Find a kept message for a wait that has begun; one at a time, the oldest first. Raises what delivering raises."""
    target = session.execute(_subscription, {"subscription": UUID(job.data["subscription"])}).first()
    found = None if target is None else _kept_for(session, target, now)
    if target is None or found is None:
        queue.done(session, job.id)
        return
    if session.execute(_hold_message, {"message": found.id}).first() is None:
        raise Taken
    _deliver(session, found, target, instance, access.SYSTEM, now)
    session.execute(_finish, {"message": found.id, "became": "delivered", "case": instance.id})
    queue.done(session, found.id)
    # What goes on waiting (a boundary event that does not interrupt) may get the next one.
    queue.done(session, job.id)
    if session.execute(_subscription, {"subscription": target.id}).first() is not None:
        waits.add(session, [waits.look(dict(target._mapping), now)], now=now)  # noqa: SLF001  # a row's documented mapping


def _kept_for(session: Session, target: Row[*tuple[Any, ...]], now: datetime) -> _Message | None:
    """Give the oldest kept message that is for a subscription."""
    local = groups.office(session).local(now)
    query = _kept if target.payload_key else _kept_by_key
    after, (most, at_a_time) = UUID(int=0), _LOOKED_AT
    while rows := session.execute(query, {"name": target.name, "key": target.key, "after": after, "most": most}).all():
        after, most = rows[-1].id, at_a_time
        for row in rows:
            message = _Message(row.id, row.name, row.key, waits.unpack(row.data), row.sender, row.source_id)
            key = message.key
            if message.source == target.instance_id:
                continue
            if target.payload_key:
                key = correlation.key_of(target.payload_key, message.payload, local)
            if key is not None and key == target.key:
                return message
            if not target.payload_key and key is None and _is_only(session, target):
                return message
    return None


def _is_only(session: Session, target: Row[*tuple[Any, ...]]) -> bool:
    found = session.execute(_without_key, {"name": target.name}).all()
    return [row.id for row in found] == [target.id]


# Finding and handing over --------------------------------------------------------------------------------------------


def _target(session: Session, message: _Message, now: datetime) -> Row[*tuple[Any, ...]] | None:
    """Give the subscription that a message is for: of the case that waits longest, else of a start event.

    Raises :class:`errors.MessageAmbiguous` where it has no key and several cases wait.
    """
    name = message.name
    about = {"name": name, "source": message.source}
    if message.key is not None:
        found = session.execute(_by_key, {**about, "expression": "", "key": message.key}).first()
        if found is not None:
            return found
    expression = session.execute(_next_expression, {"name": name, "after": ""}).scalar()
    local = groups.office(session).local(now) if expression else now
    while expression:
        if (key := correlation.key_of(expression, message.payload, local)) is not None:
            found = session.execute(_by_key, {**about, "expression": expression, "key": key}).first()
            if found is not None:
                return found
        expression = session.execute(_next_expression, {"name": name, "after": expression}).scalar()
    if message.key is None:
        several = session.execute(_without_key, about).all()
        if len(several) == 1:
            return several[0]
        if several:
            raise errors.MessageAmbiguous(name=name)
    return session.execute(_starts, about).first()


def _agreeing(session: Session, message: _Message, instance_id: UUID, now: datetime) -> Row[*tuple[Any, ...]] | None:
    """Give the subscription of a case that was named which waits longest and agrees with the message's key."""
    local = groups.office(session).local(now)
    for row in session.execute(_of_case, {"name": message.name, "instance": instance_id}).all():
        if row.payload_key:
            key = correlation.key_of(row.payload_key, message.payload, local)
            agrees = key is not None and key == row.key
        else:
            agrees = message.key is None or message.key == row.key
        if agrees:
            return row
    return None


def _free(session: Session, instance_id: UUID) -> Held:
    held = records.hold_free(session, instance_id)
    if held is None or held.status != "active":
        raise Taken
    return held


def _deliver(
    session: Session,
    message: _Message,
    target: Row[*tuple[Any, ...]],
    instance: Held,
    actor: access.Actor,
    now: datetime,
    event: histories.Event | None = None,
) -> None:
    step = steps.deliver(
        definitions.spec_of(session, instance.definition_id),
        instance.state,
        "message",
        message.name,
        message.payload,
        now=groups.office(session, instance.office).local(now),
        token=target.token,
        library=definitions.Library(session),
    )
    event = event or histories.Event("message.received", target.node, data=_origin(message))
    records.record(session, instance, step, actor=actor, now=now, event=event)


def _origin(message: _Message) -> dict[str, object]:
    return {"name": message.name, "sender": message.sender, "message": str(message.id)}


def _start(
    session: Session, message: _Message, target: Row[*tuple[Any, ...]], actor: access.Actor, now: datetime
) -> UUID:
    definition = definitions.get(session, target.definition_id)
    key = message.key
    if target.payload_key:
        key = correlation.key_of(target.payload_key, message.payload, groups.office(session).local(now)) or key
    event = steps.StartEvent("message", message.name, message.payload)
    cause = {"message": str(message.id), "name": message.name, "sender": message.sender}
    started = instances.begin_at(
        session, definition, event, {}, actor=actor, now=now, business_key=key, node=target.node, cause=cause
    )
    return started.id


def _receipt(session: Session, row: Row[*tuple[Any, ...]]) -> Receipt:
    """Give the receipt of a message that was sent before, as it stands now."""
    if row.status == "waiting":
        return Receipt(row.id, "kept", None, row.expires_at)
    if row.status == "expired":
        return Receipt(row.id, "expired", None, None)
    began = json.loads(session.execute(_began, {"instance": row.instance_id}).scalar_one())
    started = began.get("message") == str(row.id)
    return Receipt(row.id, "started" if started else "delivered", row.instance_id, None)
