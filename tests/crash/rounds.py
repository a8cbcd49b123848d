"""Work on a database in a child process, kill the child, and again; run as ``python -m tests.crash.rounds URL ROUNDS SEED``.

Prints the ids of the tasks whose completion the children were told had been committed. Children are forked, so that a round
costs no start of Python; each opens the database itself.
"""

import os
import random
import signal
import sys
import time
from uuid import UUID

from engine.people import access
from engine.runtime import instances, tasks
from engine.store import db
from tests.cast import NOW


def walk(database, answers):
    """Start a case and complete its tasks to the end; give the id of every task after its commit."""
    with database.begin() as session:
        case = instances.start(session, "surat", actor=access.SYSTEM, now=NOW)
    while True:
        with database.read() as session:
            view = instances.get(session, case.id, actor=access.SYSTEM)
        waiting = [task for task in view.tasks if task.status == "open"]
        if not waiting:
            break
        with database.begin() as session:
            tasks.complete(session, waiting[0].id, answers, actor=access.SYSTEM, now=NOW)
        yield waiting[0].id


def work(url, told):
    """Walk case after case for ever; tell the id of every task after its commit."""
    database = db.open(url)
    while True:
        for done in walk(database, {"catatan": "x" * 500}):
            os.write(told, done.bytes)


def main(url, rounds, seed):
    chance = random.Random(seed)
    for _ in range(rounds):
        read, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            work(url, told)
        os.close(told)
        first = os.read(read, 16)
        if not first:
            sys.exit("a child died before it was killed")
        time.sleep(chance.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = first
        while more := os.read(read, 65536):
            found += more
        os.close(read)
        for at in range(0, len(found), 16):
            sys.stdout.write(f"{UUID(bytes=found[at : at + 16])}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
