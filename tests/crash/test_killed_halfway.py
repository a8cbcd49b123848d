"""Killed at any statement of a transaction: until it commits nothing of it is there, from then on all of it."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.jobs import running
from engine.people import access
from engine.runtime import deployments, instances
from engine.store import db as db_
from engine.store import history, models
from tests.cast import NOW
from tests.crash import load
from tests.crash.halfway import LATER
from tests.shared import ROOT

LENT = timedelta(seconds=15)
NOBODY = UUID(int=0)


@pytest.fixture
def house(database_url, office):
    """A database with the load's processes; ``house(key)`` starts one of them."""
    database = db_.open(database_url)
    with database.begin() as session:
        deployments.deploy(session, load.files("127.0.0.1:9"), actor=access.SYSTEM, now=NOW, office=office)

    def start(key):
        values = {"tanda": "T"} if key == "lapor" else {}
        with database.begin() as session:
            instances.start(session, key, business_key="K", values=values, actor=access.SYSTEM, now=NOW)
        return database

    yield start
    with database.read() as session:
        assert history.verify(session).problems == ()
    database.close()


def die(url, what, ident=NOBODY):
    """Die at each statement: give what was stored before the last one, which must be what was stored at first, and after it."""
    command = [sys.executable, "-m", "tests.crash.halfway", url, what, str(ident)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    *before, after = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(before) > 4, "it died at fewer moments than there are statements"
    assert before == [before[0]] * len(before), "what did not commit left something"
    return before[0], after


def only(database, table, **where):
    with database.read() as session:
        return session.execute(select(table).where(*(table.c[key] == each for key, each in where.items()))).one()


@pytest.mark.crash
def test_a_completion(house, database_url):
    task = only(house("surat"), models.tasks)
    before, after = die(database_url, "complete", task.id)
    assert before["tasks"] == {"open": 1}
    assert after["tasks"] == {"completed": 1, "open": 1}
    assert after["events"] == {"instance.started": 1, "task.opened": 2, "task.completed": 1}


@pytest.mark.crash
def test_a_timer(house, database_url):
    house("apel")
    before, after = die(database_url, "run")
    assert (before["events"], before["jobs"]) == ({"instance.started": 1}, ["timer 0"])
    assert after["instances"] == {"completed": 1}
    assert after["events"] == {"instance.started": 1, "timer.fired": 1, "instance.completed": 1}
    assert after["jobs"] == []


@pytest.mark.crash
def test_a_message_that_starts_a_case_which_answers(house, database_url):
    house("kirim")
    before, after = die(database_url, "run")
    assert (before["events"], before["messages"]) == ({"instance.started": 1}, {"waiting": 1})
    assert after["instances"] == {"active": 1, "completed": 1}
    assert after["messages"] == {"delivered": 1, "waiting": 1}
    assert after["jobs"] == ["message 0"]
    _, after = die(database_url, "run")
    assert after["instances"] == {"completed": 2}
    assert after["messages"] == {"delivered": 2}
    assert after["events"] == {"instance.started": 2, "message.received": 1, "instance.completed": 2}
    assert after["jobs"] == []


@pytest.mark.crash
def test_a_service_call_that_is_lent_and_finished(house, database_url):
    database = house("lapor")
    before, after = die(database_url, "run")
    assert (before["jobs"], after["jobs"]) == (["service 0"], ["service 1"])
    assert after["events"] == before["events"] == {"instance.started": 1}
    with database.begin() as session:
        assert running.run(session, now=LATER, lent=LENT) is None, "a job that is lent was given to another"
    job = only(database, models.jobs)
    before, after = die(database_url, "finish", job.id)
    assert before["tasks"] == {}
    assert after["tasks"] == {"open": 1}
    assert after["events"] == {"instance.started": 1, "service.completed": 1, "task.opened": 1}
    assert after["jobs"] == []
