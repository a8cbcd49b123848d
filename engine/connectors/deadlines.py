"""One limit for all that a connector waits for: name look-up, connecting, handshakes and a peer that answers byte by byte.

A socket's own timeout begins anew with every byte, so it limits nothing. A :class:`Deadline` shuts the connection down when
its time is over, and whoever waits for it wakes up with an error.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from engine import errors

_LONGEST_SHOWN = 200


class Deadline:
    """So many seconds for one connection, as a context manager; leave it only when the connection is closed."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        # A second handle on the connection: the first is taken over by TLS, in which case the socket is another object.
        self._watched: socket.socket | None = None
        self._over = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._forget()

    @property
    def passed(self) -> bool:
        """Tell whether the time is over. What was read until the peer closed may then be half of it."""
        return self._over or time.monotonic() >= self._end

    def left(self) -> float:
        """Give the seconds that are left. Raises TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def connect(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> socket.socket:
        """Connect to the first address of the host that answers. Raises OSError; TimeoutError when the time is over."""
        addresses = self._addresses(host, port)
        refusal = OSError("the host has no address")
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            connection = socket.socket(family, kind, protocol)
            try:
                # An address that swallows everything must leave time for the others.
                connection.settimeout(self.left() / (len(addresses) - number))
                connection.connect(address)
                self._watch(connection)
                return tls.wrap_socket(connection, server_hostname=host) if tls else connection
            except ssl.SSLError:
                connection.close()
                raise
            except OSError as error:
                connection.close()
                refusal = error
        raise refusal

    def _addresses(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """Look the host up. The system's resolver cannot be interrupted, so a slow one is left behind in its thread."""
        found: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                found.put(error)

        threading.Thread(target=look_up, name="connector-resolver", daemon=True).start()
        try:
            answer = found.get(timeout=self.left())
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answer, Exception):
            raise OSError(getattr(answer, "strerror", None) or str(answer)) from answer
        return answer

    def _watch(self, connection: socket.socket) -> None:
        connection.settimeout(self.left())  # the second line of defence, where a shutdown wakes nobody
        with self._lock:
            if self._over:
                raise TimeoutError
            self._forget()
            self._watched = connection.dup()

    def _forget(self) -> None:
        if self._watched:
            self._watched.close()
            self._watched = None

    def _cut(self) -> None:
        with self._lock:
            self._over = True
            if self._watched:
                with suppress(OSError):  # the peer was quicker
                    self._watched.shutdown(socket.SHUT_RDWR)


@contextmanager
def within(seconds: float, *, connector: str, host: str, failures: tuple[type[Exception], ...]) -> Iterator[Deadline]:
    """Limit a block to so many seconds and say what went wrong with the peer in Lajur's words.

    ``failures`` are what the protocol's library raises besides OSError. Raises :class:`errors.ConnectorSlow` when the time
    was over, else :class:`errors.ConnectorFailed`.
    """
    caught: tuple[type[Exception], ...] = (OSError, *failures)
    with Deadline(seconds) as deadline:
        try:
            yield deadline
        except caught as error:
            if deadline.passed:
                raise errors.ConnectorSlow(connector=connector, host=host, seconds=seconds) from error
            reason = shown(getattr(error, "strerror", None) or str(error) or type(error).__name__)
            raise errors.ConnectorFailed(connector=connector, reason=f"{host}: {reason}") from error


def shown(text: str) -> str:
    """Give what a peer said in a form that can be put before people: short, one line, nothing but what can be seen."""
    return "".join(character if character.isprintable() else " " for character in text[:_LONGEST_SHOWN])
