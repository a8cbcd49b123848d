"""Keys of rows: UUID version 7 (RFC 9562, 5.7), made here because a key must be known before its row is written."""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0

_RANDOM_BITS = 74
_LOW = (1 << 62) - 1
_VERSION_AND_VARIANT = 7 << 76 | 0b10 << 62


def new() -> UUID:
    """Make a key greater than every key this process made before; keys of different processes sort by millisecond.

    Inserts so go to the end of an index, and "newest first" needs no other column.
    """
    global _last  # noqa: PLW0603  # the whole point is one counter in the process
    stamp = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS - 1)
    with _lock:
        if stamp <= _last:
            stamp = _last + 1 + secrets.randbits(32)
        _last = stamp
    millisecond_and_a = stamp >> 62
    return UUID(
        int=(millisecond_and_a >> 12) << 80 | (millisecond_and_a & 0xFFF) << 64 | stamp & _LOW | _VERSION_AND_VARIANT
    )
