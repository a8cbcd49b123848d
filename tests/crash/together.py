"""Walk cases to their end beside other processes; run as ``python -m tests.crash.together URL CASES``."""

import sys

from engine.store import db
from tests.crash import rounds


def main(url, cases):
    database = db.open(url)
    for _ in range(cases):
        for _task in rounds.walk(database, {}):
            pass
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
