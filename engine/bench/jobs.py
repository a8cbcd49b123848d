"""What falls due: jobs a second, how late a job is among very many that wait, and what an idle worker asks of its database."""

import os
import statistics
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

import sqlalchemy
from sqlalchemy import event, select, text

from engine import config
from engine.bench import loads, samples
from engine.bench.installations import Installation, counted, installed, now
from engine.people import access
from engine.runtime import instances
from engine.store import db, models
from engine.worker import Worker, beside

WAITING = 300_000
"""So many timers of the future wait while lateness is measured."""
_SOON = 1.5  # seconds from the last case's start to the first timer
_APART = 0.02  # seconds between two timers
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Drained:
    """Timer jobs done a second, of cases that go from a start over a timer to a task."""

    database: str
    workers: int
    jobs: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Late:
    """From a timer's time to the commit of what it led to, in milliseconds, while ``waiting`` others wait."""

    database: str
    waiting: int
    timers: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Idle:
    """What a worker with nothing to do asks its database in a minute."""

    database: str
    statements_per_minute: float


@dataclass(frozen=True, slots=True)
class Jobs:
    """Everything about jobs that one run measured."""

    drained: tuple[Drained, ...]
    late: tuple[Late, ...]
    idle: tuple[Idle, ...]


def run(postgresql: str | None, *, scale: float, progress: Callable[[str], None]) -> Jobs:
    """Measure on SQLite, and on a server of PostgreSQL where a URL is given; ``scale`` shortens or lengthens it.

    Raises :class:`loads.Refused` where jobs are not done or no database can be made, :class:`errors.StorageError`.
    """
    drained: list[Drained] = []
    late: list[Late] = []
    idle: list[Idle] = []
    many = max(50, round(1500 * scale))
    waiting = WAITING if scale >= 1 else max(1000, round(WAITING * scale))
    timers = max(20, round(150 * scale))
    for kind, server, most in (("SQLite", None, 1), ("PostgreSQL", postgresql, 2)):
        if kind == "PostgreSQL" and server is None:
            progress("jobs on PostgreSQL: left out, for no --postgresql URL is given")
            continue
        for workers in range(1, most + 1):
            progress(f"jobs on {kind}: as many as there are, by {workers} worker{'s' if workers > 1 else ''}")
            with _prepared(server) as bench:
                drained.append(_drain(kind, bench, workers, many * workers))
        progress(f"jobs on {kind}: how late they are among {waiting:,} that wait, and what an idle worker asks")
        with _prepared(server) as bench:
            late.append(_lateness(kind, bench, waiting, timers))
            idle.append(_idle(kind, bench))
    return Jobs(tuple(drained), tuple(late), tuple(idle))


@contextmanager
def _prepared(server: str | None) -> Iterator[Installation]:
    with installed(server) as bench:
        bench.deploy(samples.timed())
        yield bench


def _start(database: db.Database, due: datetime) -> None:
    with database.begin() as session:
        values = {"pukul": due.isoformat()}
        instances.start(session, "timed", actor=access.SYSTEM, now=now(), values=values)


def _settings(bench: Installation) -> config.Settings:
    return config.Settings(var=bench.folder)


# Jobs a second -------------------------------------------------------------------------------------------------------


def _drain(kind: str, bench: Installation, workers: int, jobs: int) -> Drained:
    due = now()
    for _ in range(jobs):
        _start(bench.database, due)
    if workers == 1:
        worker = Worker(bench.database, _settings(bench))
        begun = time.perf_counter()
        while worker.one():
            pass
        took = time.perf_counter() - begun
        worker.stop()
        worker.run()
        done = sum(worker.done.values())
    else:
        done, took = _together(bench.url, workers)
    if done != jobs:
        raise loads.Refused(f"{done} jobs were done, not {jobs}")
    return Drained(kind, workers, jobs, round(jobs / took, 1))


