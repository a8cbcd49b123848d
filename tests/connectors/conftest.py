"""Servers to talk to, started for one test, and the settings that lead to them."""

import socket
import ssl
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from engine import config
from tests.connectors import servers

HERE = Path(__file__).parent
KEY = "0198c2f4-7d1a-7b7e-9d55-6f1f7a1c2b3d"


@pytest.fixture
def key() -> str:
    """The idempotency key of a job."""
    return KEY


@pytest.fixture
def in_time():
    """Assert that a block ends soon after its deadline of one second, whatever the peer does."""

    @contextmanager
    def measure():
        began = time.monotonic()
        yield
        assert time.monotonic() - began < 4

    return measure


@pytest.fixture
def tls() -> ssl.SSLContext:
    """The server side of TLS, with a certificate for localhost and 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "tls" / "server.pem")
    return context


@pytest.fixture
def trusted(monkeypatch):
    """Trust the authority of the tests, as an office trusts its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(HERE / "tls" / "authority.pem"))


# Bad servers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def peer():
    """Start servers that behave as they are told."""
    started = []

    def start(behave) -> servers.Peer:
        started.append(servers.Peer(behave))
        return started[-1]

    yield start
    for server in started:
        server.close()


# A web service -------------------------------------------------------------------------------------------------------


@pytest.fixture
def web():
    """A web service."""
    service = servers.Web()
    server = servers.serve(service)
    yield service
    server.shutdown()
    server.server_close()


@pytest.fixture
def secure_web(tls):
    """A web service behind TLS."""
    service = servers.Web()
    server = servers.serve(service, tls)
    yield service
    server.shutdown()
    server.server_close()


# A mail server -------------------------------------------------------------------------------------------------------


@pytest.fixture
def post_office():
    """Start mail servers; gives the handler and the port of each."""
    started = []

    def start(**options) -> tuple[servers.Post, int]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        handler = servers.Post()
        if options.pop("login", False):
            options |= {"authenticator": servers.authenticate, "auth_required": True}
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        started.append(controller)
        return handler, port

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture
def mailing():
    """Give settings with a mail server."""

    def make(
        url: str, *, seconds: int = 5, sender: str = "Diskominfo Boalemo <lajur@boalemo.go.id>"
    ) -> config.Settings:
        return config.Settings(smtp=url, mail_from=sender, connector_seconds=seconds)

    return make


@pytest.fixture
def allowing():
    """Give settings with allowed hosts."""

    def make(*hosts: object, seconds: int = 5) -> config.Settings:
        named = [f"127.0.0.1:{host}" if isinstance(host, int) else str(host) for host in hosts]
        return config.Settings(http_hosts=",".join(named), connector_seconds=seconds)

    return make
