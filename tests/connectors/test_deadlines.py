"""A deadline limits everything that a connection waits for, however the other side keeps it waiting."""

import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest

from engine import errors
from engine.connectors import deadlines
from tests.connectors import servers


def test_a_peer_in_time_is_heard(peer):
    server = peer(servers.saying(b"selamat pagi"))
    with deadlines.Deadline(5) as deadline, deadline.connect("127.0.0.1", server.port) as connection:
        assert connection.recv(100) == b"selamat pagi"
        assert 0 < deadline.left() <= 5
        assert not deadline.passed


def test_a_byte_does_not_begin_a_new_wait(peer, in_time):
    server = peer(servers.dripping(b""))
    received = 0
    with in_time(), deadlines.Deadline(0.5) as deadline, deadline.connect("127.0.0.1", server.port) as connection:
        while connection.recv(1):
            received += 1
        assert deadline.passed
    assert received > 1


def test_a_connection_that_tls_took_over_is_limited_too(peer, tls, trusted, in_time):
    def behave(connection, ended):
        with tls.wrap_socket(connection, server_side=True) as secure:
            servers.dripping(b"")(secure, ended)

    server = peer(behave)
    context = ssl.create_default_context()
    with (
        in_time(),
        deadlines.Deadline(1) as deadline,
        deadline.connect("localhost", server.port, context) as connection,
        suppress(OSError),
    ):
        while connection.recv(1):
            assert not deadline.passed


def test_after_its_end_nothing_is_connected(peer):
    server = peer(servers.silent)
    with deadlines.Deadline(0.01) as deadline:
        time.sleep(0.1)
        with pytest.raises(TimeoutError):
            deadline.left()
        with pytest.raises(TimeoutError):
            deadline.connect("127.0.0.1", server.port)
    assert server.connections == 0


def test_a_slow_resolver_is_left_behind(monkeypatch, in_time):
    asked = threading.Event()

    def slow(*_args, **_options):
        asked.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with (
        in_time(),
        pytest.raises(errors.ConnectorSlow, match=r"api\.go\.id gave no answer within 0\.3 seconds"),
        deadlines.within(0.3, connector="http", host="api.go.id", failures=()) as deadline,
    ):
        deadline.connect("api.go.id", 443)
    asked.set()


def test_the_next_address_is_tried(peer, monkeypatch):
    server = peer(servers.saying(b"ya"))
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1)),
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    with deadlines.Deadline(5) as deadline, deadline.connect("two.go.id", 80) as connection:
        assert connection.recv(10) == b"ya"


def test_what_went_wrong_is_told_short_and_in_one_line():
    with (
        pytest.raises(errors.ConnectorFailed) as caught,
        deadlines.within(5, connector="http", host="api.go.id", failures=(ValueError,)),
    ):
        raise ValueError("\x1b[31mline\r\nline " + "x" * 1000)
    assert str(caught.value).startswith("The connector http failed: api.go.id:  [31mline  line xxx")
    assert len(str(caught.value)) < 300


def test_a_mistake_of_ours_is_not_taken_for_the_peers():
    with pytest.raises(ZeroDivisionError), deadlines.within(5, connector="http", host="api.go.id", failures=()):
        _ = 1 / 0


def test_its_timer_ends_with_it():
    with deadlines.Deadline(60):
        during = threading.active_count()
    deadline = time.monotonic() + 5
    while threading.active_count() >= during and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() < during
