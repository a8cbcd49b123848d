"""Serving: one process, granian with a few blocking threads, or waitress where granian has no wheel."""

import contextlib
import ctypes
import errno
import importlib
import os
import signal
import socket
import sys
import threading
from dataclasses import replace
from types import FrameType

import click

from engine import config
from engine.cli import SERVER
from engine.store import db

APPLICATION = "webui.app:wsgi"
"""Named, not imported: the engine knows no web."""
THREADS = 4
_BACKLOG = 256
_MMAP_THRESHOLD, _MEGABYTE = -3, 1 << 20  # M_MMAP_THRESHOLD of malloc.h


@click.command(short_help="Serve the pages until interrupted.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option(
    "--threads",
    default=THREADS,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Requests answered at the same time.",
)
@click.option(
    "--worker/--no-worker",
    "has_worker",
    default=None,
    help="Do what falls due, too, or leave it to `lajur worker`.  [default: LAJUR_WORKER, else with SQLite only]",
)
def serve(host: str, port: int, threads: int, *, has_worker: bool | None) -> None:
    """Serve inbox, instances and modeler over HTTP until interrupted.

    With SQLite it does what falls due, too: timers, messages, service calls. With PostgreSQL `lajur worker` does, on any
    number of machines.

    Behind a proxy that speaks HTTPS set LAJUR_COOKIE_SECURE=1 and LAJUR_HOSTS. Several machines can serve one office: they
    need one PostgreSQL and the same LAJUR_SECRET_KEY.
    """
    settings = config.Settings.from_environment()
    if has_worker is not None:
        settings = replace(settings, worker=has_worker)
    # Looked at here, where a trouble is one clear line, and again by the server's own process.
    db.open(settings.database).close()
    config.secret_key(settings)
    require_port(host, port)
    click.echo(f"Lajur on {address(host, port)}   (Ctrl+C ends it)")
    if not settings.has_worker:
        click.echo("Timers, messages and service calls are left to `lajur worker`, which must run, too.")
    listen(host, port, threads, has_worker=settings.has_worker)


def address(host: str, port: int) -> str:
    """Give the URL of a server."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def require_port(host: str, port: int) -> None:
    """Exit with a clear line where nobody could listen at an address."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: "something listens there already; end it, or choose another --port",
            errno.EACCES: "this user may not listen there; choose a --port above 1023",
            errno.EADDRNOTAVAIL: "this machine does not have that address",
        }
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        click.echo(f"lajur: cannot serve on {host} port {port}: {reason}", err=True)
        raise SystemExit(SERVER) from None


def listen(host: str, port: int, threads: int, *, has_worker: bool) -> None:
    """Serve until SIGINT or SIGTERM, and do what falls due where it ``has_worker``. The port must be free."""
    os.environ["LAJUR_WORKER"] = str(int(has_worker))  # the server's own process reads its settings anew
    try:
        granian = importlib.import_module("granian")
    except ImportError:
        _waitress(host, port, threads)
        return
    _give_back()
    server = granian.Granian(
        APPLICATION,
        address=host,
        port=port,
        interface="wsgi",
        workers=1,
        blocking_threads=threads,
        # A request is either being answered or in the socket's queue; none waits inside the server.
        backpressure=threads * 16,
        backlog=_BACKLOG,
        websockets=False,
        http="1",
        log_level="warning",
        respawn_failed_workers=True,
    )
    server.serve()


def _give_back() -> None:
    """Make glibc give large blocks back at once, else each thread keeps the 19 MB that hashing a password took.

    The server's process inherits it; other systems have no such setting and need none.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _MEGABYTE)


def _waitress(host: str, port: int, threads: int) -> None:
    waitress = importlib.import_module("waitress")
    module, _, name = APPLICATION.partition(":")
    application = getattr(importlib.import_module(module), name)
    server = waitress.create_server(application, host=host, port=port, threads=threads, backlog=_BACKLOG, ident="lajur")

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    finally:
        server.close()
