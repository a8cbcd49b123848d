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
from engine.execution import mended
from engine.execution.elements.gateways import Join
from engine.execution.instances import Inner, Instance, Level
from engine.execution.mended import BodySpec, Token
from engine.execution.variables import Scope

VERSION = 1
MAXIMUM_SIZE = 8_000_000  # bytes of JSON
_PLAIN, _ZSTANDARD = 0, 1
_WORTH_COMPRESSING = 512  # bytes
_HEADER = 6
_local = threading.local()


def dump(instance: Instance, *, prune: bool = True) -> bytes:
    """Give the state of a settled instance; without ``prune`` finished tokens are kept (tests compare both)."""
    rows = [_level_row(level, level.alive if prune else level.tasks) for level in instance.levels()]
    body = orjson.dumps([instance.number, instance.completed, rows])
    if len(body) > MAXIMUM_SIZE:
        raise errors.StateTooLarge(size=f"{len(body)} bytes", limit=f"{MAXIMUM_SIZE} bytes")
    how = _PLAIN
    if len(body) > _WORTH_COMPRESSING:
        how, body = _ZSTANDARD, _tool("compressor", lambda: zstandard.ZstdCompressor(level=1)).compress(body)
    return bytes((VERSION, how)) + zlib.crc32(body).to_bytes(4, "big") + body


def load(spec: BodySpec, state: bytes, now: datetime) -> Instance:
    """Bring an instance back. Raises StateUnreadable, or NodeGone where the definition lacks the node of a token."""
    if len(state) < _HEADER or state[0] != VERSION:
        raise errors.StateUnreadable(reason=f"it is not of version {VERSION}")
    body = state[_HEADER:]
    if zlib.crc32(body) != int.from_bytes(state[2:_HEADER], "big"):
        raise errors.StateUnreadable(reason="it is damaged")
    try:
        if state[1] == _ZSTANDARD:
            body = _tool("decompressor", zstandard.ZstdDecompressor).decompress(body, max_output_size=MAXIMUM_SIZE)
        return _instance(spec, orjson.loads(body), now)
    except (zstandard.ZstdError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise errors.StateUnreadable(reason=f"{type(error).__name__}: {error}") from error


def _tool(name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 either of two classes
    """Give this thread's compressor or decompressor: neither may be shared."""
    tool = getattr(_local, name, None)
    if tool is None:
        tool = make()
        setattr(_local, name, tool)
    return tool


# Writing -------------------------------------------------------------------------------------------------------------


def _level_row(level: Level, kept: dict[int, Token]) -> list[object]:
    tokens = {**kept, **level.listening}
    host = level.host.id if level.host is not None else 0
    return [
        host,
        [_token_row(token, kept) for number, token in tokens.items() if number],
        level.scope and level.scope.pack(),
        int(level.isolated) + 2 * int(level.interrupted),
    ]


def _token_row(token: Token, kept: dict[int, Token]) -> tuple[object, ...]:
    scope, memory, flow = token.scope, token.memory, token.flow
    return (
        token.id,
        token.task_spec.name,
        token._state,
        flow and flow.id,
        token._parent if token._parent in kept else 0,
        scope and scope.pack(),
        memory and memory.pack(),
    )


# Reading -------------------------------------------------------------------------------------------------------------


def _instance(spec: BodySpec, found: Any, now: datetime) -> Instance:  # noqa: ANN401 JSON
    number, completed, rows = found
    instance = Instance(spec, now, number)
    instance.completed = completed
    by_host = {row[0]: row for row in rows}
    todo: list[Level] = [instance]
    while todo:
        level = todo.pop()
        _fill(level, by_host.pop(level.host.id if level.host is not None else 0))
        hosts = [token for token in level.alive.values() if token.id in by_host]
        todo += [Inner(host.task_spec.inner, host, None, isolated=False) for host in hosts]
    if by_host:
        raise ValueError("a level has no token that it runs in")
    return instance


def _fill(level: Level, row: list[Any]) -> None:
    host, tokens, scope, flags = row
    level.isolated, level.interrupted = bool(flags & 1), bool(flags & 2)
    level.scope = scope and Scope.unpack(host, scope)
    specs, flows = level.spec.task_specs, level.spec.flows
    parents: list[tuple[Token, int]] = []
    for number, node, state, flow, parent, own, memory in tokens:
        spec = specs.get(node)
        if spec is None or node == mended.ROOT:
            raise errors.NodeGone(node=node)
        token = Token(level, spec, level.task_tree, state, number, flow and flows.get(flow))
        if parent:
            parents.append((token, parent))
        token.scope = own and Scope.unpack(number, own)
        token.memory = memory and Scope.unpack(number, memory)
    for token, parent in parents:
        token.parent = level.tasks[parent]
        level.tasks[parent]._children.append(token.id)
    for token in list(level.alive.values()):
        if isinstance(token.task_spec, Join):
            if token.flow is None:
                raise errors.NodeGone(node=token.task_spec.node)
            token.task_spec.wait(token)
