"""The queue: what is due longest goes first, nobody gets what another has, and who fails waits longer each time."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert

from engine.jobs import queue
from engine.jobs.queue import Backoff
from engine.runtime import waits
from engine.store import db as db_
from engine.store import models
from tests.cast import NOW
from tests.runtime.test_plans import plan


def job(kind="signal", seconds=0):
    return waits.job(kind, NOW + timedelta(seconds=seconds), data={"n": seconds})


@pytest.fixture
def put(db):
    def put(*jobs):
        with db.begin() as session:
            session.execute(insert(models.jobs), list(jobs))
        return [each["id"] for each in jobs]

    return put


def test_what_is_due_longest_goes_first(db, put):
    late, soon, _ = put(job(seconds=-60), job(seconds=-5), job(seconds=5))
    with db.begin() as session:
        first = queue.claim(session, now=NOW)
        queue.done(session, first.id)
        second = queue.claim(session, now=NOW)
        queue.done(session, second.id)
        assert (first.id, second.id) == (late, soon)
        assert queue.claim(session, now=NOW) is None
        assert queue.next_due(session) == NOW + timedelta(seconds=5)


def test_kinds_and_jobs_can_be_left_out(db, put):
    service, timer = put(job("service", -2), job("timer", -1))
    with db.begin() as session:
        assert queue.claim(session, now=NOW, without=["service"]).id == timer
        assert queue.claim(session, now=NOW, left=[service]).id == timer
        assert queue.claim(session, now=NOW, without=["service", "timer"]) is None
        assert queue.next_due(session, without=["service"]) == NOW - timedelta(seconds=1)


def test_nobody_gets_what_another_has(postgresql_url):
    database = db_.open(postgresql_url)
    jobs = [job(seconds=-number) for number in range(1, 4)]
    with database.begin() as session:
        session.execute(insert(models.jobs), jobs)
    with database.begin() as one, database.begin() as two, database.begin() as three, database.begin() as four:
        found = [queue.claim(session, now=NOW) for session in (one, two, three, four)]
    assert found[3] is None
    assert {each.id for each in found[:3]} == {each["id"] for each in jobs}
    database.close()


def test_a_held_or_failed_job_is_not_due(db, put):
    put({**job(), "status": "held"}, {**job(), "status": "failed", "failed_at": NOW})
    with db.begin() as session:
        assert queue.next_due(session) is None
        assert queue.claim(session, now=NOW) is None


def test_due_jobs_are_read_from_an_index_in_its_order(db, put):
    put(job())
    seen = []

    def executed(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT"):
            seen.append((statement.replace(" FOR UPDATE SKIP LOCKED", ""), parameters))

    event.listen(db.engine, "before_cursor_execute", executed)
    with db.begin() as session:
        queue.next_due(session)
        queue.claim(session, now=NOW)
    event.remove(db.engine, "before_cursor_execute", executed)
    assert len(seen) == 2
    for statement, parameters in seen:
        found = plan(db, statement, parameters)
        assert "ix_jobs_due_at" in found, found
        assert "TEMP B-TREE" not in found, found
        assert "Sort" not in found, found


@given(st.integers(1, 200), st.integers(0, 2**32))
def test_each_wait_is_longer_and_none_is_endless(failed, seed):
    backoff, even = Backoff(), Backoff(jitter=0)
    chance = random.Random(seed)
    plain = even.delay(failed, chance)
    assert timedelta(seconds=10) <= plain <= even.delay(failed + 1, chance) <= even.longest
    assert plain * 0.75 <= backoff.delay(failed, chance) <= plain * 1.25


def test_waits_differ_so_that_many_do_not_come_back_at_once():
    chance = random.Random(1)
    assert len({Backoff().delay(1, chance) for _ in range(10)}) == 10
