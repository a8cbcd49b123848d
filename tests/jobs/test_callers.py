"""The threads that make calls: so many at a time, made when needed, and nobody waits for one that hangs."""

import threading
import time

import pytest

from engine.jobs.callers import Callers

LONG = 10.0


@pytest.fixture
def gate():
    found = threading.Event()
    yield found
    found.set()


def threads():
    return [each for each in threading.enumerate() if each.name == "lajur-call"]


def test_so_many_calls_are_made_at_a_time(gate):
    freed = threading.Semaphore(0)
    callers = Callers(2, freed.release)
    before, begun = len(threads()), threading.Semaphore(0)

    def call():
        begun.release()
        assert gate.wait(LONG)

    assert callers.free
    callers.make(call)
    assert callers.free
    callers.make(call)
    assert not callers.free
    for _ in range(2):
        assert begun.acquire(timeout=LONG)
    assert (callers.busy, len(threads()) - before) == (2, 2)
    gate.set()
    for _ in range(2):
        assert freed.acquire(timeout=LONG)
    assert callers.rest(LONG)
    assert callers.free
    callers.close()


def test_a_thread_is_used_again():
    """Each keeps its FEEL context, which is dear to make."""
    callers, used = Callers(4, lambda: None), set()
    for _ in range(5):
        callers.make(lambda: used.add(threading.get_ident()))
        assert callers.rest(LONG)
    assert len(used) == 1
    callers.close()


def test_a_call_that_hangs_is_not_waited_for_longer_than_said(gate):
    callers = Callers(1, lambda: None)
    callers.make(gate.wait)
    begun = time.monotonic()
    assert not callers.rest(0.1)
    assert time.monotonic() - begun < LONG / 2
    callers.close()
    assert all(each.daemon for each in threads())


def test_when_it_is_closed_its_threads_end():
    callers = Callers(3, lambda: None)
    before = set(threads())
    gate = threading.Barrier(4)
    for _ in range(3):
        callers.make(lambda: gate.wait(LONG))
    mine = set(threads()) - before
    assert len(mine) == 3
    callers.close()
    gate.wait(LONG)
    for each in mine:
        each.join(LONG)
        assert not each.is_alive()
