"""`make bench`: the bench beside a PostgreSQL of its own, which waits for its disk as one that keeps data does."""

import sys

from engine.cli import main
from tests import postgres

SETTINGS = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "128MB"}


def run(arguments):
    try:
        postgres.programs()
    except postgres.Missing:
        sys.stderr.write("PostgreSQL's programs are not installed: workers are measured on SQLite only.\n")
        main(["bench", *arguments])
    postgres.prepare(lasting=True)
    postgres._SETTINGS.update(SETTINGS)
    try:
        url = postgres.start().format(database="postgres")
        main(["bench", "--postgresql", url, *arguments])
    finally:
        postgres.finish()


if __name__ == "__main__":
    run(sys.argv[1:])
