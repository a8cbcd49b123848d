"""Times as ISO 8601 and cron write them, in timer events and due dates: valid, and within what a calendar can hold."""

import re
from datetime import UTC, datetime

from engine.calendar import cron

_DURATION = re.compile(
    r"-?P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d{1,6})?S)?)?"
)
_LITERAL = re.compile(r"""(?:duration|date and time|date)\(\s*"([^"]*)"\s*\)|@"([^"]*)\"""")
_SECONDS = (366 * 86_400, 31 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1)
_LONGEST = 36_600 * 86_400  # a hundred years: what is longer is a mistake
_LAST_YEAR = 9000
_DIGITS = 9
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # from which a cron expression must come within fifty years
MAX_REPETITIONS = 1_000_000


def is_duration(text: str) -> bool:
    """Say whether this is an ISO 8601 duration of at most a hundred years (``P2D``, ``PT1H30M``; not ``P`` or ``-P1D``)."""
    match = _DURATION.fullmatch(text)
    if match is None or text.startswith("-") or any(len(part or "") > _DIGITS for part in match.groups()):
        return False
    numbers = [int(part or 0) for part in match.groups()]
    return sum(number * each for number, each in zip(numbers, _SECONDS, strict=True)) <= _LONGEST


def is_date(text: str) -> bool:
    """Say whether this is an ISO 8601 date or date and time that all clocks can hold (``2026-11-22T08:00:00+08:00``)."""
    if not re.match(r"\d{4}-", text):
        return False  # what has no dashes would be read as a number in FEEL
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return moment.year < _LAST_YEAR


def is_cycle(text: str) -> bool:
    """Say whether this is an ISO 8601 repeating interval (``R3/PT1H``, ``R/2026-01-01T00:00:00Z/P1D``) or cron expression.

    One that never comes, or comes more often than once a second, is none.
    """
    if cron.is_meant(text):
        return _comes(text)
    count, *rest = text.split("/")
    if not re.fullmatch(r"R\d*", count) or (
        count != "R" and (len(count) > _DIGITS or int(count[1:]) > MAX_REPETITIONS)
    ):
        return False
    match rest:
        case [step]:
            valid = is_duration(step)
        case [start, step]:
            valid = is_date(start) and is_duration(step)
        case _:
            return False
    return valid and bool(re.search(r"[1-9]", step.partition(".")[0]))


def literal(text: str) -> str | None:
    """Give the text inside a FEEL literal of a date or duration (``duration("P2D")``, ``@"P2D"``), else ``None``."""
    match = _LITERAL.fullmatch(text.strip())
    return None if match is None else match.group(1) or match.group(2) or ""


def _comes(text: str) -> bool:
    try:
        return cron.following(text, _ANY_DAY) is not None
    except ValueError:
        return False


def is_meant(text: str) -> bool:
    """Say whether this can only be meant as ISO 8601 or cron, not as FEEL."""
    return cron.is_meant(text) or bool(re.match(r"-?P[\dT]|P$|R\d*/|R\d*$|\d+-|\d{8}", text))
