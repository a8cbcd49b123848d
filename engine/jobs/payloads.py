"""Payloads: what comes with a message or signal from outside, as JSON that has one reading only."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson

from engine import errors
from engine.execution.elements import timers
from engine.runtime import waits
from engine.store import types

LARGEST = 1_000_000  # characters of JSON
LONGEST_KEEP = timedelta(days=366)


def read(source: bytes) -> dict[str, object]:
    """Read a JSON object (RFC 8259, with what I-JSON, RFC 7493, adds) that a stranger wrote.

    What parsers disagree on is refused, never guessed: names that come twice, NaN, halves of characters, a byte order mark; and
    NUL, which no database keeps as it is. Raises :class:`errors.MessageInvalid`.
    """
    try:
        orjson.loads(source)  # strict, and to a depth that the next line takes
        found = json.loads(source, object_pairs_hook=_object)
    except RecursionError:
        raise errors.MessageInvalid(reason="it is nested too deeply") from None
    except ValueError as error:
        raise errors.MessageInvalid(reason=str(error)) from None
    if not isinstance(found, dict):
        raise errors.MessageInvalid(reason="it is no JSON object")
    # Backslashes go in pairs from where a row of them begins, so what is left of one after this escapes something else.
    if rb"\u0000" in source.replace(rb"\\", b""):
        raise errors.MessageInvalid(reason="it holds the character NUL")
    return found


def pack(data: Mapping[str, object]) -> list[object]:
    """Give a payload as it is stored. Raises :class:`errors.MessageTooLarge`, :class:`errors.PayloadRefused`."""
    try:
        found = waits.pack(data)
    except errors.VariableRefused as refused:
        raise errors.PayloadRefused(**refused.place) from None
    if (size := len(types.dumps(found))) > LARGEST:
        raise errors.MessageTooLarge(size=size, limit=LARGEST)
    return found


def keeping(text: str, now: datetime) -> timedelta:
    """Read for how long a message is to be kept: an ISO 8601 duration, ``P7D``; ``PT0S`` is not at all.

    Raises :class:`errors.KeepInvalid`, also for what is longer than 366 days.
    """
    try:
        found = timers.Duration.read(text).after(now) - now
    except (ValueError, OverflowError):
        raise errors.KeepInvalid(limit=LONGEST_KEEP.days) from None
    if found > LONGEST_KEEP:
        raise errors.KeepInvalid(limit=LONGEST_KEEP.days)
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f'it says "{twice[:100]}" twice')
    return found
