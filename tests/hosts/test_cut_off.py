"""A machine that is cut off in the middle of its work: another takes over, nothing is done twice, and later it does no harm."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from engine.jobs import services
from engine.people import access, groups
from engine.runtime import deployments, instances
from engine.store import db as db_
from engine.store import history, models
from tests import postgres
from tests.crash import load
from tests.hosts import machine, networks
from tests.shared import ROOT

PORT = 8077
NOTICED_SECONDS = 11
"""So long it takes the database to find out that a machine is gone: see the keepalive settings of engine.store.db."""
SPARE_SECONDS = 9

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def network():
    try:
        found = networks.Network("a", "b")
    except networks.Refused as refused:
        postgres.missing(f"no network namespaces: {refused}")
    yield found
    found.close()


@pytest.fixture
def house(network, office, tmp_path):
    """A database on one machine, and ``run(name)`` for a worker on another; all are stopped in the end."""
    with ExitStack() as stack:
        cluster = postgres.another(network.namespaces["db"], "'*'", networks.NETWORK)
        try:
            url = stack.enter_context(cluster)
        except postgres.Missing:
            postgres.missing("PostgreSQL's programs (initdb, pg_ctl) are not installed")
        url = url.format(database="postgres")
        db_.upgrade(url)
        database = db_.open(url)
        stack.callback(database.close)
        with database.begin() as session:
            groups.sync(session, office)
            files = load.files(f"{networks.ADDRESS}:{PORT}")
            now = datetime.now(UTC)
            deployments.deploy(session, files, actor=access.SYSTEM, now=now, office=office)

        def run(where, *command):
            log = stack.enter_context((tmp_path / f"log-{where}").open("a"))
            started = subprocess.Popen(network.command(where, sys.executable, "-m", *command), cwd=ROOT, stderr=log)
            stack.callback(stop, started)
            return started

        def work(where):
            address = f"postgresql://lajur@{networks.ADDRESS}/postgres"
            return run(where, "tests.hosts.machine", address, str(tmp_path), where, f"{networks.ADDRESS}:{PORT}")

        def start(key):
            values = {"tanda": "T"} if key == "lapor" else {}
            with database.begin() as session:
                now = datetime.now(UTC)
                return instances.start(session, key, values=values, actor=access.SYSTEM, now=now).id

        def events(case):
            with database.read() as session:
                return Counter(event.kind for event in history.read(session, case))

        yield SimpleNamespace(database=database, run=run, work=work, start=start, events=events)
        with database.read() as session:
            assert history.verify(session).problems == ()


def stop(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait(for_what, seconds):
    """Wait until something holds; give how long that took."""
    began = time.monotonic()
    while not for_what():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


def test_in_the_middle_of_a_timer(network, house, tmp_path):
    held = tmp_path / "held-a"
    (tmp_path / "hold-a").touch()
    first = house.work("a")
    case = house.start("apel")
    wait(held.exists, 20)
    second = house.work("b")
    network.cut("a")
    assert house.events(case) == {"instance.started": 1}
    took = wait(lambda: house.events(case)["timer.fired"], NOTICED_SECONDS + SPARE_SECONDS)
    sys.stderr.write(f"a timer was taken over after {took:.1f} s\n")
    done = {"instance.started": 1, "timer.fired": 1, "instance.completed": 1}
    assert house.events(case) == done

    held.unlink()  # and goes on, where it believes to be in the middle of the same job
    network.join("a")
    stop(second)
    other = house.start("apel")
    wait(lambda: house.events(other) == done, 30)
    assert house.events(case) == done
    stop(first)
    assert (first.returncode, second.returncode) == (0, 0), (tmp_path / "log-a").read_text()


def test_in_the_middle_of_a_service_call(network, house, tmp_path):
    asked = tmp_path / "asked"
    asked.touch()
    house.run("db", "tests.hosts.service", networks.ADDRESS, str(PORT), str(asked))
    first = house.work("a")
    case = house.start("lapor")
    wait(asked.read_text, 20)
    second = house.work("b")
    network.cut("a")
    lent = machine.CONNECTOR_SECONDS + services.MARGIN.total_seconds()
    took = wait(lambda: house.events(case)["service.completed"], lent + SPARE_SECONDS)
    sys.stderr.write(f"a service call was taken over after {took:.1f} s\n")
    done = {"instance.started": 1, "service.completed": 1, "task.opened": 1}
    assert house.events(case) == done

    network.join("a")
    stop(second)
    other = house.start("lapor")
    wait(lambda: house.events(other) == done, 30)
    assert house.events(case) == done
    stop(first)
    assert (first.returncode, second.returncode) == (0, 0), (tmp_path / "log-a").read_text()
    again, keys = asked.read_text().split(), set(asked.read_text().split())
    assert len(again) == 3, "the call that was cut off was not made again, or one was made in vain"
    assert len(keys) == 2, "a second try had another key"
    with house.database.read() as session:
        assert session.execute(select(models.jobs)).all() == []
