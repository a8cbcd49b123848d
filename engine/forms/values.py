"""One answer: from what a browser or a program sends to the value that is stored, and back to the text that is shown.

There is one reading. Numbers are Indonesian: a point groups thousands, a comma is decimal (``1.250.000,50``); a point that cannot
be a group is the decimal point of a machine (``12.5``). Days are ``2026-11-22`` or ``22/11/2026``. Typed JSON values are taken as
they are, if their type fits. What does not fit raises :class:`Unfit` with a message for the person.
"""

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from engine.forms import model, sources

MAX_LINE: Final = 2000
"""Characters in a text field where the form says nothing."""
_MAX_CHOSEN: Final = 1000
_MAX_NAME: Final = 200
_MAX_MAIL: Final = 254
_YEARS: Final = (1900, 2199)
_GROUPED: Final = 10_000

_EXACT = Context(prec=2 * _MAX_NAME)
"""No number that is read is rounded on the way."""

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<groups>[1-9][0-9]{0,2}(?:\.[0-9]{3})+)|(?P<whole>[0-9]+))(?:,(?P<part>[0-9]+))?"
    r"|(?P<machine>[+-]?[0-9]+\.[0-9]+)",
)
_DAY = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})"
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?:[:.]([0-5][0-9]))?")
_OFFSET = re.compile(r"Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")
_MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
)
_PHONE = re.compile(r"\+?[0-9 ().-]+")
_PHONE_DIGITS = range(5, 16)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the person: ``id`` is the English text and the catalogues' key, ``params`` fill its ``{places}``."""

    id: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id.format_map(self.params) if self.params else self.id


class Unfit(ValueError):
    """An answer that cannot be taken."""

    def __init__(self, text: str, **params: object) -> None:
        super().__init__(text)
        self.message = Message(text, params)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a browser sent. Only its name is kept for now; nothing else can stand for a file."""

    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks of one answer now: its choices and limits after their FEEL, and the day and zone it is given in."""

    today: date
    zone: ZoneInfo
    options: tuple[model.Option, ...] = ()
    limit: Callable[[model.Bound], Decimal | None] = lambda bound: Decimal(bound) if isinstance(bound, int) else None


def empty(raw: object) -> bool:
    """Say whether nothing was answered."""
    return not raw.strip() if isinstance(raw, str) else raw is None or raw in ([], ())


def coerce(one: model.Field, raw: object, asked: Asked) -> object:
    """Give the value to store for an answer that is not empty.

    Raises:
        Unfit: the answer is of another type, outside the limits, or none of the choices.

    """
    if isinstance(raw, str) and one.kind in {"textfield", "textarea", "number", "datetime"}:
        raw = _clean(one, raw)
    return _COERCIONS[one.kind](one, raw, asked)


def _clean(one: model.Field, raw: str) -> str:
    if len(raw) > model.MAX_LENGTH * 2:
        raise Unfit("This is too long: {count} characters.", count=len(raw))
    # What the eye does not see is not an answer: direction marks come along when a name is copied from a chat.
    text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", raw)
    text = re.sub("\r\n?|\x0b|\x0c", "\n", text).strip()
    if sources.unwanted(text):
        raise Unfit("This holds a character that cannot be stored. Delete it and type it anew.")
    if "\n" in text and one.kind != "textarea":
        raise Unfit("Write this on one line.")
    return text


# Texts ----------------------------------------------------------------------------------------------------------------


def _text(one: model.Field, raw: object, asked: Asked) -> str:
    if not isinstance(raw, str):
        raise Unfit("Write this as text.")
    text = raw
    if one.pattern and not one.pattern.matches(text[:MAX_LINE]):
        # NIP and NIK are printed in groups of digits.
        text = raw.replace(" ", "") if re.fullmatch("[0-9 ]+", raw) else raw
        if not one.pattern.matches(text[:MAX_LINE]):
            if one.pattern_message:
                raise Unfit(one.pattern_message)
            example = one.pattern.example()
            if example:
                raise Unfit("Write this in the form that is asked for, for example {example}.", example=example)
            raise Unfit("Write this in the form that is asked for.")
    count = len(text)
    low, high = asked.limit(one.min_length), asked.limit(one.max_length)
    if low is not None and count < low:
        raise Unfit("Write at least {min} characters; there are {count}.", min=int(low), count=count)
    most = int(high) if high is not None else MAX_LINE if one.kind == "textfield" else model.MAX_LENGTH
    if count > most:
        raise Unfit("Write at most {max} characters; there are {count}.", max=most, count=count)
    if one.format == "email" and (count > _MAX_MAIL or not _MAIL.fullmatch(text)):
        raise Unfit("Write one e-mail address, like nama@contoh.go.id.")
    digits = sum(character.isdigit() for character in text)
    if one.format == "phone" and (not _PHONE.fullmatch(text) or digits not in _PHONE_DIGITS):
        raise Unfit("Write one telephone number, like +62 812 3456 7890.")
    return text


