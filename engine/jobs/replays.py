"""What was sent before: a message or signal with an idempotency key counts once, however often its sender sends it.

The key is kept with the message it came with; that of a signal, of which nothing else is kept, in a row of its own there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, select

from engine import errors
from engine.runtime import waits
from engine.store import db, models, types
from engine.store.db import Session

LONGEST_KEY = 200

_messages = models.messages
_sent = select(_messages).where(_messages.c.idempotency == bindparam("idempotency"))


def find(
    session: Session, kind: Literal["message", "signal"], idempotency: str, name: str, key: str | None, payload: object
) -> Row[*tuple[Any, ...]] | None:
    """Give the row of what was sent with this idempotency key, to the end of the transaction the only one to ask for it.

    ``payload`` is as :func:`payloads.pack` gives it. Raises :class:`errors.IdempotencyReused` where that was something else, and
    :class:`errors.IdempotencyInvalid` where it is no key.
    """
    if not 0 < len(idempotency) <= LONGEST_KEY or not idempotency.isprintable():
        raise errors.IdempotencyInvalid(longest=LONGEST_KEY)
    db.take_turns(session, waits.turn(f"again {idempotency}"))
    row = session.execute(_sent, {"idempotency": idempotency}).first()
    if row is None:
        return None
    was_signal = row.status == "signal"
    before = row.data["payload"] if was_signal else row.data
    same = types.dumps([before]) == types.dumps([payload])
    if (was_signal, row.name, row.key) != (kind == "signal", name, key) or not same:
        raise errors.IdempotencyReused
    return row


def keep_signal(
    session: Session, idempotency: str, name: str, payload: list[object], listeners: int, *, sender: str, now: datetime
) -> None:
    """Keep that a signal was sent with this idempotency key, and how many heard it."""
    told: Mapping[str, object] = {"payload": payload, "listeners": listeners}
    row = waits.message(name, None, told, status="signal", sender=sender, now=now, until=now, idempotency=idempotency)
    session.execute(insert(_messages), row)
