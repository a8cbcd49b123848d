"""A machine with a worker; run as ``python -m tests.hosts.machine URL FOLDER NAME HOST:PORT``.

While a file ``FOLDER/hold-NAME`` is there, its next job stops in the middle: all is written, nothing committed. The file is then named
``held-NAME``, and the worker goes on when that is removed. ``HOST:PORT`` is what service calls may reach.
"""

import logging
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import event

from engine import config, worker
from engine.store import db

CONNECTOR_SECONDS = 3


def main(url, folder, name, service):
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    hold, held = folder / f"hold-{name}", folder / f"held-{name}"

    def stop_halfway(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO history") and hold.exists():
            hold.rename(held)
            while held.exists():
                time.sleep(0.05)

    database = db.open(url)
    event.listen(database.engine, "after_cursor_execute", stop_halfway)
    settings = config.Settings(var=folder, http_hosts=service, connector_seconds=CONNECTOR_SECONDS)
    working = worker.Worker(database, settings)
    signal.signal(signal.SIGTERM, lambda *_: working.stop())
    working.run()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