# Numbers --------------------------------------------------------------------------------------------------------------


def decimal(raw: object) -> Decimal | None:
    """Read a number, or give ``None`` where it is none."""
    if isinstance(raw, str) and len(raw) <= _MAX_NAME:
        found = _NUMBER.fullmatch(raw.strip())
        if not found:
            return None
        if found["machine"]:
            return Decimal(found["machine"])
        whole = (found["groups"] or found["whole"]).replace(".", "")
        return Decimal(f"{found['sign']}{whole}.{found['part'] or 0}")
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    exact = Decimal(raw) if isinstance(raw, int) else Decimal(str(raw))
    return exact if exact.is_finite() and exact.adjusted() < _MAX_NAME else None


def _number(one: model.Field, raw: object, asked: Asked) -> int | float | str:
    number = decimal(raw)
    if number is None:
        raise Unfit("Write this as a number, like 1.250.000,50.")
    number = number.normalize(_EXACT) if number else Decimal(0)
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if one.digits is not None and places > one.digits:
        if one.digits == 0:
            raise Unfit("Write a whole number.")
        raise Unfit("Write at most {digits} digits after the comma.", digits=one.digits)
    low, high = asked.limit(one.minimum), asked.limit(one.maximum)
    if low is not None and number < low:
        raise Unfit("Write {min} or more.", min=number_text(low))
    if high is not None and number > high:
        raise Unfit("Write {max} or less.", max=number_text(high))
    if one.step and _EXACT.remainder(number, one.step):
        raise Unfit("Write a multiple of {step}.", step=number_text(one.step))
    if one.as_text:
        return f"{number:f}"
    whole = number == number.to_integral_value()
    value = int(number) if whole else float(number)
    # A number in FEEL is a double: what it cannot hold exactly must be text, as NIP and NIK are.
    if Decimal(str(float(number))) != number:
        raise Unfit("This number has too many digits to be kept exactly.")
    return value


def number_text(value: float | Decimal) -> str:
    """Write a number as it is read: ``1.250.000,5``."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{number:,f}" if abs(number) >= _GROUPED else f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(",.", ".,"))


# Days and times -------------------------------------------------------------------------------------------------------


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if not found:
        raise Unfit("Write this as a date, like 2026-11-22 or 22/11/2026.")
    year, month, day = (int(part) for part in (found.groups()[:3] if found["year"] else found.groups()[:2:-1]))
    try:
        value = date(year, month, day)
    except ValueError as error:
        raise Unfit("There is no such day.") from error
    return _in_years(value)


_Day = TypeVar("_Day", date, datetime)


def _in_years(value: _Day) -> _Day:
    if not _YEARS[0] <= value.year <= _YEARS[1]:
        raise Unfit("Write a year between {first} and {last}.", first=_YEARS[0], last=_YEARS[1])
    return value


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Unfit("Write this as a time of day, like 08:15.")
    return time(int(found[1]), int(found[2]), int(found[3] or 0))


def _moment(one: model.Field, raw: object, asked: Asked) -> date | time | datetime:
    value: date | time | datetime
    match one.subtype:
        case "time":
            value = raw.replace(tzinfo=None) if isinstance(raw, time) else _clock(_words(raw))
        case "datetime":
            value = _zoned(
                one, _in_years(raw) if isinstance(raw, datetime) else _date_time(_words(raw), asked.zone), asked.zone
            )
        case _:
            value = _in_years(raw) if isinstance(raw, date) and not isinstance(raw, datetime) else _day(_words(raw))
    if one.no_past and isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day < asked.today:
            raise Unfit("Choose today or a later day.")
    return value


def _words(raw: object) -> str:
    if not isinstance(raw, str):
        raise Unfit("Write this as a date or time.")
    return raw


def _date_time(text: str, zone: ZoneInfo) -> datetime:
    day, _, clock = text.replace(" ", "T", 1).partition("T")
    offset = _OFFSET.search(clock)
    if offset and offset.end() == len(clock):
        clock = clock[: offset.start()]
        there = datetime.fromisoformat(f"2000-01-01T00:00{offset[0]}").tzinfo
        return datetime.combine(_day(day), _clock(clock), there).astimezone(zone)
    return datetime.combine(_day(day), _clock(clock), zone)


def _zoned(one: model.Field, value: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment as the form stores it (form-js: ``timeSerializingFormat``)."""
    local = value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
    match one.zoned:
        case "utc_offset":
            return local
        case "utc_normalized":
            return local.astimezone(UTC)
    return local.replace(tzinfo=None)


