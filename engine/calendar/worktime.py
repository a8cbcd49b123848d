"""Working time: when an office works, and the arithmetic of durations that run only then.

All is reckoned in whole microseconds from the instants at which spans of work begin and end. A year's instants are laid out once
and then searched by halving, so that a calendar answers in microseconds however far away the answer is.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.calendar import indonesia, zones

Spans = tuple[tuple[int, int], ...]
"""What is worked on a day: from and to, in minutes since midnight, in order, with the breaks between; none: it is free."""

Week = tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
"""The spans of Monday to Sunday."""

_NOON = 12 * 60
_DAY = ((7 * 60 + 30, _NOON), (_NOON + 60, 16 * 60))
_FRIDAY = ((7 * 60 + 30, _NOON - 30), (_NOON + 60, 16 * 60 + 30))
_FASTING_DAY = ((8 * 60, _NOON), (_NOON + 30, 15 * 60))
_FASTING_FRIDAY = ((8 * 60, _NOON - 30), (_NOON + 30, 15 * 60 + 30))

OFFICE_WEEK: Week = (_DAY, _DAY, _DAY, _DAY, _FRIDAY, (), ())
"""37.5 hours from 07:30, with breaks of 60 minutes and of 90 on Friday (Perpres 21/2023)."""
RAMADAN_WEEK: Week = (_FASTING_DAY, _FASTING_DAY, _FASTING_DAY, _FASTING_DAY, _FASTING_FRIDAY, (), ())
"""32.5 hours from 08:00, with breaks of 30 minutes and of 60 on Friday (Perpres 21/2023)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND, _MINUTE = 1_000_000, 60_000_000
_MOST_YEARS = 128  # kept at a time


@dataclass(frozen=True, slots=True)
class _Year:
    """A year of an office's zone, in microseconds since 1970; ``before`` is the work done in it before each span.

    ``dates`` are the ordinals of the days worked, ``firsts`` the number of each one's first span, and of the first after them.
    """

    number: int
    begin: int
    end: int
    opens: Sequence[int]
    closes: Sequence[int]
    before: Sequence[int]
    total: int
    dates: Sequence[int]
    firsts: Sequence[int]

    def done(self, at: int) -> int:
        """Give the work done in this year before an instant."""
        span = bisect_right(self.opens, at) - 1
        return self.before[span] + min(at, self.closes[span]) - self.opens[span] if span >= 0 else 0


