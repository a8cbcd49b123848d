"""The state of an instance as bytes: what is unfinished and the variables, nothing that the definition says already.

One byte of version, one of compression, four of checksum, then JSON, compressed where that pays. Finished tokens are not
written: joins count what waits at them and look at nothing else, so no history is ever needed again. Tokens are named by
their node's id; where a definition no longer has it, reading is refused.
"""

import threading
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import zstandard

from engine import errors
from engine.execution.instances import Instance, Library
from engine.execution.mended import BodySpec

VERSION = 1
MAXIMUM_SIZE = 8_000_000  # bytes of JSON
_PLAIN, _ZSTANDARD = 0, 1
_WORTH_COMPRESSING = 512  # bytes
_HEADER = 6
_local = threading.local()


def dump(instance: Instance, *, prune: bool = True) -> bytes:
    """Give the state of a settled instance; without ``prune`` finished tokens are kept (tests compare both)."""
    body = orjson.dumps(instance.pack(prune=prune))
    if len(body) > MAXIMUM_SIZE:
        raise errors.StateTooLarge(size=f"{len(body)} bytes", limit=f"{MAXIMUM_SIZE} bytes")
    how = _PLAIN
    if len(body) > _WORTH_COMPRESSING:
        how, body = _ZSTANDARD, _tool("compressor", lambda: zstandard.ZstdCompressor(level=1)).compress(body)
    head = bytes((VERSION, how))
    return head + zlib.crc32(body, zlib.crc32(head)).to_bytes(4, "big") + body


def load(spec: BodySpec, state: bytes, now: datetime, library: Library | None = None) -> Instance:
    """Bring an instance back. Raises StateUnreadable, or NodeGone where the definition lacks the node of a token."""
    if len(state) < _HEADER or state[0] != VERSION:
        raise errors.StateUnreadable(reason=f"it is not of version {VERSION}")
    body = state[_HEADER:]
    if zlib.crc32(body, zlib.crc32(state[:2])) != int.from_bytes(state[2:_HEADER], "big"):
        raise errors.StateUnreadable(reason="it is damaged")
    try:
        if state[1] == _ZSTANDARD:
            body = _tool("decompressor", zstandard.ZstdDecompressor).decompress(body, max_output_size=MAXIMUM_SIZE)
        return Instance.unpack(spec, orjson.loads(body), now, library)
    except (zstandard.ZstdError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise errors.StateUnreadable(reason=f"{type(error).__name__}: {error}") from error


def _tool(name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 either of two classes
    """Give this thread's compressor or decompressor: neither may be shared."""
    tool = getattr(_local, name, None)
    if tool is None:
        tool = make()
        setattr(_local, name, tool)
    return tool