# Choices and files ----------------------------------------------------------------------------------------------------


def wire(value: object) -> str:
    """Write a choice's value as a browser sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _chosen(raw: object, asked: Asked) -> model.Option:
    if not isinstance(raw, str | int | float):
        raise Unfit("Choose one of these.")
    for option in asked.options:
        same = wire(option.value) == raw if isinstance(raw, str) else option.value == raw
        if same and (isinstance(raw, str) or isinstance(raw, bool) == isinstance(option.value, bool)):
            return option
    raise Unfit("This is not one of the choices.")


def _one(_: model.Field, raw: object, asked: Asked) -> model.Scalar:
    return _chosen(raw, asked).value


def _many(_: model.Field, raw: object, asked: Asked) -> list[model.Scalar]:
    each = list(raw) if isinstance(raw, list | tuple) else [raw]
    if len(each) > _MAX_CHOSEN:
        raise Unfit("This is not one of the choices.")
    chosen = [_chosen(one, asked) for one in each if one != ""]
    return [option.value for option in asked.options if option in chosen]


def _ticked(_: model.Field, raw: object, __: Asked) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw in {"on", "true", "off", "false"}:
        return raw in {"on", "true"}
    raise Unfit("This is either ticked or not.")


def _files(one: model.Field, raw: object, _: Asked) -> list[str]:
    each = raw if isinstance(raw, list | tuple) else [raw]
    names = []
    for upload in each:
        if not isinstance(upload, Upload):
            raise Unfit("Choose a file; its name alone is not enough.")
        # Browsers on Windows once sent whole paths.
        name = re.split(r"[/\\]", upload.name)[-1].strip()[-_MAX_NAME:]
        if not name or name.startswith(".") or sources.unwanted(name):
            raise Unfit("This file's name cannot be stored; rename it.")
        if one.accept and not any(_accepts(kind, name.lower()) for kind in one.accept):
            raise Unfit("Choose a file of these kinds: {kinds}.", kinds=", ".join(one.accept))
        names.append(name)
    if len(names) > (_MAX_CHOSEN if one.multiple else 1):
        raise Unfit("Choose one file.")
    return names


def _accepts(kind: str, name: str) -> bool:
    if kind.startswith("."):
        return name.endswith(kind)
    guessed = mimetypes.guess_type(name, strict=True)[0] or ""
    return guessed == kind or (kind.endswith("/*") and guessed.startswith(kind[:-1]))


_COERCIONS: Final[Mapping[str, Callable[[model.Field, object, Asked], object]]] = {
    "textfield": _text, "textarea": _text, "number": _number, "datetime": _moment, "checkbox": _ticked, "radio": _one,
    "select": _one, "checklist": _many, "taglist": _many, "filepicker": _files,
}  # fmt: skip


def written(one: model.Field, value: object, zone: ZoneInfo) -> str:
    """Write a value, or what a person typed, as the text of its control."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return wire(value)
        case int() | float() | Decimal():
            return number_text(value) if one.kind == "number" else str(value)
        case datetime():
            local = value if value.tzinfo is None else value.astimezone(zone)
            return local.strftime("%Y-%m-%dT%H:%M" if one.subtype == "datetime" else "%Y-%m-%d")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    return ""


def shown(value: object) -> str:
    """Write a value inside a text: numbers and days as people here write them."""
    match value:
        case bool():
            return wire(value)
        case int() | float():
            return number_text(value)
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case time():
            return value.strftime("%H:%M")
    return str(value)
