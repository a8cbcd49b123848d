"""Evaluate FEEL (DMN 1.5 chapter 10): pure, with limits, the same on every thread."""

from collections.abc import Mapping
from datetime import datetime

from engine import errors
from engine.expressions import backend, messages, values

_SHOWN = 200  # characters of an expression in an error


def evaluate(expression: str, variables: Mapping[str, object], *, now: datetime | None = None) -> object:
    """Give the value of an expression.

    ``variables`` hold None, bool, int, float, str, date, datetime, time, timedelta, list, dict; the value is one of these too.
    Numbers are doubles; a whole one comes back as an int. A years-and-months duration comes back as text ("P1Y2M"). A variable
    that is missing is null. ``now`` is what now() and today() tell, aware; without it they are refused.

    Raises ExpressionError where the expression is wrong or a value cannot enter, ExpressionLimit where it needs too much time
    or memory.
    """
    return _run("expression", expression, variables, now)


def unary(expression: str, value: object, variables: Mapping[str, object], *, now: datetime | None = None) -> object:
    """Say whether ``value`` meets unary tests (``> 10``, ``"a", "b"``, ``not(1)``): True, False or None.

    Raises what :func:`evaluate` raises.
    """
    return _run("unary", expression, {**variables, "?": value}, now)


def _run(dialect: str, expression: str, variables: Mapping[str, object], now: datetime | None) -> object:
    if len(expression) > backend.LONGEST:
        reason = messages.fill("too-long", {"limit": str(backend.LONGEST)})
        raise errors.ExpressionLimit(expression=_shown(expression), position=None, reason=reason)
    try:
        engine = backend.engine()
        program = engine.program(dialect, expression)
        needed = {name: variables[name] for name in program.names if name in variables}
        payload, marked = _encode(needed) if needed else ("{}", False)
        return engine.run(program, payload, marked=marked, now=_clock(program, now))
    except backend.Refusal as refusal:
        raise errors.ExpressionError(
            expression=_shown(expression), position=refusal.position, reason=refusal.reason
        ) from refusal
    except backend.LimitMet as limit:
        raise errors.ExpressionLimit(expression=_shown(expression), position=None, reason=str(limit)) from limit


def _clock(program: backend.Program, now: datetime | None) -> str:
    if not program.clock:
        return ""
    if now is None:
        raise backend.Refusal("no-clock", {})
    return values.moment_text(now)


def _encode(needed: Mapping[str, object]) -> tuple[str, bool]:
    try:
        return values.encode(needed)
    except ValueError as error:
        raise backend.Refusal("bad-variable", {"reason": str(error)}) from error


def _shown(expression: str) -> str:
    """Cut to what an error can show, and store: no half characters."""
    text = expression if len(expression) <= _SHOWN else f"{expression[:_SHOWN]}…"
    return text.encode("utf-8", "replace").decode()
