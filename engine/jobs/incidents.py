"""What becomes of a job that failed: it is tried again after a while, and in the end it is an incident, for people to decide.

An incident is a job with the status ``failed``: it keeps its case, its element and the error of its last try. It stands in nobody's
way; its case goes on wherever else it can.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update

from engine import errors
from engine.expressions import messages
from engine.jobs import queue, timers
from engine.jobs.queue import Backoff, Job
from engine.people import access
from engine.runtime import records, waits
from engine.store import history as histories
from engine.store import models
from engine.store.db import Session

_SHOWN = 1000  # characters of an error

_jobs = models.jobs
_place = select(_jobs.c.instance_id).where(_jobs.c.id == bindparam("job"))
_failed = select(_jobs.c.node, _jobs.c.data).where(_jobs.c.id == bindparam("job"), queue.FAILED).with_for_update()
_retry = (
    update(_jobs)
    .where(_jobs.c.id == bindparam("job"), queue.FAILED)
    .values(
        status=bindparam("became"),
        due_at=bindparam("now"),
        tries=0,
        data=bindparam("given"),
        error=None,
        failed_at=None,
    )
)


def record(
    session: Session,
    job_id: UUID,
    error: BaseException,
    *,
    now: datetime,
    backoff: Backoff,
    chance: random.Random,
    tries: int | None = None,
    outputs: Mapping[str, object] | None = None,
) -> datetime | None:
    """Store that a try of a job failed: give when it is tried again, ``None`` where it is an incident now (or is gone).

    ``tries`` is the number of a service call's try: where a later one was begun meanwhile, this one's failure says nothing any
    more. ``outputs`` are what the call gave, where only taking them failed.
    """
    instance_id = session.execute(_place, {"job": job_id}).scalar()
    # First the case, then its job, as everybody who works on it does.
    instance = None if instance_id is None else records.hold_any(session, instance_id)
    job = queue.hold(session, job_id)
    if job is None or (tries is not None and tries != job.tries):
        return None
    failed = job.tries if tries is not None else job.tries + 1
    own = _own(job, backoff)
    data = dict(job.data) if outputs is None else {**job.data, "outputs": waits.pack(outputs)}
    told = describe(error)
    if job.kind == "start" and job.tries == 0:
        timers.plan_next(session, job, now=now)  # a start that fails must not keep the later ones from happening
        data.pop("plan", None)
    if failed < own.tries and not isinstance(error, errors.ConnectorRefused | errors.ConnectorUnknown):
        again = now + own.delay(failed, chance)
        queue.postpone(session, job, again, tries=failed, data=data, error=told)
        return again
    queue.give_up(session, job, now=now, tries=failed, data=data, error=told)
    if instance is not None:
        happened = histories.Event("incident.opened", job.node, data={"job": job.kind, "error": told})
        records.note(session, instance, [happened], actor=access.SYSTEM, now=now)
    return None


def retry(session: Session, job_id: UUID, *, actor: access.Actor, now: datetime) -> UUID | None:
    """Have an incident's job tried again now, as if for the first time; a service call's inputs are found anew.

    Give its case, ``None`` where it has none.

    Raises :class:`errors.RoleNeeded`, :class:`errors.NotFound`, :class:`errors.JobGone`.
    """
    access.require_retry(actor)
    row = session.execute(_place, {"job": job_id}).first()
    if row is None:
        raise errors.NotFound(kind="Job", key=job_id)
    instance = None if row.instance_id is None else records.hold_any(session, row.instance_id)
    job = session.execute(_failed, {"job": job_id}).first()
    if job is None:
        raise errors.JobGone
    held = instance is not None and instance.status == "suspended"
    given = {name: value for name, value in job.data.items() if name != "inputs"}
    session.execute(_retry, {"job": job_id, "became": "held" if held else "due", "now": now, "given": given})
    if instance is not None:
        happened = histories.Event("incident.retried", job.node)
        records.note(session, instance, [happened], actor=actor, now=now)
    waits.ring(session)
    return None if instance is None else instance.id


def describe(error: BaseException) -> dict[str, object]:
    """Give an error as JSON: its ``message`` in English, and ``template`` and ``place`` for other languages.

    A place is a number, a text, or a sentence: again ``message``, ``template`` and ``place``.
    """
    if not isinstance(error, errors.LajurError):
        return {"message": f"{type(error).__name__}: {error}"[:_SHOWN], "template": "", "place": {}}
    return _told(str(error), error.template(), error.place)


def _told(message: str, template: str, place: Mapping[str, object]) -> dict[str, object]:
    plain = {name: _plain(value) for name, value in place.items() if name != "files"}
    return {"message": message[:_SHOWN], "template": template, "place": plain}


def _plain(value: object) -> object:
    if isinstance(value, messages.Sentence):
        return _told(value, value.template, value.place)
    return value if isinstance(value, int | float) else str(value)[:_SHOWN]


def _own(job: Job, backoff: Backoff) -> Backoff:
    """Give how the diagram wants it tried again, where it says so: so many tries, always so long after each other."""
    if "retry" not in job.data:
        return backoff
    tries, seconds = job.data["retry"]
    return Backoff(tries=tries, first=timedelta(seconds=seconds), factor=1.0, jitter=backoff.jitter)
