"""A bell wakes who waits for work: threads of this process, and on PostgreSQL every machine."""

import signal
import threading
import time

import pytest
from sqlalchemy import text

from engine.store import db as db_

LONG = 20.0
SHORT = 0.05


def waited(bell, seconds):
    begun = time.monotonic()
    bell.wait(seconds)
    return time.monotonic() - begun


@pytest.fixture
def bell(db):
    found = db.bell()
    found.wait(SHORT)  # what was told before it hung there is looked for anyway
    found.wait(SHORT)
    return found


def ring(db):
    with db.begin() as session:
        db_.ring(session)


def test_it_rings_when_the_transaction_commits(db, bell):
    threading.Timer(0.1, ring, [db]).start()
    assert waited(bell, LONG) < LONG / 2


def test_it_does_not_ring_for_what_is_rolled_back(db, bell):
    def ring_and_fail():
        with db.begin() as session:
            db_.ring(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ring_and_fail()
    with db.begin():
        pass
    assert waited(bell, SHORT) >= SHORT


def test_it_rings_for_who_comes_a_little_later(db, bell):
    ring(db)
    assert waited(bell, LONG) < LONG / 2
    assert waited(bell, SHORT) >= SHORT


def test_every_bell_rings(db, bell):
    other = db.bell()
    other.wait(SHORT)
    other.wait(SHORT)
    ring(db)
    assert waited(bell, LONG) < LONG / 2
    assert waited(other, LONG) < LONG / 2


def test_whoever_has_the_bell_can_ring_it(bell):
    threading.Timer(0.1, bell.ring).start()
    assert waited(bell, LONG) < LONG / 2


def test_a_signal_handler_can_ring_it_in_the_thread_that_waits(bell):
    """Wherever in its waiting the thread is interrupted."""
    before = signal.signal(signal.SIGALRM, lambda *_: bell.ring())
    try:
        for _ in range(300):
            signal.setitimer(signal.ITIMER_REAL, 0.0005)
            assert waited(bell, LONG) < LONG / 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_another_process_rings_it(postgresql_url):
    here, there = db_.open(postgresql_url), db_.open(postgresql_url)
    bell = here.bell()
    bell.wait(SHORT)
    bell.wait(SHORT)
    ring(there)
    assert waited(bell, LONG) < LONG / 2
    there.close()
    here.close()


def test_a_connection_that_breaks_is_made_anew(postgresql_url):
    database = db_.open(postgresql_url)
    bell = database.bell()
    bell.wait(SHORT)
    bell.wait(SHORT)
    with database.begin() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
    assert waited(bell, LONG) < LONG / 2  # it notices, and ends early
    bell.wait(SHORT)
    bell.wait(SHORT)
    ring(database)
    assert waited(bell, LONG) < LONG / 2
    database.close()