def _together(url: str, workers: int) -> tuple[int, float]:
    """Let several processes do what is due; give how many jobs they did, and the seconds from the first to the last."""
    running = [
        subprocess.Popen(  # our own program
            [sys.executable, "-m", "engine.bench.drain"],
            env={**os.environ, "PYTHONPATH": str(loads.ROOT), "LAJUR_DATABASE": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]
    try:
        told = [_pipes(each) for each in running]
        if any(out.readline() != "ready\n" for _, out in told):
            raise loads.Refused("a worker did not come up")
        for into, _ in told:
            into.write("go\n")
            into.flush()
        found = [out.readline().split() for _, out in told]
    finally:
        for each in running:
            each.terminate()
            each.communicate(timeout=_PATIENCE)
    if any(len(each) != 3 for each in found):  # noqa: PLR2004  # as drain.py says it
        raise loads.Refused("a worker ended before its work did")
    begun, ended = min(float(each[1]) for each in found), max(float(each[2]) for each in found)
    return sum(int(each[0]) for each in found), ended - begun


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise loads.Refused("a worker has no pipes")
    return process.stdin, process.stdout


# Lateness ------------------------------------------------------------------------------------------------------------

_MANY = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) "
        "INSERT INTO jobs (id, kind, status, instance_id, token, node, due_at, tries, data) "
        "SELECT randomblob(16), 'timer', 'due', :case, i + 1000, 'later', :due + i * 1000000, 0, '{}' FROM n"
    ),
    "postgresql": (
        "INSERT INTO jobs (id, kind, status, instance_id, token, node, due_at, tries, data) "
        "SELECT gen_random_uuid(), 'timer', 'due', :case, i + 1000, 'later', "
        "cast(:due AS timestamptz) + i * interval '1 second', 0, '{}' FROM generate_series(1, :many) AS i"
    ),
}


def _lateness(kind: str, bench: Installation, waiting: int, timers: int) -> Late:
    database = bench.database
    _start(database, now() + timedelta(days=400))
    _add_many(database, waiting)
    ends: list[datetime] = []

    def ended(*_: object) -> None:
        ends.append(now())

    # As many cases as are needed are started first, so that only the worker works when they fall due.
    first = now() + timedelta(seconds=_SOON + timers * 0.01)
    for number in range(timers):
        _start(database, first + timedelta(seconds=number * _APART))
    worker = Worker(database, _settings(bench))
    event.listen(database.engine.pool, "checkin", ended)  # a connection comes back when its transaction has committed
    with beside(worker):
        until = time.monotonic() + _PATIENCE
        while sum(worker.done.values()) < timers and time.monotonic() < until:
            time.sleep(0.05)
    event.remove(database.engine.pool, "checkin", ended)
    late = [
        (ends[bisect_left(ends, at)] - (first + timedelta(seconds=number * _APART))).total_seconds() * 1000
        for number, at in enumerate(_fired(database))
    ]
    if len(late) != timers:
        raise loads.Refused(f"{len(late)} of {timers} timers went off")
    return Late(
        kind, waiting, timers, round(statistics.median(late), 1), round(statistics.quantiles(late, n=20)[-1], 1)
    )


def _add_many(database: db.Database, waiting: int) -> None:
    """Store very many timers of the future, as if as many cases had set them, and let the database learn of them."""
    jobs = models.jobs
    kind = database.engine.dialect.name
    with database.begin() as session:
        one = session.execute(select(jobs.c.instance_id, jobs.c.due_at)).one()
        stored = text(_MANY[kind]).bindparams(
            sqlalchemy.bindparam("case", type_=jobs.c.instance_id.type),
            sqlalchemy.bindparam("due", type_=jobs.c.due_at.type),
        )
        session.execute(stored, {"many": waiting, "case": one.instance_id, "due": one.due_at})
    with database.begin() as session:
        session.exec_driver_sql("ANALYZE")


def _fired(database: db.Database) -> list[datetime]:
    history = models.history
    with database.read() as session:
        found = select(history.c.at).where(history.c.kind == "timer.fired").order_by(history.c.at)
        return list(session.scalars(found))


# Idle ----------------------------------------------------------------------------------------------------------------


def _idle(kind: str, bench: Installation) -> Idle:
    """Count what one look asks, and how many looks a minute has."""
    worker = Worker(bench.database, _settings(bench))
    worker.turn()
    with counted(bench.database.reader) as count:  # an idle worker only reads
        pause = worker.turn()
    worker.stop()
    worker.run()
    return Idle(kind, round(count.statements * 60 / pause, 1))
