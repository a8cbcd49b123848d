"""Cron expressions (``0 8 * * 1-5``): times that come back by the clock and the calendar of the office.

Five fields, read as Debian's cron does: minute, hour, day of the month, month, day of the week; or one of the words of
:data:`WORDS`. Where the clocks go forward, what would fall into the gap comes right behind it; where they go back, it comes once.
"""

from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
LONGEST = 100  # characters
_FIELDS = 5


def is_meant(text: str) -> bool:
    """Say whether this can only be meant as a cron expression, right or wrong: ``@daily``, or five fields."""
    first, *others = text.split() or [""]
    if first[:1] == "@" and first[1:2].isalpha():
        return not others
    return len(others) == _FIELDS - 1 and set(first) <= set("0123456789*,-/")


def following(text: str, after: datetime) -> datetime | None:
    """Give the first time after an instant, in the zone of ``after``; ``None`` where none comes within fifty years.

    Raises ValueError where the text is no cron expression, or where no month has such a day (31 February).
    """
    fields = WORDS.get(text, text)
    if len(text) > LONGEST or not text.isascii() or len(fields.split()) != _FIELDS:
        raise ValueError(f"{text[:LONGEST]!r} is no cron expression such as 0 8 * * 1-5 or @daily")
    begin = after.astimezone(UTC)
    try:
        for found in CronSim(fields, after):
            # an hour that the clocks go through twice is given once, as it first comes
            if (moment := found.astimezone(UTC)) > begin:
                return moment.astimezone(after.tzinfo)
    except CronSimError as error:
        raise ValueError(f"{text!r} is no cron expression such as 0 8 * * 1-5 or @daily") from error
    except OverflowError:  # the calendar ends with the year 9999
        return None
    return None
