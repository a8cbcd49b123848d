"""What an instance waits for, as rows: timers and service calls become jobs, messages and signals subscriptions; and what it throws.

A message that is thrown, or that was kept for whoever begins to wait for it, is delivered by a job of its own, so that no
transaction ever touches two instances.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from engine.execution import steps
from engine.execution.variables import Scope
from engine.store import db, keys, models
from engine.store.db import Session

SOON = timedelta(seconds=30)
"""Who waits for work looks at least this often; a job that is due sooner rings for them."""
KEPT = timedelta(days=7)
"""So long a message that a process throws is kept for somebody to wait for it."""

Kind = Literal["timer", "start", "message", "signal", "service"]
_instances, _jobs, _messages, _subscriptions = models.instances, models.jobs, models.messages, models.subscriptions
_end_jobs = delete(_jobs).where(
    _jobs.c.instance_id == bindparam("instance"), _jobs.c.token.in_(bindparam("tokens", expanding=True))
)
_end_subscriptions = delete(_subscriptions).where(
    _subscriptions.c.instance_id == bindparam("instance"),
    _subscriptions.c.token.in_(bindparam("tokens", expanding=True)),
)
_add_jobs, _add_subscriptions, _add_messages = insert(_jobs), insert(_subscriptions), insert(_messages)
_kept_names = (
    select(_messages.c.name)
    .where(_messages.c.status == "waiting", _messages.c.name.in_(bindparam("names", expanding=True)))
    .distinct()
)
_hearing = (
    select(_subscriptions.c.instance_id, _subscriptions.c.definition_id, _subscriptions.c.node, _instances.c.status)
    .select_from(_subscriptions.outerjoin(_instances, _instances.c.id == _subscriptions.c.instance_id))
    .where(_subscriptions.c.kind == "signal", _subscriptions.c.name == bindparam("name"))
    .order_by(_subscriptions.c.id)
)


def job(
    kind: Kind,
    due_at: datetime,
    *,
    instance: UUID | None = None,
    definition: UUID | None = None,
    token: int | None = None,
    node: str | None = None,
    data: Mapping[str, object] | None = None,
    held: bool = False,
) -> dict[str, Any]:
    """Give the row of a new job; ``held``: its case is suspended."""
    return {
        "id": keys.new(),
        "kind": kind,
        "status": "held" if held else "due",
        "instance_id": instance,
        "definition_id": definition,
        "token": token,
        "node": node,
        "due_at": due_at,
        "tries": 0,
        "data": data or {},
        "error": None,
        "failed_at": None,
    }


def message(
    name: str,
    key: str | None,
    data: object,
    *,
    status: str,
    sender: str,
    now: datetime,
    until: datetime,
    **more: object,
) -> dict[str, Any]:
    """Give the row of a new message; ``data`` is packed already, ``more`` are columns that most messages leave empty."""
    return {
        "id": keys.new(),
        "name": name,
        "key": key,
        "data": data,
        "status": status,
        "sender": sender[:200],
        "source_id": None,
        "instance_id": None,
        "sent_at": now,
        "expires_at": until,
        "idempotency": None,
        **more,
    }


def delivery(message_id: UUID, now: datetime) -> dict[str, Any]:
    """Give the job that delivers a message. It has the message's id: whoever delivers it otherwise ends it without a search."""
    return {**job("message", now, data={"message": str(message_id)}), "id": message_id}


