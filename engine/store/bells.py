"""Bells: who waits for work is woken when some is stored, by a thread of this process or, on PostgreSQL, by any machine.

A bell may be missed (a connection that broke, another process on SQLite), so whoever waits looks again after a while anyway.
"""

import contextlib
import queue
import selectors
import socket
import time
from typing import cast

import psycopg
import sqlalchemy
from sqlalchemy.engine import Engine

from engine import errors

CHANNEL = "lajur_jobs"
_RECONNECT_SECONDS = 1.0


class Bell:
    """A bell inside one process."""

    def __init__(self) -> None:
        # Not an Event: a signal handler that sets one which its own thread is just waiting for would hang.
        self._rung: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ring(self) -> None:
        """Wake who waits, or who will wait next. Safe in a signal handler and from every thread."""
        if self._rung.empty():
            self._rung.put(None)

    def wait(self, seconds: float) -> None:
        """Wait until the bell rings, at most so long."""
        with contextlib.suppress(queue.Empty):
            self._rung.get(timeout=max(0.0, seconds))
            while True:
                self._rung.get_nowait()

    def close(self) -> None:
        """Let go of what the bell holds."""


class NotifiedBell(Bell):
    """A bell that PostgreSQL's NOTIFY rings, too. It holds a connection of its own, outside of the pool.

    Only one thread waits. A connection that breaks is made anew; meanwhile the bell is deaf, and waiting ends early so that
    nobody sleeps through what was told in between.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._connection: sqlalchemy.PoolProxiedConnection | None = None
        self._driver: psycopg.Connection[object] | None = None
        self._hear, self._speak = socket.socketpair()
        self._hear.setblocking(False)
        self._speak.setblocking(False)

    def ring(self) -> None:
        """Wake who waits, or who will wait next."""
        with contextlib.suppress(BlockingIOError, OSError):  # full: it is ringing already; closed: nobody waits
            self._speak.send(b"!")

    def wait(self, seconds: float) -> None:
        """Wait until the bell rings, at most so long."""
        until = time.monotonic() + max(0.0, seconds)
        driver = self._listening()
        if driver is None:
            self._sleep(min(seconds, _RECONNECT_SECONDS))
            return
        try:
            self._sleep(until - time.monotonic(), driver.fileno())
            for _ in driver.notifies(timeout=0):
                pass
        except (psycopg.Error, OSError, ValueError):
            self._hang_up()

    def close(self) -> None:
        """Close the connection."""
        self._hang_up()
        self._hear.close()
        self._speak.close()

    def _sleep(self, seconds: float, *more: int) -> None:
        """Wait for this process's own ringing, and for what comes in on ``more`` file descriptors."""
        with selectors.DefaultSelector() as selector:
            for end in (self._hear.fileno(), *more):
                selector.register(end, selectors.EVENT_READ)
            found = selector.select(max(0.0, seconds))
        if any(key.fd == self._hear.fileno() for key, _ in found):
            with contextlib.suppress(BlockingIOError):
                self._hear.recv(4096)

    def _listening(self) -> psycopg.Connection[object] | None:
        """Give the connection that listens; ``None`` where there is none now. What was told before it stood is looked for."""
        if self._driver is not None:
            return self._driver
        try:
            self._connection = self._engine.raw_connection()
            driver = cast("psycopg.Connection[object]", self._connection.driver_connection)
            self._connection.detach()
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}".encode())
        except (psycopg.Error, errors.StorageError, sqlalchemy.exc.SQLAlchemyError):
            self._hang_up()
            return None
        self._driver = driver
        self.ring()
        return driver

    def _hang_up(self) -> None:
        for each in (self._connection, self._driver):  # of a connection that broke the pool's half lets go too early
            if each is not None:
                with contextlib.suppress(psycopg.Error, sqlalchemy.exc.SQLAlchemyError, OSError):
                    each.close()
        self._connection = self._driver = None
