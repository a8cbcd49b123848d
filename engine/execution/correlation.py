"""Correlation: the text on which a case that waits and a message must agree (the property ``message.key``)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from engine.execution.variables import Expression

LONGEST = 200  # characters of a key


def key_of(expression: str, payload: Mapping[str, object], now: datetime) -> str | None:
    """Give the key that a message carries: a subscription's ``payload_key`` over the message's payload.

    ``None`` agrees with no key, and with no other ``None``. Raises ExpressionError.
    """
    return as_text(_expression(expression).evaluate((), now, payload))


def as_text(value: object) -> str | None:
    """Give a value as keys are compared, the same for the case's value and the message's.

    Numbers that are equal are one text (17, 17.0), instants too; dates, times and durations are as ISO 8601 writes them. Lists,
    contexts, null and what is longer than 200 characters are no keys.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        value = str(int(value)) if value == value // 1 else repr(value)
    elif isinstance(value, datetime):
        value = (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    elif isinstance(value, date | time):
        value = value.isoformat()
    elif isinstance(value, timedelta):
        value = f"PT{value / timedelta(seconds=1):f}S"
    return value if isinstance(value, str) and len(value) <= LONGEST else None


@lru_cache(maxsize=1000)
def _expression(text: str) -> Expression:
    return Expression(text, "message.key")
