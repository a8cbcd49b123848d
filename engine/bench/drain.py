"""One of several workers that share what is due; run as ``python -m engine.bench.drain``, on ``LAJUR_DATABASE``.

Says ``ready``, waits for a line, does every job that is due, and says how many it did and from when to when.
"""

import sys
import time

from engine import config
from engine.store import db
from engine.worker import Worker


def main() -> None:
    """Do what is due."""
    settings = config.Settings.from_environment()
    database = db.open(settings.database)
    worker = Worker(database, settings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun = time.time()
    while worker.one():
        pass
    ended = time.time()
    sys.stdout.write(f"{sum(worker.done.values())} {begun} {ended}\n")
    sys.stdout.flush()
    worker.stop()
    worker.run()
    database.close()


if __name__ == "__main__":
    main()
