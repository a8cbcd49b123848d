"""worker, and the worker inside serve: real processes that do what falls due and end when they are told to."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from engine import config
from engine.bench import loads
from engine.people import access
from engine.runtime import deployments, instances
from engine.store import db as db_
from engine.store import history, models
from tests import by_itself
from tests.by_itself import PATIENCE, eventually

GRANIAN = ("-m", "engine.cli")
WAITRESS = ("-c", "import sys; sys.modules['granian'] = None; from engine.cli import main; main()")
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def slow():
    found = by_itself.Slow()
    yield found
    found.close()


@pytest.fixture
def house(database_url, office, slow, tmp_path):
    """A database in which cases can wait for a moment or for a slow web service, and its programs."""
    database = db_.open(database_url)
    with database.begin() as session:
        named = {"jeda.bpmn": by_itself.pausing("PT0S"), "tanya.bpmn": by_itself.asking(slow.port)}
        deployments.deploy(session, named, actor=access.SYSTEM, now=datetime.now(UTC), office=office)
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("LAJUR_")},
        "PYTHONPATH": str(loads.ROOT),
        "PYTHONUNBUFFERED": "1",
        "LAJUR_DATABASE": database_url,
        "LAJUR_BPMN": str(config.shipped("bpmn")),
        "LAJUR_VAR": str(tmp_path / "var"),
        "LAJUR_SECRET_KEY": "a key that only this test knows, long enough",
        "LAJUR_HTTP_HOSTS": f"127.0.0.1:{slow.port}",
        "LAJUR_CONNECTOR_SECONDS": "20",
        "LAJUR_METRICS_TOKEN": "a token of the tests",
    }

    def start(key, many=1):
        with database.begin() as session:
            for _ in range(many):
                instances.start(session, key, actor=access.SYSTEM, now=datetime.now(UTC))

    def completed():
        table = models.instances
        with database.read() as session:
            return session.execute(select(func.count()).where(table.c.status == "completed")).scalar_one()

    yield SimpleNamespace(
        environment=environment, start=start, completed=completed, log=tmp_path / "log", url=database_url
    )
    with database.read() as session:
        assert history.verify(session).problems == ()
    database.close()


@contextmanager
def running(house, *arguments, program=GRANIAN, **more):
    """Run a program of the house; give the process when it has said its first line."""
    with house.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)],
            env={**house.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: house.log.stat().st_size or process.poll() is not None)
        yield process
    finally:
        process.terminate()  # a server that is killed leaves behind the process that answers
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
    assert "Traceback" not in house.log.read_text()


def ask(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def answers(port, path):
    try:
        return ask(port, path)[0] == 200
    except OSError:
        return False


# lajur worker --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_does_what_falls_due_until_it_is_told_to_end(house, how):
    house.start("jeda", many=3)
    with running(house, "worker") as process:
        eventually(lambda: house.completed() == 3)
        process.send_signal(how)
        assert process.wait(PATIENCE) == 0
    first, last = house.log.read_text().splitlines()
    assert first.startswith("Lajur works on ")
    assert last == "Ended: 3 jobs done, 0 to be tried again, 0 given up."


def test_it_ends_the_call_that_it_is_at(house, slow):
    house.start("tanya")
    with running(house, "worker") as process:
        assert slow.asked.wait(PATIENCE)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        slow.answer()
        assert process.wait(PATIENCE) == 0
    assert house.completed() == 1


def test_told_twice_it_ends_at_once_and_another_goes_on(house, slow):
    house.start("tanya")
    with running(house, "worker") as process:
        assert slow.asked.wait(PATIENCE)
        process.terminate()
        time.sleep(0.3)
        process.terminate()
        assert process.wait(5) == -signal.SIGTERM
    assert house.completed() == 0


def test_it_tells_how_it_does(house):
    port = loads.free_port()
    house.start("jeda", many=2)
    with running(house, "worker", "--port", port) as process:
        eventually(lambda: house.completed() == 2)
        assert ask(port, "/healthz") == (200, "alive\n")
        assert ask(port, "/readyz") == (200, "ready\n")
        assert ask(port, "/else")[0] == 404
        status, text = ask(port, "/metrics")
        assert status == 200
        assert 'lajur_worker_jobs_total{kind="timer",outcome="done"} 2\n' in text
        assert 'lajur_jobs_due{kind="timer"} 0\n' in text
        assert "lajur_worker_healthy 1\n" in text
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_worker_s_port_in_use_is_said(house):
    port = loads.free_port()
    with running(house, "worker", "--port", port), running(house, "worker", "--port", port) as second:
        assert second.wait(PATIENCE) == 4
        assert "something listens there already" in house.log.read_text()


def test_a_worker_wants_this_version_s_database(lajur):
    assert "lajur db upgrade" in lajur("worker", code=3).stderr


# The worker inside lajur serve ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("program", [GRANIAN, WAITRESS], ids=["granian", "waitress"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_works_too_and_ends_the_call_that_it_is_at(house, slow, program, how):
    port = loads.free_port()
    house.start("jeda", many=3)
    house.start("tanya")
    with running(house, "serve", "--port", port, "--worker", program=program) as process:
        assert slow.asked.wait(PATIENCE)
        eventually(lambda: house.completed() == 3)
        eventually(lambda: answers(port, "/readyz"))
        process.send_signal(how)
        time.sleep(0.5)
        slow.answer()
        assert process.wait(10) == 0
    assert house.completed() == 4
    assert "lajur worker" not in house.log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("program", [GRANIAN, WAITRESS], ids=["granian", "waitress"])
def test_an_idle_server_ends_within_a_moment(house, program):
    port = loads.free_port()
    with running(house, "serve", "--port", port, "--worker", program=program) as process:
        eventually(lambda: answers(port, "/readyz"))
        process.terminate()
        assert process.wait(5) == 0


@pytest.mark.slow
def test_a_server_without_a_worker_leaves_the_work_and_says_so(house):
    port = loads.free_port()
    house.start("jeda")
    with running(house, "serve", "--port", port, "--no-worker"):
        eventually(lambda: answers(port, "/readyz"))
        assert "left to `lajur worker`" in house.log.read_text()
        status, text = ask(port, "/metrics", Authorization="Bearer a token of the tests")
        assert status == 200
        assert 'lajur_jobs_due{kind="timer"} 1\n' in text
        assert "lajur_worker" not in text
    assert house.completed() == 0


@pytest.mark.slow
def test_unless_told_otherwise_sqlite_is_worked_on_and_postgresql_is_not(house):
    port = loads.free_port()
    with running(house, "serve", "--port", port):
        eventually(lambda: answers(port, "/readyz"))
        text = ask(port, "/metrics", Authorization="Bearer a token of the tests")[1]
    here = house.url.startswith("sqlite")
    assert ("lajur_worker_healthy 1\n" in text) is here
    assert bool(re.search("left to `lajur worker`", house.log.read_text())) is not here
