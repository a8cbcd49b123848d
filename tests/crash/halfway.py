"""Do one thing, die after its first statement; again, die after its second; and so on; run as ``... halfway URL WHAT ID``.

WHAT is ``complete`` a task, ``run`` the next job, or ``finish`` a service call whose job was lent. Children are forked and kill
themselves, so that the moment is exact. Prints one line for each death: what is stored then. The last child dies after its commit.
"""

import itertools
import json
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import event, select

from engine.jobs import running, services
from engine.people import access
from engine.runtime import tasks
from engine.store import db, models
from tests.cast import NOW

LATER = NOW + timedelta(hours=1)


def complete(session, task):
    tasks.complete(session, task, {"catatan": "x"}, actor=access.SYSTEM, now=NOW)


def run(session, _):
    assert running.run(session, now=LATER, lent=timedelta(seconds=15)) is not None


def finish(session, job):
    instance = session.execute(select(models.jobs.c.instance_id).where(models.jobs.c.id == job)).scalar_one()
    call = services.Call(job, instance, "http", {}, None, 1)
    services.finish(session, call, {"body": {"nomor": 7}}, now=LATER)


def die(url, verb, ident, moment):
    """Do it and die at a moment, the number of a statement."""
    database = db.open(url)
    passed = itertools.count(1)

    def pass_by(*_):
        if next(passed) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", pass_by)
    event.listen(database.engine, "commit", pass_by)  # all is written, nothing committed
    with database.begin() as session:
        verb(session, ident)
    os.kill(os.getpid(), signal.SIGKILL)


def look(url):
    """Tell what is stored."""
    database = db.open(url)
    with database.read() as session:
        found = {
            "tasks": Counter(session.scalars(select(models.tasks.c.status))),
            "instances": Counter(session.scalars(select(models.instances.c.status))),
            "messages": Counter(session.scalars(select(models.messages.c.status))),
            "events": Counter(session.scalars(select(models.history.c.kind))),
            "jobs": [f"{row.kind} {row.tries}" for row in session.execute(select(models.jobs))],
        }
    database.close()
    return found


def main(url, verb, ident):
    before = found = look(url)
    for moment in itertools.count(1):
        child = os.fork()
        if child == 0:
            try:
                die(url, verb, ident, moment)
            finally:
                os._exit(1)
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended):
            sys.exit("a child ended by itself")
        found = look(url)
        sys.stdout.write(json.dumps(found) + "\n")
        if found != before:
            break


if __name__ == "__main__":
    main(sys.argv[1], {"complete": complete, "run": run, "finish": finish}[sys.argv[2]], UUID(sys.argv[3]))
