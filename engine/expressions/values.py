"""Python values at the border with FEEL: JSON, in which dates, times and durations are marked.

The mark is drawn when the process starts, so no data from outside can imitate a marked value.
"""

import json
import re
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson

MARK = f"@{secrets.token_hex(8)}"
SAFE_INTEGER = 2**53 - 1  # FEEL's numbers are doubles: above this, neighbours are one number

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_STRICT_INTEGER
_DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?")
_ZONE = re.compile(
    r"(?P<clock>[^Z+@]*?)(?:(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?|@(?P<name>.+))?"
)


def encode(variables: Mapping[str, object]) -> tuple[str, bool]:
    """Give JSON and whether it holds marked values. Raises ValueError where a value is none that FEEL has."""
    marked = False

    def other(value: object) -> object:
        nonlocal marked
        if isinstance(value, Decimal):
            return float(value)
        if isinstance(value, set | frozenset):
            return list(value)
        marked = True
        return {MARK: _marked(value)}

    try:
        return orjson.dumps(variables, default=other, option=_OPTIONS).decode(), marked
    except TypeError as error:
        if "53-bit" not in str(error):
            raise ValueError(str(error)) from error
    return orjson.dumps(_as_doubles(variables), default=other, option=_OPTIONS).decode(), marked


def _as_doubles(value: object) -> object:
    """Write large whole numbers as doubles. Raises ValueError where that would change one: a NIP must be text."""
    match value:
        case dict():
            return {key: _as_doubles(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_as_doubles(entry) for entry in value]
        case int() if abs(value) > SAFE_INTEGER:
            if abs(value) > sys.float_info.max or int(float(value)) != value:
                raise ValueError(f"{value} has more digits than a number can keep; it must be text")
            return float(value)
    return value


def _marked(value: object) -> str:
    match value:
        case datetime():
            return f"w{moment_text(value)}"
        case date():
            return f"d{value.isoformat()}"
        case time():
            return f"t{value.replace(tzinfo=None).isoformat()}{_zone_suffix(value)}"
        case timedelta():
            return f"p{_duration_text(value)}"
    raise TypeError(f"FEEL has no value like {type(value).__name__}")


def moment_text(value: datetime) -> str:
    """Write a date and time as FEEL does: 2026-11-22T08:00:00@Asia/Makassar."""
    return f"{value.replace(tzinfo=None).isoformat()}{_zone_suffix(value)}"


def _zone_suffix(value: datetime | time) -> str:
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo) and zone.key != "UTC":
        return f"@{zone.key}"
    offset = value.utcoffset() or timedelta()
    if not offset:
        return "Z"
    hours, rest = divmod(abs(offset), timedelta(hours=1))
    return f"{'-' if offset < timedelta() else '+'}{hours:02}:{rest // timedelta(minutes=1):02}"


def _duration_text(value: timedelta) -> str:
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    return f"{sign}P{value.days}DT{value.seconds}.{value.microseconds:06}S"


def decode(answer: str) -> object:
    """Read JSON without marked values. Raises ValueError where it is nested too deep."""
    return orjson.loads(answer)


def decode_marked(answer: str) -> object:
    """Read JSON with marked values. Raises ValueError for a date that Python does not have, or too deep nesting."""
    try:
        return json.loads(answer, object_hook=_unmark)
    except (OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _unmark(found: dict[str, object]) -> object:
    text = found.get(MARK)
    if not isinstance(text, str):
        return found
    kind, text = text[0], text[1:]
    if kind == "d":
        return date.fromisoformat(text)
    if kind == "p":
        return _duration(text)
    if kind == "w":
        return _moment(text)
    if kind == "n":
        return float(text)
    return _moment(f"1970-01-01T{text}").timetz()


def _moment(text: str) -> datetime:
    date_part, _, rest = text.partition("T")
    parts = _ZONE.fullmatch(rest)
    if parts is None:
        raise ValueError(text)
    clock, _, fraction = parts["clock"].partition(".")
    moment = datetime.fromisoformat(f"{date_part}T{clock}.{fraction[:6]:0<6}")
    if parts["utc"]:
        return moment.replace(tzinfo=UTC)
    if parts["name"]:
        return moment.replace(tzinfo=ZoneInfo(parts["name"]))
    if parts["sign"]:
        offset = timedelta(hours=int(parts["hours"]), minutes=int(parts["minutes"]), seconds=int(parts["seconds"] or 0))
        return moment.replace(tzinfo=timezone(-offset if parts["sign"] == "-" else offset))
    return moment


def _duration(text: str) -> timedelta:
    parts = _DURATION.fullmatch(text)
    if parts is None:
        raise ValueError(text)
    sign, days, hours, minutes, seconds, fraction = parts.groups()
    value = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int(f"{(fraction or '')[:6]:0<6}"),
    )
    return -value if sign else value
