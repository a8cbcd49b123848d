"""A service that is slow to answer each request under a new key; run as ``python -m tests.hosts.service HOST PORT FILE``.

Writes the idempotency key of each request to the file as it comes.
"""

import sys
import time
from pathlib import Path

from tests.crash.receiver import Receiver

SLOW_SECONDS = 2.0


class Slow(Receiver):
    """A receiver that takes its time for what it does not know yet."""

    def take(self, key, body):
        new = key not in self.asked
        number = super().take(key, body)
        if new:
            time.sleep(SLOW_SECONDS)
        return number


if __name__ == "__main__":
    Slow(Path(sys.argv[3]), sys.argv[1], int(sys.argv[2]))
