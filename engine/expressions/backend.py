"""FEEL runs in JavaScript: one QuickJS context per thread, with limits on time, memory and stack.

A context belongs to the thread that made it. One that met a limit is thrown away and the next call makes a new one, so an
expression that misbehaves cannot disturb the one after it.
"""

import json
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

import quickjs

from engine import errors
from engine.expressions import messages, values, zones

MEMORY = 64 * 2**20  # bytes per context
SECONDS = 2.0  # of this process's CPU, per call
# Bytes of stack for JavaScript: at most half a thread's, or the process dies before QuickJS notices. The smallest stacks are
# those of Windows (2 MB, of which the interpreter itself takes more than elsewhere) and of a server's Rust threads (2 MB).
STACK = 2**19 if sys.platform == "win32" else 2**20
LONGEST = 10_000  # characters of an expression
VARIABLES = 2_000_000  # characters of JSON that an expression is given
CACHED = 50_000  # characters of expressions a context keeps compiled; one takes about 250 bytes
_ZONE_ROUNDS = 10


class Program(NamedTuple):
    """A compiled expression: its number in the context, the variables it can read, whether it asks for the time."""

    id: int
    names: tuple[str, ...]
    clock: bool


class Refusal(Exception):
    """The JavaScript side said no, for a reason in ``messages``; becomes an ExpressionError where the expression is known."""

    def __init__(self, code: str, place: Mapping[str, str], position: int | None = None) -> None:
        self.reason = messages.fill(code, place)
        self.position = position
        super().__init__(self.reason)


class LimitMet(Exception):
    """Time, memory or stack ran out, or the variables are too many."""


class _Local(threading.local):
    engine: "Engine | None" = None


_local = _Local()
_asking = threading.Lock()


def engine() -> "Engine":
    """Give this thread's engine; the first call of a thread takes about 25 ms."""
    found = _local.engine
    if found is None:
        found = _local.engine = Engine()
    return found


@cache
def _bundle() -> str:
    bundle = files("engine.expressions") / "feel.bundle.js"
    if not bundle.is_file():
        raise errors.NotBuilt(file=bundle.name)
    return bundle.read_text(encoding="utf-8")


def _stack() -> int:
    """Give the bytes of stack that JavaScript may use on a thread of this program."""
    with _asking:
        size = threading.stack_size()
        threading.stack_size(size)  # asking sets it to the default
    return min(STACK, size // 2) if size else STACK


class Engine:
    """One JavaScript context that knows FEEL."""

    def __init__(self) -> None:
        context = quickjs.Context()
        context.set_memory_limit(MEMORY)
        context.set_max_stack_size(_stack())
        context.eval(_bundle())
        context.set_time_limit(SECONDS)
        self._context = context
        self._host = {
            name: context.eval(f"feel.{name}") for name in ("start", "zone", "compile", "forget", "inspect", "run")
        }
        self._run = self._host["run"]
        self._host["start"](values.MARK)
        self._programs: dict[tuple[str, str], Program] = {}
        self._cached = 0

    def program(self, dialect: str, source: str) -> Program:
        """Compile, or give what was compiled before. Raises Refusal, LimitMet."""
        key = (dialect, source)
        found = self._programs.get(key)
        if found is None:
            self._make_room(len(source))
            answer = cast("dict[str, Any]", self._ask("compile", [dialect, source]))
            found = self._programs[key] = Program(answer["id"], tuple(answer["names"]), answer["clock"])
        return found

    def _make_room(self, length: int) -> None:
        self._cached += length
        if self._cached > CACHED:
            self._programs.clear()
            self._call(self._host["forget"])
            self._cached = length

    def inspect(self, dialect: str, source: str) -> dict[str, Any]:
        """Say what can be said without running. Raises LimitMet."""
        return cast("dict[str, Any]", self._ask("inspect", [dialect, source]))

    def run(self, program: Program, variables: str, *, marked: bool, now: str) -> object:
        """Evaluate over variables in JSON. Raises Refusal, LimitMet."""
        if len(variables) > VARIABLES:
            raise LimitMet(f"the variables have {len(variables)} characters")
        for _ in range(_ZONE_ROUNDS):
            answer = self._call(self._run, program.id, variables, marked, now)
            if not isinstance(answer, str):
                return _number(answer) if isinstance(answer, float) else answer
            if not self._sent_zones(answer):
                return self._read(answer)
        raise Refusal("too-many-zones", {})

    def _ask(self, question: str, asked: object) -> object:
        payload = json.dumps(asked)
        for _ in range(_ZONE_ROUNDS):
            answer = cast("str", self._call(self._host[question], payload))
            if not self._sent_zones(answer):
                return self._read(answer)
        raise Refusal("too-many-zones", {})

    def _call(self, function: Callable[..., object], *arguments: object) -> object:
        try:
            return function(*arguments)
        except (quickjs.JSException, MemoryError) as error:
            self._drop()
            raise LimitMet(str(error)) from error

    def _sent_zones(self, answer: str) -> bool:
        """Send the zones that the answer asks for; whether there were any."""
        if answer[0] != "Z":
            return False
        for name in json.loads(answer[1:]):
            self._call(self._host["zone"], json.dumps([name, *(zones.table(name) or ())]))
        return True

    def _read(self, answer: str) -> object:
        kind = answer[0]
        try:
            if kind == "T":
                return values.decode_marked(answer[1:])
            if kind != "E":
                return values.decode(answer)
        except ValueError as error:
            raise Refusal("bad-result", {"reason": str(error)}) from error
        failure = json.loads(answer[1:])
        if failure["limit"]:
            self._drop()
            raise LimitMet(failure["place"]["reason"])
        raise Refusal(failure["code"], failure["place"], failure.get("start"))

    def _drop(self) -> None:
        if _local.engine is self:
            _local.engine = None


def _number(value: float) -> int | float:
    """FEEL has one kind of number: a whole one is an int here."""
    return int(value) if value.is_integer() and abs(value) <= values.SAFE_INTEGER else value
