"""Doing one job: what each kind of job is, inside the transaction that has claimed it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from engine import errors
from engine.jobs import messages, queue, services, signals, timers
from engine.jobs.messages import Taken as Taken  # noqa: PLC0414  # the wing's front door
from engine.jobs.queue import Job
from engine.jobs.services import Call
from engine.runtime import records
from engine.store.db import Session


class Failed(Exception):
    """A job failed; its transaction is to be rolled back. ``__cause__`` is why."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


class Left(Exception):
    """Another transaction has the job's case just now; this one is to be rolled back, and the job to be left for a moment."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


def run(
    session: Session,
    *,
    now: datetime,
    lent: timedelta,
    without: Collection[str] = (),
    left: Collection[UUID] = (),
) -> Job | tuple[Job, Call] | None:
    """Do the job that is due longest: give it, with the call to make where it is a service call, ``None`` where none is due.

    ``lent`` is how long a service call has. ``without`` are kinds and ``left`` jobs that are not taken. Raises :class:`Failed` and
    :class:`Left`, after which the transaction must be rolled back, and :class:`errors.StorageError`.
    """
    job = queue.claim(session, now=now, without=without, left=left)
    if job is None:
        return None
    try:
        call = _do(session, job, now, lent)
    except Taken:
        raise Left(job) from None
    except errors.StorageError:
        raise
    except Exception as error:
        raise Failed(job) from error
    return job if call is None else (job, call)


def _do(session: Session, job: Job, now: datetime, lent: timedelta) -> Call | None:
    if job.instance_id is not None:
        instance = records.hold_free(session, job.instance_id)
        if instance is None:
            raise Taken
        if instance.status != "active":  # a signal that was on its way when the case was suspended, or ended
            queue.put_aside(session, job, held=instance.status == "suspended")
            return None
        match job.kind:
            case "timer":
                timers.fire(session, job, instance, now=now)
            case "message":
                messages.look(session, job, instance, now=now)
            case "signal":
                signals.deliver(session, job, instance, now=now)
            case "service":
                return services.lend(session, job, instance, now=now, until=now + lent)
        return None
    match job.kind:
        case "start":
            timers.start(session, job, now=now)
        case "message":
            messages.attempt(session, job, now=now)
        case "signal":
            signals.start(session, job, now=now)
    return None
