"""When timers are due (BPMN 2.0.2, 10.5.5): ISO 8601 dates, durations and repeating intervals, bare or as the value of FEEL.

All is plain calendar time; an instant without a zone is in the zone of ``now``.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine import errors
from engine.diagrams import model
from engine.execution.mended import Token
from engine.execution.variables import Expression

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_CYCLE = re.compile(r"R(\d{0,18})/(?:([^/]+)/)?(P[^/]*)")


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is set: when it fires, how often still after that (``None``: without end), and after how long each."""

    at: datetime
    left: int | None = 0
    every: str = ""

    def pack(self) -> list[object]:
        """Give it as JSON."""
        return [self.at.isoformat(), self.left, self.every] if self.every else [self.at.isoformat()]

    @classmethod
    def unpack(cls, packed: object) -> "Due":
        """Read what ``pack`` gave; raise ValueError where that is damaged."""
        match packed:
            case [str(at)]:
                return cls(datetime.fromisoformat(at))
            case [str(at), int() | None as left, str(every)]:
                return cls(datetime.fromisoformat(at), left, every)
        raise ValueError(f"{packed!r} is no timer")

    def following(self, now: datetime) -> "Due | None":
        """Give the next firing of a repeating timer. Those that were missed altogether count, and are not made up for."""
        left = self.left
        if not self.every or left == 0:
            return None
        step = Duration.read(self.every)
        at = step.after(self.at)
        missed = max(0, step.fits(at, now)) if at <= now else 0
        at = step.after(at, missed)
        if left is not None and missed >= left:
            return None
        return Due(at, None if left is None else left - 1 - missed, self.every)


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

    def after(self, start: datetime, times: int = 1) -> datetime:
        """Give the instant so long after the start."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.months * times, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        wall = start.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days) * times
        return (wall.astimezone(UTC) + self.clock * times).astimezone(start.tzinfo)

    def fits(self, start: datetime, now: datetime) -> int:
        """Give how many times it must be added to the start to come after now."""
        rough = timedelta(days=self.months * 31 + self.days) + self.clock
        if not rough:
            raise ValueError("a repeated duration must not be zero")
        times = (now - start) // rough
        while self.after(start, times) <= now:
            times += 1
        return times


class Timer:
    """A timer event definition: ``kind`` is ``date``, ``duration`` or ``cycle``."""

    __slots__ = ("element", "expression", "kind", "text")

    def __init__(self, event: model.Event, element: str) -> None:
        self.element = element
        self.kind = event.timer
        self.text = (event.text or "").strip()
        self.expression: Expression | None = None
        if not self.text or self.kind is None:
            raise errors.NotExecutable(element=element, reason="the timer has no time")
        if not _looks_like_iso(self.text):
            self.expression = Expression(self.text, element)

    def set(self, token: Token, now: datetime) -> Due | None:
        """Give when it fires for the first time, from what the token sees; ``None``: never. Raises TimerRefused."""
        value = token.evaluate(self.expression) if self.expression else self.text
        try:
            return _due(self.kind, value, now)
        except (ValueError, OverflowError) as problem:
            raise errors.TimerRefused(element=self.element, reason=str(problem)) from problem


def _looks_like_iso(text: str) -> bool:
    return bool(re.fullmatch(r"P[\dT][\d.YMWDTHS]*|R\d*/\S+|\d{4,}-\S+", text))


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
    found = _CYCLE.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is no repeated interval such as R3/PT10M")
    times, start, every = found.groups()
    left = int(times) - 1 if times else None
    step = Duration.read(every)
    first = Due(_instant(start, now) if start else step.after(now), left, every)
    step.fits(first.at, first.at)
    return None if left == -1 else first


def _instant(text: str, now: datetime) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    at.astimezone(UTC)
    return at
