"""Flask-Babel's functions with types, so that the rest of the web is checked."""

from datetime import date, datetime, time

import flask_babel
from babel import Locale


def gettext(text: str, **places: object) -> str:
    """Translate; ``places`` fill ``%(name)s``."""
    return str(flask_babel.gettext(text, **places))


def ngettext(one: str, many: str, number: int, **places: object) -> str:
    """Translate by number, which fills ``%(num)d``."""
    return str(flask_babel.ngettext(one, many, number, **places))


def lazy_gettext(text: str) -> object:
    """Give what translates itself when it is shown."""
    found: object = flask_babel.lazy_gettext(text)
    return found


def locale() -> Locale | None:
    """Give the request's locale; ``None`` outside a request."""
    found: Locale | None = flask_babel.get_locale()
    return found


def day(value: date, pattern: str) -> str:
    """Write a date in the request's language."""
    return str(flask_babel.format_date(value, pattern, rebase=False))


def clock(value: time, pattern: str) -> str:
    """Write a time of day in the request's language."""
    return str(flask_babel.format_time(value, pattern, rebase=False))


def local(value: datetime) -> datetime:
    """Give a moment in the office's zone."""
    found: datetime = flask_babel.to_user_timezone(value)
    return found


def number(value: float) -> str:
    """Write a number in the request's language."""
    return str(flask_babel.format_decimal(value))
