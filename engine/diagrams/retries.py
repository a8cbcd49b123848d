"""How often a connector is tried and how long is waited in between, as an element says it (camunda:failedJobRetryTimeCycle)."""

import re
from datetime import timedelta
from typing import NamedTuple

MOST = 20  # tries
_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=366)
_TEXT = re.compile(
    r"R(\d{1,2})/P(?=[\dT])(?:(\d{1,3})W)?(?:(\d{1,4})D)?"
    r"(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?"
)


class Retry(NamedTuple):
    """``tries`` in all, the first one included (1 to 20), with ``delay`` between two (1 s to 366 days)."""

    tries: int
    delay: timedelta


def parse(text: str) -> Retry | None:
    """Read ``R5/PT10M``; ``None`` where it is no such text. Months and years, which have no fixed length, are none."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    tries, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    delay = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Retry(tries, delay) if 1 <= tries <= MOST and _SHORTEST <= delay <= _LONGEST else None
