"""Values in words: dates and times of the office's zone, how long until something is due, and what a variable holds."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from engine.calendar.worktime import Calendar
from webui import words
from webui.words import gettext as _
from webui.words import ngettext

LONGEST_SEARCH = 200
MOST_COUNTED = 99
"""Badges say "99+" beyond this; nothing counts further."""
_SOON = timedelta(hours=4)
_DAYS = 14
_UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))


class Due(NamedTuple):
    """When something is due: ``state`` chooses colour and sign, ``text`` says it in words, ``exact`` is the moment."""

    state: Literal["late", "soon", "later"]
    text: str
    exact: str


def due(at: datetime | None, now: datetime, calendar: Calendar) -> Due | None:
    """Say how much of the office's working time is left until ``at``, or gone since; ``None`` where nothing is due.

    Where the office does not work between the two, it is said by the clock.
    """
    if at is None:
        return None
    work = calendar.elapsed(now, at)
    text = _worked(abs(work), _day_of(now, calendar)) or _span(abs(at - now))
    if at < now:
        return Due("late", _("%(span)s late", span=text), moment(at))
    told = _("due now") if at - now < timedelta(minutes=1) else _("due in %(span)s", span=text)
    return Due("soon" if work < _SOON else "later", told, moment(at))


def _day_of(now: datetime, calendar: Calendar) -> int:
    """Give how many minutes the office works today, shorter in Ramadan; where it does not, on its longest day."""
    today = calendar.hours(now.astimezone(calendar.zone).date())
    return max(sum(last - first for first, last in spans) for spans in ((today,) if today else calendar.week))


def _worked(span: timedelta, day: int) -> str:
    """Say working time by its largest unit, rounded down; ``day`` is a working day's minutes; "" under a minute."""
    minutes = int(span.total_seconds() // 60)
    if not minutes:
        return ""
    if day and minutes >= day:
        return ngettext("%(num)d working day", "%(num)d working days", minutes // day)
    if minutes < 60:  # noqa: PLR2004  # minutes of an hour
        return ngettext("%(num)d working minute", "%(num)d working minutes", minutes)
    return ngettext("%(num)d working hour", "%(num)d working hours", minutes // 60)


def left(at: datetime, now: datetime) -> str:
    """Say how long until ``at`` what nobody has to do happens by itself."""
    ahead = at - now
    if ahead < timedelta(minutes=1):
        return _("any moment now")
    # To the nearest unit: nobody has to hurry for it.
    unit = next(unit for unit in _UNITS if ahead + _UNITS[-1] >= unit)
    return _("in %(span)s", span=_span(ahead + unit / 2))


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago ``at`` was."""
    gone = now - at
    return _("just now") if gone < timedelta(minutes=1) else _("%(span)s ago", span=_span(gone))


def _span(span: timedelta) -> str:
    """Say a duration by its largest unit, rounded down: people plan with "2 hours", not with "1 hour 59 minutes"."""
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:  # noqa: PLR2004  # minutes of an hour
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes < 24 * 60:
        return ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    days = minutes // (24 * 60)
    if days < _DAYS:
        return ngettext("%(num)d day", "%(num)d days", days)
    return ngettext("%(num)d week", "%(num)d weeks", days // 7)


def day(value: date) -> str:
    """Say a date: 22 November 2026."""
    return words.day(value, "d MMMM y")


def moment(value: datetime) -> str:
    """Say a moment in the office's zone, where one without a zone is already: 22 November 2026 pukul 09.30."""
    local = words.local(value) if value.tzinfo is not None else value
    return _("%(day)s at %(time)s", day=day(local), time=clock(local.time()))


def appointment(value: datetime) -> str:
    """Say a moment to come, with its day of the week: Kamis, 26 November 2026 pukul 09.30."""
    local = words.local(value)
    return _("%(day)s at %(time)s", day=words.day(local, "EEEE, d MMMM y"), time=clock(local.time()))


def clock(value: time) -> str:
    """Say a time of day: 09.30 in Indonesian, 09:30 in English."""
    return words.clock(value, _("HH:mm"))


def count(number: int, *, more: bool = False) -> str:
    """Give a badge's text: exact up to a hundred."""
    return f"{MOST_COUNTED}+" if more or number > MOST_COUNTED else str(number)


def kind(value: object) -> Literal["empty", "list", "map", "text"]:
    """Tell a template how to lay a value out."""
    if value is None or value in ("", [], {}):
        return "empty"
    if isinstance(value, Mapping):
        return "map"
    return "list" if isinstance(value, (list, tuple)) else "text"


def text(value: object) -> str:
    """Say a simple value as the office writes it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return clock(value)
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, float):
        return words.number(value)
    return str(value)


def label(name: str) -> str:
    """Make a variable's name readable where no form gives it a label: ``tanggal_surat`` -> "Tanggal surat"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def initials(name: str) -> str:
    """Give one or two letters for a person's round sign."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
