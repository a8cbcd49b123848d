"""Signals: told to everybody who listened when they were sent; each case and each start has a job of its own."""

from collections.abc import Mapping
from datetime import datetime

from engine import errors
from engine.execution import steps
from engine.jobs import payloads, queue, replays
from engine.jobs.queue import Job
from engine.people import access, groups
from engine.runtime import definitions, instances, records, waits
from engine.store import history as histories
from engine.store.db import Session

LONGEST_NAME = 200


def send(
    session: Session,
    name: str,
    *,
    data: Mapping[str, object],
    actor: access.Actor,
    now: datetime,
    idempotency: str | None = None,
) -> int:
    """Send a signal from outside; give how many cases and starts will hear it, soon.

    ``idempotency`` (at most 200 characters) makes a second sending of the same signal one. Raises :class:`errors.RoleNeeded`,
    :class:`errors.MessageNameInvalid`, :class:`errors.MessageTooLarge`, :class:`errors.PayloadRefused`,
    :class:`errors.IdempotencyReused`.
    """
    access.require_send(actor)
    name = cleaned(name)
    payload = payloads.pack(data)
    if idempotency is not None:
        row = replays.find(session, "signal", idempotency, name, None, payload)
        if row is not None:
            heard: int = row.data["listeners"]
            return heard
    told = {"name": name, "payload": payload, "sender": actor.name[:200]}
    jobs = [waits.job("signal", now, data=told, **where) for where in waits.hearing(session, name)]
    waits.add(session, jobs, now=now)
    if idempotency is not None:
        replays.keep_signal(session, idempotency, name, payload, len(jobs), sender=actor.name[:200], now=now)
    return len(jobs)


def deliver(session: Session, job: Job, instance: records.Held, *, now: datetime) -> None:
    """Let a case hear a signal; one that listens no longer hears nothing."""
    name, sender = job.data["name"], job.data["sender"]
    local = groups.office(session, instance.office).local(now)
    step = steps.deliver(
        definitions.spec_of(session, instance.definition_id),
        instance.state,
        "signal",
        name,
        waits.unpack(job.data["payload"]),
        now=local,
        library=definitions.Library(session),
    )
    if step.events:
        event = histories.Event("signal.received", data={"name": name, "sender": sender})
        records.record(session, instance, step, actor=access.SYSTEM, now=now, event=event)
    queue.done(session, job.id)


def start(session: Session, job: Job, *, now: datetime) -> None:
    """Start a case that a signal starts."""
    definition = definitions.newest_of(session, job.definition_id)
    if definition is not None:
        name = job.data["name"]
        event = steps.StartEvent("signal", name, waits.unpack(job.data["payload"]))
        cause = {"signal": name, "sender": job.data["sender"]}
        instances.begin_at(session, definition, event, {}, actor=access.SYSTEM, now=now, node=job.node, cause=cause)
    queue.done(session, job.id)


def cleaned(name: str) -> str:
    """Give a message's or signal's name. Raises :class:`errors.MessageNameInvalid`."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise errors.MessageNameInvalid(longest=LONGEST_NAME)
    return name
