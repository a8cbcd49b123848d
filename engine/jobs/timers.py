"""Timers that fall due: those that cases have set, and those that start cases."""

from datetime import datetime

from engine.execution import steps
from engine.jobs import queue
from engine.jobs.queue import Job
from engine.people import access, groups
from engine.runtime import definitions, instances, records, waits
from engine.store import history as histories
from engine.store.db import Session


def fire(session: Session, job: Job, instance: records.Held, *, now: datetime) -> None:
    """Let a case's timer go off. Raises :class:`errors.ExecutionError`, :class:`errors.ExpressionError`."""
    local = groups.office(session, instance.office).local(now)
    spec = definitions.spec_of(session, instance.definition_id)
    step = steps.fire(spec, instance.state, job.token or 0, now=local, library=definitions.Library(session))
    event = histories.Event("timer.fired", job.node)
    records.record(session, instance, step, actor=access.SYSTEM, now=now, event=event)


def start(session: Session, job: Job, *, now: datetime) -> None:
    """Start a case by a start event's timer, and plan the next one. What was missed meanwhile is not made up for."""
    definition = definitions.newest_of(session, job.definition_id)
    if definition is None:
        queue.done(session, job.id)
        return
    plan_next(session, job, now=now)
    event = steps.StartEvent("timer", job.node or "")
    cause = {"timer": job.node}
    instances.begin_at(session, definition, event, {}, actor=access.SYSTEM, now=now, node=job.node, cause=cause)
    queue.done(session, job.id)


def plan_next(session: Session, job: Job, *, now: datetime) -> None:
    """Add the job of the next start, if the timer repeats; once for each job, whether or not this start fails."""
    if (plan := job.data.get("plan")) is None:
        return
    local = groups.office(session).local(now)
    if (following := steps.following_start(plan, now=local)) is not None:
        due, plan = following
        again = waits.job("start", due, definition=job.definition_id, node=job.node, data={"plan": plan})
        waits.add(session, [again], now=now)
