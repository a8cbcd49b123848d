"""Upgrades keep running work: what each release stored is restored, upgraded and run to its end."""

import sqlite3
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from engine.execution import steps
from engine.jobs import incidents, messages, signals
from engine.people import access
from engine.runtime import deployments, inbox, instances, starts, tasks
from engine.store import db as db_
from engine.store import history, models
from engine.worker import Worker
from tests import cast as cast_
from tests.connectors.conftest import mailing, post_office  # noqa: F401  # fixtures
from tests.fixtures.release import RELEASED

_ACTIVE = select(models.instances.c.id).where(models.instances.c.status.in_(["active", "suspended"]))
ANSWERS = {"catat": {"nomor": "017/UM/2026"}, "periksa": {"keputusan": "setuju"}}
FOUND = sorted(path.parent.name for path in RELEASED.glob("*/lajur.sql"))


@pytest.fixture(params=FOUND)
def released(request, tmp_path):
    """A database as a release left it, upgraded and open."""
    file = tmp_path / "released.db"
    connection = sqlite3.connect(file)
    connection.executescript((RELEASED / request.param / "lajur.sql").read_text(encoding="utf-8"))
    connection.close()
    db_.upgrade(f"sqlite:///{file}")
    database = db_.open(f"sqlite:///{file}")
    yield database
    database.close()


def test_there_are_releases():
    assert FOUND


def test_running_cases_go_on_to_their_end(released, post_office, mailing):  # noqa: F811  # the same fixtures
    with released.begin() as session:
        people = {
            row.username: access.actor_of(session, row.id, cast_.NOW) for row in session.execute(select(models.users))
        }
        before = instances.search(session, actor=access.SYSTEM, status="active").items
        assert len(before) >= 4
        assert history.verify(session).problems == ()
        for case in before:
            view = instances.get(session, case.id, actor=access.SYSTEM)
            assert view.tokens
            open_ = {task.token for task in view.tasks if task.status == "open"}
            assert {at.token for at in view.tokens if at.status == "task"} == open_
    clock = SimpleNamespace(now=cast_.NOW)
    _, port = post_office()
    worker = Worker(released, mailing(f"smtp://127.0.0.1:{port}"), clock=lambda: clock.now)
    for _ in range(50):
        with released.begin() as session:
            _help(session, clock.now)
        clock.now += timedelta(days=1)
        while worker.turn() == 0.0:
            pass
        worker.rest()
        with released.begin() as session:
            done = [work for who in people.values() for work in _work(session, who)]
            if not done and not session.execute(_ACTIVE).first():
                break
    worker.stop()
    worker.run()
    with released.read() as session:
        assert instances.search(session, actor=access.SYSTEM, status="active").items == ()
        report = history.verify(session)
        assert report.problems == ()
        for row in session.execute(select(models.instances)).all():
            snapshot = steps.describe(deployments.spec_of(session, row.definition_id), row.state)
            assert (snapshot.status, snapshot.tokens) == ("completed", ())


def _help(session, now):
    """Do what nobody's inbox asks for: resume, send what is waited for, have what failed tried again."""
    starts.complete(session, now=now)
    table = models.instances
    for case in session.execute(select(table.c.id).where(table.c.status == "suspended")).scalars().all():
        instances.resume(session, case, actor=access.SYSTEM, now=now)
    waits = models.subscriptions
    asked = select(waits.c.instance_id, waits.c.kind, waits.c.name, waits.c.key).where(waits.c.instance_id.is_not(None))
    for case, kind, name, key in session.execute(asked).all():
        if kind == "message":
            messages.send(session, name, data={"nomor": key}, instance_id=case, actor=access.SYSTEM, now=now)
        else:
            signals.send(session, name, data={}, actor=access.SYSTEM, now=now)
    jobs = models.jobs
    for job in session.execute(select(jobs.c.id).where(jobs.c.status == "failed")).scalars().all():
        incidents.retry(session, job, actor=access.SYSTEM, now=now)


def _work(session, who):
    """Complete every task that somebody has or can have, through the same door as everybody."""
    for scope in ("mine", "groups"):
        for task in inbox.search(session, actor=who, scope=scope).items:
            tasks.complete(session, task.id, ANSWERS.get(task.node, {}), actor=who, now=cast_.NOW, seen=task.version)
            yield task


def test_new_cases_start_beside_them(released):
    with released.begin() as session:
        rahmat = access.actor_of(
            session,
            session.execute(select(models.users.c.id).where(models.users.c.username == "rahmat")).scalar_one(),
            cast_.NOW,
        )
        assert instances.start(session, "surat", actor=rahmat, now=cast_.NOW).steps == ("Catat surat",)
