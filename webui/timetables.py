"""Timetables of start events in words, where they are as simple as most are: "every Monday at 08.00"."""

from collections.abc import Callable, Mapping
from datetime import date, time

from webui import wording, words
from webui.words import gettext as _

_SUNDAY = date(2026, 11, 22)  # any


def told(text: str | None) -> str:
    """Say a cron expression (of five fields, or @daily and its like) in words; "" where that would need more than one idea."""
    text = (text or "").strip()
    if text in _NAMED:
        return _NAMED[text]()
    fields = text.split()
    if len(fields) != 5 or not text.isascii() or not (fields[0].isdigit() and fields[1].isdigit()):  # noqa: PLR2004  # of cron
        return ""
    minute, hour, day, month, weekday = fields
    if int(hour) > 23 or int(minute) > 59:  # noqa: PLR2004  # of a clock
        return ""
    at = wording.clock(time(int(hour), int(minute)))
    if (day, month) == ("*", "*"):
        return _weekly(weekday, at)
    if weekday != "*" or not day.isdigit():
        return ""
    if month == "*":
        return _("on day %(day)s of every month at %(time)s", day=int(day), time=at)
    if month.isdigit() and 1 <= int(month) <= 12 and 1 <= int(day) <= 29:  # noqa: PLR2004  # of a calendar
        name = words.day(date(2024, int(month), int(day)), "d MMMM")
        return _("every year on %(day)s at %(time)s", day=name, time=at)
    return ""


def _weekly(weekday: str, at: str) -> str:
    if weekday == "*":
        return _("every day at %(time)s", time=at)
    if weekday == "1-5":
        return _("Monday to Friday at %(time)s", time=at)
    if len(weekday) == 1 and weekday in "01234567":
        name = words.day(_SUNDAY.replace(day=_SUNDAY.day + int(weekday) % 7), "EEEE")
        return _("every %(weekday)s at %(time)s", weekday=name, time=at)
    return ""


_NAMED: Mapping[str, Callable[[], str]] = {
    "@hourly": lambda: _("every hour"),
    "@daily": lambda: _("every day"),
    "@weekly": lambda: _("every week"),
    "@monthly": lambda: _("every month"),
    "@yearly": lambda: _("every year"),
}
