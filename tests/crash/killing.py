"""Kill workers, or servers with a worker inside, again and again while an office goes on.

Run as ``python -m tests.crash.killing KIND URL ROUNDS SEED BEGAN PORT FOLDER``: KIND is ``worker`` or ``server``, BEGAN when the clock
began, PORT where service calls go. Children are forked, so that a round costs no start of Python; each opens the database
itself. ``FOLDER/asked`` grows with each call, and ``FOLDER/told`` then has the ids of the tasks whose completion people were told.
"""

import contextlib
import logging
import os
import random
import select
import signal
import socket
import sys
import time
from pathlib import Path

import waitress
from sqlalchemy import event

from engine import config, connectors, worker
from engine.store import db
from tests.crash import load
from webui import app as app_
from webui import workers

_BEGUN_SECONDS = 30
_CALLS_SECONDS = 1
_LIVES_SECONDS = {"worker": 0.1, "server": 0.25}  # at most, after its first transaction
OFFICE = Path(__file__).parent.parent / "fixtures" / "office.toml"


def fork(work):
    """Run a function in a child that ends when it does."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return child


def open_database(url, begun):
    """Open a database; tell of the first transaction that this process commits."""
    database = db.open(url, busy_seconds=20)
    event.listen(database.engine, "commit", lambda _: tell(begun))
    return database


def tell(begun):
    with contextlib.suppress(BlockingIOError):  # told often enough
        os.write(begun, b".")


def be_worker(url, settings, clock, begun):
    worker.Worker(open_database(url, begun), settings, clock=clock).run()


def be_server(url, settings, clock, begun, listener):
    logging.getLogger("waitress").setLevel(logging.ERROR)  # requests wait for a moment: so they should
    database = open_database(url, begun)
    app = app_.create_app(settings, office=config.read_office(OFFICE), database=database, clock=clock)
    workers.start(app)
    waitress.serve(app, sockets=[listener], threads=4, _quiet=True)


def wait_for_call(asked):
    """Wait until somebody was called; not for ever, for nobody may have to be."""
    size, until = asked.stat().st_size, time.monotonic() + _CALLS_SECONDS
    while asked.stat().st_size == size and time.monotonic() < until:
        time.sleep(0.005)


def kill(child):
    os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if not os.WIFSIGNALED(ended):
        sys.exit("a child ended by itself")


def main(kind, url, rounds, seed, began, port, folder):
    chance, clock = random.Random(seed), load.Clock(began)
    settings = load.settings(Path(folder), port)
    asked = Path(folder) / "asked"
    connectors.registry()  # imported once, or else children would be killed before they ever call anybody
    # Whoever asks while no server is there is kept waiting for the next one.
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        here = listener.getsockname()[1]
        heard = os.open(Path(folder) / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        signed_in, told = os.pipe()
        _, nothing = os.pipe()
        os.set_blocking(nothing, False)
        person = fork(lambda: load.person(kind, url, clock, here, seed, heard, told))
        first = fork(lambda: be_server(url, settings, clock, nothing, listener)) if kind == "server" else None
        if not select.select([signed_in], [], [], _BEGUN_SECONDS)[0]:
            sys.exit("nobody began to work")
        if first is not None:
            kill(first)
        for number in range(1, rounds + 1):
            hear, begun = os.pipe()
            os.set_blocking(begun, False)
            if kind == "worker":
                child = fork(lambda: be_worker(url, settings, clock, begun))  # noqa: B023  # called in this round
            else:
                child = fork(lambda: be_server(url, settings, clock, begun, listener))  # noqa: B023  # as above
            os.close(begun)
            if not select.select([hear], [], [], _BEGUN_SECONDS)[0] or not os.read(hear, 1):
                sys.exit("a child did nothing before it was killed")
            if number % 3 == 0:
                wait_for_call(asked)
            time.sleep(chance.uniform(0, _LIVES_SECONDS[kind]))
            kill(child)
            os.close(hear)
            if number % 20 == 0:
                sys.stderr.write(f"{kind} killed {number} times in {time.time() - began:.0f} s\n")
        kill(person)


if __name__ == "__main__":
    main(
        sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]), sys.argv[7]
    )
