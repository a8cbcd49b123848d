"""When timers are due (BPMN 2.0.2, 10.5.5): ISO 8601 dates, durations and repeating intervals, bare or as the value of FEEL.

Repeated times may also be cron expressions. All is plain calendar time in the zone of ``now``, which is the office's: an instant
without a zone is in it, and months, days and cron's hours are counted there.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from engine import errors
from engine.calendar import cron
from engine.diagrams import model
from engine.execution.mended import Token
from engine.execution.variables import Expression

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_CYCLE = re.compile(r"R(\d{0,18})/(?:([^/]+)/)?(P[^/]*)")
_ISO = re.compile(r"P[\dT][\d.YMWDTHS]*|R\d*/\S+|\d{4,}-\S+(?: \d\d:\S+)?")
_SHORTEST = timedelta(seconds=1)  # between two firings


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is set: when it fires, how often still after that (``None``: without end), and what repeats it.

    ``every`` is a cron expression, or a duration that is counted from ``start``: so a month's last day stays its last day.
    """

    at: datetime
    left: int | None = 0
    every: str = ""
    start: datetime | None = None

    def pack(self) -> list[object]:
        """Give it as JSON."""
        packed: list[object] = [self.at.isoformat()]
        if self.every:
            packed += [self.left, self.every]
        if self.start is not None:
            packed.append(self.start.isoformat())
        return packed

    @classmethod
    def unpack(cls, packed: object) -> "Due":
        """Read what ``pack`` gave; raise ValueError where that is damaged."""
        match packed:
            case [str(at)]:
                return cls(datetime.fromisoformat(at))
            case [str(at), int() | None as left, str(every)]:
                return cls(datetime.fromisoformat(at), left, every)
            case [str(at), int() | None as left, str(every), str(start)]:
                return cls(datetime.fromisoformat(at), left, every, datetime.fromisoformat(start))
        raise ValueError(f"{packed!r} is no timer")

    def following(self, now: datetime) -> "Due | None":
        """Give the next firing of a repeating timer. Those that were missed altogether count, and are not made up for."""
        if not self.every or self.left == 0:
            return None
        after = max(self.at, now, key=_in_utc)
        if not self.every.startswith("P"):
            at = cron.following(self.every, after.astimezone(now.tzinfo))
            return None if at is None else replace(self, at=at)
        step, start = Duration.read(self.every), (self.start or self.at).astimezone(now.tzinfo)
        try:
            number = step.fits(start, after)
            missed = number - step.fits(start, self.at)
            at = step.after(start, number)
        except (ValueError, OverflowError):  # no calendar goes so far
            return None
        if self.left is None:
            return replace(self, at=at)
        return replace(self, at=at, left=self.left - 1 - missed) if missed < self.left else None


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: months and days go by the calendar, hours by the clock."""

    months: int
    days: int
    clock: timedelta

    @classmethod
    def read(cls, text: str) -> "Duration":
        """Read ``P1DT2H``; raise ValueError where it is none."""
        found = _DURATION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no duration such as PT1H or P2D")
        years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return cls(int(years * 12 + months), int(weeks * 7 + days), clock)

    @classmethod
    def repeated(cls, text: str) -> "Duration":
        """Read a duration after which something comes again; raise ValueError where that is more often than once a second."""
        found = cls.read(text)
        if not found.months and not found.days and found.clock < _SHORTEST:
            raise ValueError(f"{text!r} would repeat it more often than once a second")
        return found

    def after(self, start: datetime, times: int = 1) -> datetime:
        """Give the instant so long after the start."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.months * times, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        wall = start.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days) * times
        return (wall.astimezone(UTC) + self.clock * times).astimezone(start.tzinfo)

    def fits(self, start: datetime, now: datetime) -> int:
        """Give how many times it must be added to the start to come after now."""
        until = _in_utc(now)
        longest = timedelta(days=self.months * 31 + self.days) + self.clock
        times = max(0, (until - _in_utc(start)) // longest - 2)  # two: a zone may lose more than a day
        while _in_utc(self.after(start, times)) <= until:
            times += 1
        return times


class Timer:
    """A timer event definition: ``kind`` is ``date``, ``duration`` or ``cycle``."""

    __slots__ = ("element", "expression", "kind", "text")

    def __init__(self, event: model.Event, element: str) -> None:
        self.element = element
        self.kind = event.timer
        self.text = (event.text or "").strip()
        if not self.text or self.kind is None:
            raise errors.NotExecutable(element=element, reason="the timer has no time")
        self.expression = _expression(self.text, element)

    def set(self, token: Token, now: datetime) -> Due | None:
        """Give when it fires for the first time, from what the token sees; ``None``: never. Raises TimerRefused."""
        return self._read(token.evaluate(self.expression) if self.expression else self.text, now)

    def begin(self, now: datetime) -> Due | None:
        """Give when it starts a process, of which there are no variables yet; a time that is past never does."""
        due = self._read(self.expression.evaluate((), now) if self.expression else self.text, now)
        return due if due is None or _in_utc(due.at) >= _in_utc(now) else due.following(now)

    def _read(self, value: object, now: datetime) -> Due | None:
        try:
            return _due(self.kind, value, now)
        except (ValueError, OverflowError) as problem:
            raise errors.TimerRefused(element=self.element, reason=str(problem)) from problem


class Deadline:
    """Until when a task is to be done (camunda:dueDate): a date, a date and time, or a duration; bare or as FEEL gives it."""

    __slots__ = ("element", "expression", "text")

    def __init__(self, text: str, element: str) -> None:
        self.element = element
        self.text = text
        self.expression = _expression(text, element)

    def tell(self, token: Token) -> datetime | None:
        """Give it for a task that opens now; null is none. Raises TimerRefused."""
        value = token.evaluate(self.expression) if self.expression else self.text
        lasts = isinstance(value, timedelta) or (isinstance(value, str) and value.startswith("P"))
        try:
            due = None if value is None else _due("duration" if lasts else "date", value, token.instance.now)
        except (ValueError, OverflowError) as problem:
            raise errors.TimerRefused(element=self.element, reason=str(problem)) from problem
        return None if due is None else due.at


def _expression(text: str, element: str) -> Expression | None:
    """Give the expression that a time is, ``None`` where it is written as it is."""
    return None if _ISO.fullmatch(text) or cron.is_meant(text) else Expression(text, element)


def _due(kind: str | None, value: object, now: datetime) -> Due | None:
    if isinstance(value, timedelta) and kind == "duration":
        return Due(Duration(0, 0, value).after(now))
    if isinstance(value, datetime) or (isinstance(value, date) and kind == "date"):
        value = value.isoformat()
    if not isinstance(value, str):
        raise ValueError(f"its expression gives {'nothing' if value is None else type(value).__name__}")  # noqa: TRY004 caught above
    if kind == "date":
        return Due(_instant(value, now))
    if kind == "duration":
        return Due(Duration.read(value).after(now))
    return _cron(value, now) if cron.is_meant(value) else _cycle(value, now)


def _cycle(value: str, now: datetime) -> Due | None:
    found = _CYCLE.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is no repeated interval such as R3/PT10M")
    times, written, every = found.groups()
    left = int(times) - 1 if times else None
    step = Duration.repeated(every)
    start = _instant(written, now) if written else now
    first = Due(start if written else step.after(start), left, every, start)
    return None if left == -1 else first


def _cron(value: str, now: datetime) -> Due:
    at = cron.following(value, now)
    if at is None:
        raise ValueError(f"{value!r} never comes")
    return Due(at, None, value)


def _instant(text: str, now: datetime) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    at.astimezone(UTC)
    return at


def _in_utc(at: datetime) -> datetime:
    """Two instants of one zone are compared by their clocks, which go back once a year; in UTC they are not."""
    return at.astimezone(UTC)
