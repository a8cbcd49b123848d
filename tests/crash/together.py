"""Walk cases to their end beside other processes; run as ``python -m tests.crash.together URL CASES``."""

import sys

from engine.people import access
from engine.runtime import instances, tasks
from engine.store import db
from tests.cast import NOW


def main(url, cases):
    database = db.open(url)
    for _ in range(cases):
        with database.begin() as session:
            case = instances.start(session, "surat", actor=access.SYSTEM, now=NOW)
        while True:
            with database.read() as session:
                view = instances.get(session, case.id, actor=access.SYSTEM)
            waiting = [task for task in view.tasks if task.status == "open"]
            if not waiting:
                break
            with database.begin() as session:
                tasks.complete(session, waiting[0].id, {}, actor=access.SYSTEM, now=NOW)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