@dataclass(frozen=True)
class Calendar:
    """When an office works: the hours of its ``week`` in its ``zone``, shorter ones in Ramadan, and none on holidays.

    ``ramadans`` are fasting months as decided; each replaces the reckoned one that it overlaps. ``categories`` are the nation's
    holidays that are kept. ``off`` are further free days; on a day ``worked`` no holiday counts, and if its weekday is
    a free one, it has the hours of the week's first working day. ``ramadan`` ``None``: the same hours as ever.

    Moments must be aware; results are in UTC. An answer beyond the years that dates can hold raises :class:`OverflowError`.
    """

    zone: ZoneInfo
    week: Week = OFFICE_WEEK
    ramadan: Week | None = RAMADAN_WEEK
    ramadans: tuple[indonesia.Period, ...] = ()
    categories: tuple[str, ...] = indonesia.CATEGORIES
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    _years: dict[int, _Year] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Raise :class:`ValueError` where no day of the week has hours: no work would ever end."""
        if not any(self.week):
            raise ValueError("a week without hours")

    @property
    def days_a_week(self) -> int:
        """How many days of an ordinary week are worked."""
        return sum(map(bool, self.week))

    @property
    def day(self) -> timedelta:
        """The mean working time of an ordinary week's working days."""
        return timedelta(minutes=sum(end - begin for spans in self.week for begin, end in spans)) / self.days_a_week

    # Days ------------------------------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Tell whether anybody works on a day."""
        return bool(self.hours(day))

    def hours(self, day: date) -> Spans:
        """Give the spans that are worked on a day."""
        worked = day in self.worked
        if not worked and (day in self.off or day in indonesia.days_off(day.year, self.categories)):
            return ()
        week = self.ramadan if self.ramadan is not None and self._is_ramadan(day) else self.week
        return week[day.weekday()] or (next(filter(None, (*week, *self.week))) if worked else ())

    def _is_ramadan(self, day: date) -> bool:
        if any(first <= day <= last for first, last in self.ramadans):
            return True
        return any(
            first <= day <= last and not any(begin <= last and end >= first for begin, end in self.ramadans)
            for first, last in indonesia.ramadans(day.year)
        )

    # Moments ---------------------------------------------------------------------------------------------------------

    def add(self, start: datetime, work: timedelta) -> datetime:
        """Give the earliest moment by which so much has been worked since ``start``.

        A negative ``work`` goes back, to the latest moment since which so much has been worked; none at all leaves the start.
        """
        at, amount = _microseconds(start), work // _MICROSECOND
        if not amount:
            return _moment(at)
        year = self._year_at(at, start.year)
        target = year.done(at) + amount
        if amount > 0:
            while target > year.total:
                target -= year.total
                year = self._year(year.number + 1)
            span = bisect_left(year.before, target) - 1
        else:
            while target < 0:
                year = self._year(year.number - 1)
                target += year.total
            span = bisect_right(year.before, target) - 1
        return _moment(year.opens[span] + target - year.before[span])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time from ``start`` to ``end``; it is negative where the end comes first."""
        first, last = _microseconds(start), _microseconds(end)
        if last < first:
            return -self.elapsed(end, start)
        year = self._year_at(first, start.year)
        work = -year.done(first)
        while last >= year.end:
            work += year.total
            year = self._year(year.number + 1)
        return timedelta(microseconds=work + year.done(last))

    def add_days(self, start: datetime, days: int) -> datetime:
        """Give the same time of day so many working days later, or earlier where ``days`` is negative.

        Outside working hours it counts from the next opening (going back: from the last closing). From the very opening of a
        day, that day is the first: it ends as its last day closes. A time of day at which the last day is not worked means
        the next moment at which it is, else its closing.
        """
        if not days:
            return _moment(_microseconds(start))
        forward = days > 0
        year, span, at = self._nearest(_microseconds(start), start.year, forward=forward)
        day = bisect_right(year.firsts, span) - 1
        whole = at == (year.opens[year.firsts[day]] if forward else year.closes[year.firsts[day + 1] - 1])
        day += days - ((1 if forward else -1) if whole else 0)
        while day >= len(year.dates):
            day -= len(year.dates)
            year = self._year(year.number + 1)
        while day < 0:
            year = self._year(year.number - 1)
            day += len(year.dates)
        begin, end = year.firsts[day], year.firsts[day + 1]
        if whole:
            return _moment(year.closes[end - 1] if forward else year.opens[begin])
        time = _moment(at).astimezone(self.zone).timetz()
        at = _microseconds(datetime.combine(date.fromordinal(year.dates[day]), time))
        if forward:
            span = bisect_left(year.closes, at, begin, end)
            return _moment(max(at, year.opens[span]) if span < end else year.closes[end - 1])
        span = bisect_right(year.opens, at, begin, end) - 1
        return _moment(min(at, year.closes[span]) if span >= begin else year.opens[begin])

    def next_working(self, moment: datetime) -> datetime:
        """Give the moment itself where it is worked at, or work just ends; else the next opening.

        (Where work ends as a year does, with the midnight of New Year's Eve, that is the next opening, too.)
        """
        return _moment(self._nearest(_microseconds(moment), moment.year, forward=True)[2])

    def _nearest(self, at: int, near: int, *, forward: bool) -> tuple[_Year, int, int]:
        """Find the first instant from here on, or the last one up to here, that lies in a span; with its year and span."""
        year = self._year_at(at, near)
        span = bisect_right(year.opens, at) - 1
        if span >= 0 and at <= year.closes[span]:
            return year, span, at
        if forward:
            span += 1
            while span == len(year.opens):
                year, span = self._year(year.number + 1), 0
            return year, span, year.opens[span]
        while span < 0:
            year = self._year(year.number - 1)
            span = len(year.opens) - 1
        return year, span, year.closes[span]

    # Years -----------------------------------------------------------------------------------------------------------

    def _year_at(self, at: int, near: int) -> _Year:
        """Give the year that an instant falls in; ``near`` is it, or one beside it."""
        year = self._year(near)
        while at < year.begin:
            year = self._year(year.number - 1)
        while at >= year.end:
            year = self._year(year.number + 1)
        return year

    def _year(self, number: int) -> _Year:
        try:
            return self._years[number]
        except KeyError:
            if len(self._years) >= _MOST_YEARS:
                self._years.clear()
            return self._years.setdefault(number, self._laid_out(number))

    def _laid_out(self, number: int) -> _Year:
        """Lay out a year: a span is all instants whose time of day, in the zone, lies in it.

        So of the hour that a clock leaves out in spring nothing is worked, and of the one that it repeats in autumn everything.
        """
        if not MINYEAR < number < MAXYEAR:
            raise OverflowError(f"no calendar of the year {number}")
        first, after = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
        days = [(day, spans) for day in range(first, after) if (spans := self.hours(date.fromordinal(day)))]
        opens, closes, before, dates, firsts = (array("q") for _ in range(5))
        total = 0
        for since, until, offset in _offsets(self.zone, _wall(first), _wall(after)):
            for day, spans in days:
                midnight = _wall(day) - offset
                for begin, end in spans:
                    opening, closing = max(midnight + begin * _MINUTE, since), min(midnight + end * _MINUTE, until)
                    if opening < closing:
                        if not dates or dates[-1] != day:
                            dates.append(day)
                            firsts.append(len(opens))
                        opens.append(opening)
                        closes.append(closing)
                        before.append(total)
                        total += closing - opening
        firsts.append(len(opens))
        begin, end = (_microseconds(datetime(each, 1, 1, tzinfo=self.zone)) for each in (number, number + 1))
        return _Year(number, begin, end, opens, closes, before, total, dates, firsts)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def _wall(day: int) -> int:
    """Give the microseconds from 1970 to a day's midnight, as a clock without a zone counts them."""
    return (day - _EPOCH.toordinal()) * 1440 * _MINUTE


def _offsets(zone: ZoneInfo, begin: int, end: int) -> list[tuple[int, int, int]]:
    """Give the offsets that a zone has around a stretch of time, each with the instants from and up to which it holds."""
    starts, offsets = zones.periods(zone)
    margin = 1440 * _MINUTE
    first = max(bisect_right(starts, (begin - margin) // _SECOND) - 1, 0)
    last = max(bisect_right(starts, (end + margin) // _SECOND), 1)
    found = [(starts[each] * _SECOND, offsets[each] * _SECOND) for each in range(first, last)]
    edges = [begin - margin, *(since for since, _ in found[1:]), end + margin]
    return [(edges[each], edges[each + 1], offset) for each, (_, offset) in enumerate(found)]