def add(session: Session, jobs: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Store new jobs, and ring where one is due soon."""
    if jobs:
        session.execute(_add_jobs, jobs)
        if any(each["due_at"] <= now + SOON for each in jobs):
            ring(session)


def ring(session: Session) -> None:
    """Wake who waits for jobs, when the transaction has committed."""
    db.ring(session)


def store(
    session: Session, instance_id: UUID, business_key: str | None, step: steps.Step, *, sender: str, now: datetime
) -> None:
    """Store what an instance waits for after a step, and drop what it no longer waits for. ``sender`` names it to others."""
    if over := [*step.ended, *(each.token for each in step.timers)]:  # a timer set anew takes its old one's place
        session.execute(_end_jobs, {"instance": instance_id, "tokens": over})
    if step.ended:
        session.execute(_end_subscriptions, {"instance": instance_id, "tokens": list(step.ended)})
    jobs = [job("timer", each.due, instance=instance_id, token=each.token, node=each.node) for each in step.timers]
    jobs += [_service(each, instance_id, now) for each in step.services]
    if step.subscriptions:
        jobs += _listen(session, instance_id, business_key, step.subscriptions, now)
    if step.thrown:
        jobs += _throw(session, instance_id, business_key, step.thrown, sender, now)
    add(session, jobs, now=now)


def turn(name: str) -> int:
    """Give the number of the turns (:func:`db.take_turns`) between who sends a message of this name and who begins to wait."""
    return int.from_bytes(sha256(f"message {name}".encode()).digest()[:8], "big", signed=True)


def pack(payload: Mapping[str, object]) -> list[object]:
    """Give a payload as JSON that keeps dates and durations. Raises :class:`errors.VariableRefused`."""
    return Scope(0, payload).pack()


def unpack(packed: list[Any]) -> dict[str, object]:
    """Read what :func:`pack` gave."""
    return Scope.unpack(0, packed).values


def hearing(session: Session, name: str, *, but: UUID | None = None) -> Iterator[dict[str, Any]]:
    """Give, for every case that waits for a signal and every definition that it starts, where it is to be delivered.

    Each is ``instance``, ``definition``, ``node`` and ``held``, for :func:`job`; a case is told once. ``but`` is the case that
    threw it and has heard it already.
    """
    told = {but}
    for row in session.execute(_hearing, {"name": name}):
        if row.definition_id is not None:
            yield {"definition": row.definition_id, "node": row.node}
        elif row.instance_id not in told:
            told.add(row.instance_id)
            yield {"instance": row.instance_id, "held": row.status == "suspended"}


def _service(service: steps.Service, instance_id: UUID, now: datetime) -> dict[str, Any]:
    data: dict[str, object] = {"connector": service.connector}
    if service.retry is not None:
        tries, delay = service.retry
        data["retry"] = [tries, delay.total_seconds()]
    return job("service", now, instance=instance_id, token=service.token, node=service.node, data=data)


def _listen(
    session: Session,
    instance_id: UUID,
    business_key: str | None,
    subscriptions: Iterable[steps.Subscription],
    now: datetime,
) -> list[dict[str, Any]]:
    """Store subscriptions; give a job for each for which a message may have been kept."""
    rows = [
        {
            "id": keys.new(),
            "instance_id": instance_id,
            "definition_id": None,
            "token": each.token,
            "node": each.node,
            "kind": each.kind,
            "name": each.name,
            "key": each.key if each.payload_key else business_key,
            "payload_key": each.payload_key,
        }
        for each in subscriptions
    ]
    session.execute(_add_subscriptions, rows)
    names = sorted({each.name for each in subscriptions if each.kind == "message"})
    if not names:
        return []
    for name in names:
        # Whoever sends such a message now has either found us or kept it where we see it.
        db.take_turns(session, turn(name), shared=True)
    kept = set(session.scalars(_kept_names, {"names": names}))
    return [look(row, now) for row in rows if row["kind"] == "message" and row["name"] in kept]


def look(subscription: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give the job that looks for a kept message for a subscription."""
    return job(
        "message",
        now,
        instance=subscription["instance_id"],
        token=subscription["token"],
        node=subscription["node"],
        data={"subscription": str(subscription["id"])},
    )


def _throw(
    session: Session,
    instance_id: UUID,
    business_key: str | None,
    thrown: Iterable[steps.Thrown],
    sender: str,
    now: datetime,
) -> list[dict[str, Any]]:
    """Store messages that were thrown; give the jobs that deliver them and the signals.

    What is for a party outside leaves the house: no case of ours waits for it, so nothing is kept.
    """
    jobs: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for each in thrown:
        if each.kind == "message" and each.receiver is not None:
            continue
        if each.kind == "message" and each.name:
            thrown_now = message(
                each.name,
                each.key if each.key is not None else business_key,
                pack(each.payload),
                status="waiting",
                sender=sender,
                now=now,
                until=now + KEPT,
                source_id=instance_id,
            )
            messages.append(thrown_now)
            jobs.append(delivery(thrown_now["id"], now))
        elif each.kind == "signal" and each.name:
            data = {"name": each.name, "payload": pack(each.payload), "sender": sender[:200]}
            jobs += [job("signal", now, data=data, **where) for where in hearing(session, each.name, but=instance_id)]
    if messages:
        session.execute(_add_messages, messages)
    return jobs
