"""A calendar as ``office.toml`` writes it, in the tables ``[hours]``, ``[hours.ramadan]`` and ``[holidays]``.

::

    [hours]
    monday = ["07:30-12:00", "13:00-16:00"]   # the spans worked; a day that is not named is free

    [hours.ramadan]                           # without this table the fasting month is like the others
    monday = ["08:00-12:00", "12:30-15:00"]
    periods = [[2026-02-19, 2026-03-20]]      # as decided, first and last day; other years are reckoned

    [holidays]
    categories = ["public", "government"]     # hari libur nasional; cuti bersama
    off = [2026-10-12]                        # free besides
    worked = [2026-05-15]                     # worked after all

Each may be missing: then the hours are those of all Indonesian civil servants, with all their holidays.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine import errors
from engine.calendar import indonesia
from engine.calendar.worktime import OFFICE_WEEK, RAMADAN_WEEK, Calendar, Spans, Week

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_DAY_ENDS = 24 * 60
_MOST_SPANS = 8
_MOST_DATES = 1000
_LONGEST_RAMADAN = 30


def read(data: Mapping[str, object], zone: ZoneInfo, place: str = "") -> Calendar:
    """Read a calendar from its tables; dates may also be ISO texts, as :func:`written` writes them.

    Raises :class:`errors.ConfigurationError` with the place, after ``place`` (the file's name), and what is wrong there.
    """
    week, ramadan = OFFICE_WEEK, RAMADAN_WEEK if "hours" not in data else None
    hours = _table(data, "hours", {*WEEKDAYS, "ramadan"}, place)
    if "hours" in data:
        week = _week(hours, f"{place}hours")
        if not any(week):
            raise errors.ConfigurationError(name=f"{place}hours", reason="no day of the week has hours")
    fasting = _table(hours, "ramadan", {*WEEKDAYS, "periods"}, f"{place}hours.")
    if "ramadan" in hours:
        ramadan = _week(fasting, f"{place}hours.ramadan")
    holidays = _table(data, "holidays", {"categories", "off", "worked"}, place)
    off, worked = (frozenset(_dates(holidays.get(each, []), f"{place}holidays.{each}")) for each in ("off", "worked"))
    if both := off & worked:
        raise errors.ConfigurationError(name=f"{place}holidays.worked", reason=f"{min(both)} is in off, too")
    periods = _periods(fasting.get("periods", []), f"{place}hours.ramadan.periods")
    return Calendar(zone, week, ramadan, periods, _categories(holidays, place), off, worked)


def written(calendar: Calendar) -> dict[str, object]:
    """Give the tables of a calendar as plain data, always the same for the same calendar and without its zone."""
    hours: dict[str, object] = _spoken(calendar.week)
    if calendar.ramadan is not None:
        periods = [[first.isoformat(), last.isoformat()] for first, last in calendar.ramadans]
        hours["ramadan"] = {**_spoken(calendar.ramadan), "periods": periods}
    holidays = {
        "categories": list(calendar.categories),
        "off": [day.isoformat() for day in sorted(calendar.off)],
        "worked": [day.isoformat() for day in sorted(calendar.worked)],
    }
    return {"hours": hours, "holidays": holidays}


def _spoken(week: Week) -> dict[str, object]:
    return {
        name: [f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in spans]
        for name, spans in zip(WEEKDAYS, week, strict=True)
        if spans
    }


# Reading -------------------------------------------------------------------------------------------------------------


def _table(data: Mapping[str, object], key: str, known: set[str], place: str) -> Mapping[str, object]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise errors.ConfigurationError(name=f"{place}{key}", reason="it must be a table")
    for strange in sorted(table.keys() - known):
        raise errors.ConfigurationError(
            name=f"{place}{key}.{strange[:40]}", reason=f"it must be one of {', '.join(sorted(known))}"
        )
    return table


def _week(table: Mapping[str, object], place: str) -> Week:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        _spans(table.get(name, []), f"{place}.{name}") for name in WEEKDAYS
    )
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def _spans(value: object, place: str) -> Spans:
    spans: list[tuple[int, int]] = []
    for text in _list(value, place, _MOST_SPANS):
        found = _SPAN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise errors.ConfigurationError(name=place, reason='each must be a span such as "07:30-12:00"')
        hour, minute, to_hour, to_minute = map(int, found.groups())
        begin, end = hour * 60 + minute, to_hour * 60 + to_minute
        if not (spans[-1][1] if spans else 0) <= begin < end <= _DAY_ENDS:
            raise errors.ConfigurationError(
                name=place, reason=f'"{text}" must end after it begins, and begin after what is before it has ended'
            )
        spans.append((begin, end))
    return tuple(spans)


def _periods(value: object, place: str) -> tuple[indonesia.Period, ...]:
    periods: list[indonesia.Period] = []
    for each in _list(value, place, _MOST_DATES):
        days = _dates(each, place)
        if len(days) != 2 or not 0 <= (days[1] - days[0]).days < _LONGEST_RAMADAN:  # noqa: PLR2004  # first and last
            raise errors.ConfigurationError(
                name=place, reason="each must be the first and the last day of one fasting month"
            )
        periods.append((days[0], days[1]))
    return tuple(sorted(periods))


def _categories(holidays: Mapping[str, object], place: str) -> tuple[str, ...]:
    place = f"{place}holidays.categories"
    chosen = _list(holidays.get("categories", list(indonesia.CATEGORIES)), place, len(indonesia.CATEGORIES))
    if not all(each in indonesia.CATEGORIES for each in chosen):
        raise errors.ConfigurationError(name=place, reason=f"each must be one of {', '.join(indonesia.CATEGORIES)}")
    return tuple(each for each in indonesia.CATEGORIES if each in chosen)


def _dates(value: object, place: str) -> list[date]:
    dates = []
    for each in _list(value, place, _MOST_DATES):
        try:
            day = date.fromisoformat(each) if isinstance(each, str) else each
        except ValueError:
            day = None
        if not isinstance(day, date) or isinstance(day, datetime):
            raise errors.ConfigurationError(name=place, reason="each must be a date such as 2026-03-20")
        dates.append(day)
    return dates


def _list(value: object, place: str, most: int) -> list[object]:
    if not isinstance(value, list):
        raise errors.ConfigurationError(name=place, reason="it must be a list")
    if len(value) > most:
        raise errors.ConfigurationError(name=place, reason=f"it has more than {most} entries")
    return value
