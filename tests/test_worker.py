"""The worker's loop, by the real clock: it wakes, goes on whatever happens, and ends when it is told to."""

import logging
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, insert, select

from engine import config, errors
from engine import worker as workers
from engine.people import access
from engine.runtime import deployments, instances, tasks, waits
from engine.store import history, models
from engine.worker import Worker
from tests import by_itself, postgres
from tests.by_itself import PATIENCE, eventually

SOON = 4.0  # seconds; less than a worker on SQLite waits before it looks by itself
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SPANS = {"jeda": "PT0S", "sedetik": "PT1S", "sepekan": "P7D"}


def now():
    return datetime.now(UTC)


@pytest.fixture
def slow():
    found = by_itself.Slow()
    yield found
    found.close()


@pytest.fixture
def house(db, office, tmp_path):
    """A database in which cases can wait for nothing at all, a second, a week, or a person."""
    with db.begin() as session:
        named = {f"{key}.bpmn": by_itself.pausing(span, key) for key, span in SPANS.items()}
        named["konsep.bpmn"] = by_itself.drafting()
        deployments.deploy(session, named, actor=access.SYSTEM, now=now(), office=office)

    def start(key="jeda", *, many=1):
        with db.begin() as session:
            return [instances.start(session, key, actor=access.SYSTEM, now=now()).id for _ in range(many)]

    def count(**where):
        table = models.instances
        query = select(func.count()).where(*(table.c[name] == value for name, value in where.items()))
        with db.read() as session:
            return session.execute(query).scalar_one()

    def jobs():
        with db.read() as session:
            return session.execute(select(models.jobs)).all()

    settings = config.Settings(var=tmp_path, connector_seconds=5)
    yield SimpleNamespace(db=db, office=office, settings=settings, start=start, count=count, jobs=jobs)
    with db.read() as session:
        assert history.verify(session).problems == ()


@pytest.fixture
def worker(house):
    """A worker that runs while the test does."""
    found = Worker(house.db, house.settings)
    with workers.beside(found):
        eventually(lambda: not house.jobs())
        yield found


@contextmanager
def at_most(seconds):
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


# Waiting -------------------------------------------------------------------------------------------------------------


def test_what_falls_due_is_done(house, worker):
    house.start(many=20)
    eventually(lambda: house.count(status="completed") == 20)
    eventually(lambda: worker.done == {("timer", "done"): 20})  # it counts what it has committed
    assert worker.healthy


def test_a_timer_wakes_it_at_its_time(house, worker):
    begun = time.monotonic()
    house.start("sedetik")
    eventually(lambda: house.count(status="completed") == 1)
    assert time.monotonic() - begun >= 1  # not before its time


def test_the_bell_wakes_it_for_what_another_thread_stores(house, worker):
    time.sleep(0.5)  # it sleeps by now, and would for seconds
    thread = threading.Thread(target=house.start)
    with at_most(SOON):
        thread.start()
        eventually(lambda: house.count(status="completed") == 1)
    thread.join()


def test_it_ends_at_once_while_it_waits(house):
    found = Worker(house.db, house.settings)
    with at_most(SOON), workers.beside(found):
        time.sleep(0.5)
        assert found.healthy
    assert not found.healthy


def test_it_ends_after_the_job_it_is_at(house):
    house.start(many=200)
    found = Worker(house.db, house.settings)
    with workers.beside(found):
        eventually(lambda: house.count(status="completed") > 0)
    done = house.count(status="completed")
    assert found.done == {("timer", "done"): done}
    assert len(house.jobs()) == 200 - done


def test_one_that_does_not_come_back_is_not_healthy(house):
    found = Worker(house.db, house.settings)
    assert found.healthy
    found._looked -= 200
    assert not found.healthy


def test_a_long_backlog_is_no_reason_to_be_unhealthy(house):
    house.start()
    found = Worker(house.db, house.settings)
    found._looked -= 200
    assert found.one()
    assert found.healthy
    found.stop()
    found.run()


@on_postgresql
def test_what_another_worker_is_at_is_left_to_it_without_asking_all_the_time(house, statements):
    house.start()
    found = Worker(house.db, house.settings)
    with house.db.begin() as other:
        other.execute(select(models.jobs).with_for_update())
        statements.clear()
        assert found.turn() >= 0.01
    assert len(statements.sql) <= 3
    found.stop()
    found.run()


# Doing nothing costs next to nothing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("future", [0, 1], ids=["nothing", "a timer next week"])
def test_an_idle_worker_asks_once_a_look_and_looks_seldom(house, statements, future):
    house.start("sepekan", many=future)
    found = Worker(house.db, house.settings)
    statements.clear()
    pause = found.turn()
    assert len(statements.sql) == 1
    assert statements.sql[0].startswith("SELECT")
    assert 60 / pause <= {"sqlite": 12, "postgresql": 2}[house.db.engine.dialect.name]
    found.stop()
    found.run()


