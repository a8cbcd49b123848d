"""The queue of jobs: which is due, who has it, and what becomes of one that fails.

A job is claimed inside the transaction that does it and deleted by it, so engine work happens once: a worker that dies takes its
claim with it. Nobody ever waits for a row while holding another, so workers and people never block each other for good: who
finds a case taken leaves its job for the next look.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, literal_column, select, update

from engine.store import models
from engine.store.db import Session

DEFAULT_TRIES = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is stored. ``tries`` are those that were begun (service calls) or have failed (all others) so far."""

    id: UUID
    kind: str
    instance_id: UUID | None
    definition_id: UUID | None
    token: int | None
    node: str | None
    due_at: datetime
    tries: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait after a try that failed: ``first``, then ``factor`` times as long each, give or take ``jitter`` of it.

    After ``tries`` tries a job is an incident, and people decide.
    """

    tries: int = DEFAULT_TRIES
    first: timedelta = timedelta(seconds=10)
    factor: float = 4.0
    jitter: float = 0.25
    longest: timedelta = timedelta(hours=6)

    def delay(self, failed: int, chance: random.Random) -> timedelta:
        """Give the wait after the ``failed``-th try, 1 for the first."""
        plain = min(self.longest.total_seconds(), self.first.total_seconds() * self.factor ** min(failed - 1, 100))
        return timedelta(seconds=plain * (1 + chance.uniform(-self.jitter, self.jitter)))


_jobs = models.jobs
_columns = (
    _jobs.c.id,
    _jobs.c.kind,
    _jobs.c.instance_id,
    _jobs.c.definition_id,
    _jobs.c.token,
    _jobs.c.node,
    _jobs.c.due_at,
    _jobs.c.tries,
    _jobs.c.data,
)
DUE = literal_column("jobs.status") == literal_column("'due'")
"""Said without a parameter, or else neither database would use the index of due jobs."""
FAILED = literal_column("jobs.status") == literal_column("'failed'")

_next_due = (
    select(_jobs.c.due_at)
    .where(DUE, _jobs.c.kind.not_in(bindparam("without", expanding=True)))
    .order_by(_jobs.c.due_at, _jobs.c.id)
    .limit(1)
)
_claim = (
    select(*_columns)
    .where(DUE, _jobs.c.due_at <= bindparam("now", type_=_jobs.c.due_at.type))
    .order_by(_jobs.c.due_at, _jobs.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_claim_but = _claim.where(
    _jobs.c.kind.not_in(bindparam("without", expanding=True)), _jobs.c.id.not_in(bindparam("left", expanding=True))
)
_hold = select(*_columns).where(_jobs.c.id == bindparam("job"), DUE).with_for_update()
_held = select(*_columns).where(_jobs.c.id == bindparam("job"), _jobs.c.status == "held").with_for_update()
_keep = update(_jobs).where(_jobs.c.id == bindparam("job")).values(data=bindparam("given"))
_set_held = update(_jobs).where(_jobs.c.id == bindparam("job")).values(status="held")
_delete = delete(_jobs).where(_jobs.c.id == bindparam("job"))
_postpone = (
    update(_jobs)
    .where(_jobs.c.id == bindparam("job"), DUE)
    .values(due_at=bindparam("until"), tries=bindparam("tried"), data=bindparam("given"), error=bindparam("why"))
)
_give_up = (
    update(_jobs)
    .where(_jobs.c.id == bindparam("job"), DUE)
    .values(
        status="failed",
        failed_at=bindparam("now"),
        tries=bindparam("tried"),
        data=bindparam("given"),
        error=bindparam("why"),
    )
)


def next_due(session: Session, *, without: Collection[str] = ()) -> datetime | None:
    """Give when the next job is due, ``None`` where there is none; jobs of the kinds ``without`` are not looked at."""
    found: datetime | None = session.execute(_next_due, {"without": list(without)}).scalar()
    return found


def claim(session: Session, *, now: datetime, without: Collection[str] = (), left: Collection[UUID] = ()) -> Job | None:
    """Take the job that is due longest and that nobody else has, to the end of the transaction.

    ``without`` are kinds, ``left`` jobs that are not taken.
    """
    if without or left:
        row = session.execute(_claim_but, {"now": now, "without": list(without), "left": list(left)}).first()
    else:  # as it nearly always is; lists would be laid out anew each time
        row = session.execute(_claim, {"now": now}).first()
    return None if row is None else job_of(row)


def hold(session: Session, job_id: UUID) -> Job | None:
    """Lock a job that is still due, to the end of the transaction; ``None``: it is gone, done by another or withdrawn.

    Whoever holds a case's job holds the case first.
    """
    row = session.execute(_hold, {"job": job_id}).first()
    return None if row is None else job_of(row)


def done(session: Session, job_id: UUID) -> None:
    """Delete a job that is done."""
    session.execute(_delete, {"job": job_id})


def put_aside(session: Session, job: Job, *, held: bool) -> None:
    """Take a claimed job out of the queue: until its case is resumed (``held``), else for good."""
    session.execute(_set_held if held else _delete, {"job": job.id})


def postpone(
    session: Session,
    job: Job,
    until: datetime,
    *,
    tries: int,
    data: Mapping[str, Any] | None = None,
    error: Mapping[str, object] | None = None,
) -> None:
    """Have a held job done later."""
    given = job.data if data is None else data
    session.execute(_postpone, {"job": job.id, "until": until, "tried": tries, "given": given, "why": error})


def give_up(
    session: Session,
    job: Job,
    *,
    now: datetime,
    tries: int,
    data: Mapping[str, Any] | None = None,
    error: Mapping[str, object],
) -> None:
    """Make a held job an incident: nothing tries it again until people say so."""
    given = job.data if data is None else data
    session.execute(_give_up, {"job": job.id, "now": now, "tried": tries, "given": given, "why": error})


def keep_outputs(session: Session, job_id: UUID, outputs: list[object] | None) -> None:
    """Keep what a service call gave for a case that was suspended meanwhile; it is taken when the case is resumed."""
    row = session.execute(_held, {"job": job_id}).first()
    if row is not None and outputs is not None:
        session.execute(_keep, {"job": job_id, "given": {**row.data, "outputs": outputs}})


def job_of(row: Row[*tuple[Any, ...]]) -> Job:
    """Give what a row says."""
    return Job(
        row.id,
        row.kind,
        row.instance_id,
        row.definition_id,
        row.token,
        row.node,
        row.due_at,
        row.tries,
        row.data,
    )
