"""What falls due: jobs a second, how late a job is among very many that wait, and what an idle worker asks of its database."""

import statistics
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

import sqlalchemy
from sqlalchemy import event, select, text

from engine import config
from engine.bench import loads, samples
from engine.people import access, groups
from engine.runtime import deployments, instances
from engine.store import db, models
from engine.worker import Worker

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


def run(folder: Path, office: config.Office, postgresql: str | None, *, scale: float) -> Jobs:
    """Measure on SQLite in ``folder``, and on a server of PostgreSQL where a URL is given; ``scale`` shortens or lengthens it."""
    drained: list[Drained] = []
    late: list[Late] = []
    idle: list[Idle] = []
    many = max(50, round(1500 * scale))
    waiting = WAITING if scale >= 1 else max(1000, round(WAITING * scale))
    timers = max(20, round(150 * scale))
    settings = config.Settings(var=folder)
    for kind, workers in (("SQLite", (1,)), ("PostgreSQL", (1, 2))):
        if kind == "PostgreSQL" and postgresql is None:
            continue
        for number in workers:
            with _database(kind, folder, postgresql) as url:
                drained.append(_drain(kind, url, office, settings, number, many * number))
        with _database(kind, folder, postgresql) as url:
            late.append(_lateness(kind, url, office, settings, waiting, timers))
            idle.append(_idle(kind, url, settings))
    return Jobs(tuple(drained), tuple(late), tuple(idle))


@contextmanager
def _database(kind: str, folder: Path, postgresql: str | None) -> Iterator[str]:
    """Give the URL of a fresh database that is gone afterwards."""
    name = f"lajur_bench_{uuid4().hex[:12]}"
    if kind == "SQLite" or postgresql is None:
        yield f"sqlite:///{folder / f'{name}.db'}"
        return
    server = sqlalchemy.create_engine(db.parse(postgresql), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield db.parse(postgresql).set(database=name).render_as_string(hide_password=False)
        finally:
            with server.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        server.dispose()


@contextmanager
def _prepared(url: str, office: config.Office) -> Iterator[db.Database]:
    db.upgrade(url)
    database = db.open(url)
    try:
        with database.begin() as session:
            groups.sync(session, office)
            files = samples.timed()
            deployments.deploy(session, files, actor=access.SYSTEM, now=_now(), office=office)
        yield database
    finally:
        database.close()


def _start(database: db.Database, due: datetime) -> None:
    with database.begin() as session:
        values = {"pukul": due.isoformat()}
        instances.start(session, "timed", actor=access.SYSTEM, now=_now(), values=values)


# Jobs a second -------------------------------------------------------------------------------------------------------


def _drain(kind: str, url: str, office: config.Office, settings: config.Settings, workers: int, jobs: int) -> Drained:
    with _prepared(url, office) as database:
        due = _now()
        for _ in range(jobs):
            _start(database, due)
        if workers == 1:
            worker = Worker(database, settings)
            begun = time.perf_counter()
            while worker.one():
                pass
            took = time.perf_counter() - begun
            worker.stop()
            worker.run()
            done = sum(worker.done.values())
        else:
            done, took = _together(url, workers)
    if done != jobs:
        raise loads.Refused(f"{done} jobs were done, not {jobs}")
    return Drained(kind, workers, jobs, round(jobs / took, 1))


def _together(url: str, workers: int) -> tuple[int, float]:
    """Let several processes do what is due; give how many jobs they did, and the seconds from the first to the last."""
    running = [
        subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "engine.bench.drain", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(workers)
    ]
    try:
        told = [_pipes(each) for each in running]
        for _, out in told:
            out.readline()  # it is ready
        for into, _ in told:
            into.write("go\n")
            into.flush()
        found = [out.readline().split() for _, out in told]
    finally:
        for each in running:
            each.terminate()
            each.communicate(timeout=_PATIENCE)
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


def _lateness(kind: str, url: str, office: config.Office, settings: config.Settings, waiting: int, timers: int) -> Late:
    with _prepared(url, office) as database:
        _start(database, _now() + timedelta(days=400))
        _add_many(database, waiting)
        commits: list[datetime] = []

        def committed(_connection: object) -> None:
            commits.append(_now())

        # As many cases as are needed are started first, so that only the worker works when they fall due.
        first = _now() + timedelta(seconds=_SOON + timers * 0.01)
        for number in range(timers):
            _start(database, first + timedelta(seconds=number * _APART))
        worker = Worker(database, settings)
        thread = threading.Thread(target=worker.run)
        event.listen(database.engine, "commit", committed)
        thread.start()
        until = time.monotonic() + _PATIENCE
        while sum(worker.done.values()) < timers and time.monotonic() < until:
            time.sleep(0.05)
        worker.stop()
        thread.join()
        event.remove(database.engine, "commit", committed)
        seen = sorted(commits)
        late = [
            (seen[bisect_left(seen, at)] - (first + timedelta(seconds=number * _APART))).total_seconds() * 1000
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


def _idle(kind: str, url: str, settings: config.Settings) -> Idle:
    """Count what one look asks, and how many looks a minute has."""
    database = db.open(url)
    count = 0

    def executed(*arguments: object) -> None:
        nonlocal count
        count += not str(arguments[2]).startswith("BEGIN")

    try:
        worker = Worker(database, settings)
        worker.turn()
        event.listen(database.reader, "before_cursor_execute", executed)  # an idle worker only reads
        pause = worker.turn()
        asked = count
        worker.stop()
        worker.run()
    finally:
        database.close()
    return Idle(kind, round(asked * 60 / pause, 1))


def _now() -> datetime:
    return datetime.now(UTC)