# Trouble -------------------------------------------------------------------------------------------------------------


def test_a_defect_in_one_job_is_told_in_full_and_stops_nothing_else(house, worker, caplog):
    broken = waits.job("message", now(), data={"message": "no id at all"})
    with house.db.begin() as session:
        session.execute(insert(models.jobs), broken)
    house.start(many=3)
    eventually(lambda: house.count(status="completed") == 3)
    eventually(lambda: ("message", "failed") in worker.done)
    [left] = house.jobs()
    assert (left.id, left.status, left.tries) == (broken["id"], "due", 1)
    assert left.error["message"].startswith("ValueError: ")
    told = next(record for record in caplog.records if record.levelno == logging.WARNING)
    assert told.exc_info[0] is ValueError


@on_postgresql
def test_a_database_that_is_gone_for_a_while(house, request):
    """As when PostgreSQL is restarted: every connection dies, and for a while none can be made."""
    url, name = request.getfixturevalue("_postgresql")[0], house.db.engine.url.database
    found = Worker(house.db, house.settings)
    house.start()
    with workers.beside(found):
        eventually(lambda: house.count(status="completed") == 1)
        postgres.execute(
            url,
            f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608  # ours
        )
        time.sleep(1.5)
        with pytest.raises(errors.StorageError):
            house.start()
        assert found.healthy
        postgres.execute(url, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        eventually(lambda: _stored(house))
        eventually(lambda: house.count(status="completed") == 2)
    assert found.done == {("timer", "done"): 2}


def _stored(house):
    try:
        return house.start()
    except errors.StorageError:  # a connection of the pool that is not known to be dead yet
        return None


# Service calls -------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(house, slow):
    """The house, with cases that ask a web service which takes its time."""
    with house.db.begin() as session:
        named = {"tanya.bpmn": by_itself.asking(slow.port)}
        deployments.deploy(session, named, actor=access.SYSTEM, now=now(), office=house.office)
    house.settings = config.Settings(var=house.settings.var, connector_seconds=10, http_hosts=f"127.0.0.1:{slow.port}")
    return house


def test_slow_calls_keep_no_timer_waiting(asking, slow):
    found = Worker(asking.db, asking.settings, callers=2)
    with workers.beside(found):
        asking.start("tanya", many=5)
        eventually(lambda: slow.connections == 2)
        asking.start(many=5)
        eventually(lambda: found.done.get(("timer", "done")) == 5)
        assert found.done.get(("service", "done")) is None
        assert slow.connections == 2
        slow.answer()
        with at_most(SOON):
            eventually(lambda: found.done.get(("service", "done")) == 5)
    assert slow.connections == 5
    assert asking.count(status="completed") == 10


def test_it_ends_after_the_calls_it_has_begun(asking, slow):
    found = Worker(asking.db, asking.settings)
    asking.start("tanya")
    with workers.beside(found):
        assert slow.asked.wait(PATIENCE)
        threading.Timer(0.5, slow.answer).start()
    assert asking.count(status="completed") == 1
    assert asking.jobs() == []


def test_a_call_that_never_ends_does_not_keep_it_for_ever(asking, slow, caplog, monkeypatch):
    found = Worker(asking.db, asking.settings)
    monkeypatch.setattr(Worker, "patience", 0.2)
    asking.start("tanya")
    with at_most(SOON), workers.beside(found):
        assert slow.asked.wait(PATIENCE)
    assert "left behind" in caplog.text
    [job] = asking.jobs()
    assert (job.status, job.tries) == ("due", 1)  # somebody else's when its time is over
    slow.answer()
    eventually(lambda: asking.count(status="completed") == 1)


# People come first ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_backlog_keeps_no_person_waiting(house):
    house.start(many=1500)
    house.start("konsep", many=120)
    with house.db.read() as session:
        open_ = list(session.scalars(select(models.tasks.c.id).where(models.tasks.c.status == "open")))
    took, failed = [], []

    def person(mine):
        for task in mine:
            begun = time.monotonic()
            try:
                with house.db.begin() as session:
                    tasks.complete(session, task, {}, actor=access.SYSTEM, now=now())
            except errors.LajurError as error:
                failed.append(error)
            took.append(time.monotonic() - begun)

    found = Worker(house.db, house.settings)
    with workers.beside(found):
        eventually(lambda: found.done)
        people = [threading.Thread(target=person, args=(open_[number::4],)) for number in range(4)]
        for each in people:
            each.start()
        for each in people:
            each.join()
        assert house.jobs()  # else there was no backlog
    assert failed == []  # nobody was told that the database is busy
    assert len(took) == len(open_)
