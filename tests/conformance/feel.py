"""Expressions of the shared material: what must hold, what must be refused, what must be stopped."""

import json
import math
import time
from datetime import date
from typing import Any

from engine import errors
from engine.expressions import feel
from tests.conformance.areas import Outcome
from tests.shared import ROOT, shared

NAME = "Good, bad and hostile expressions"
_FILE = "conformance/bad-input/feel.json"


def run() -> Outcome:
    outcome = Outcome()
    for name, case in cases().items():
        outcome.count(case["class"], name, play(case))
    return outcome


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared" / _FILE).exists()


def cases() -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in json.loads(shared(_FILE).read_text("utf-8"))["cases"]}


def play(case: dict[str, Any]) -> str | None:
    """Give what is wrong, None where the expression meets its expectation."""
    expression = case["expr"] or "".join(text * times for text, times in case["expr_parts"])
    begin = time.process_time()  # ours alone: other work on the machine is not the expression's fault
    try:
        kind, value = "value", feel.evaluate(expression, value_of(case["context"]))
    except errors.ExpressionError as error:
        kind, value = ("limit" if isinstance(error, errors.ExpressionLimit) else "error"), None
    took = time.process_time() - begin
    if took > case["max_seconds"]:
        return f"it took {took:.1f} s"
    if feel.evaluate("1 + 1", {}) != 2:
        return "the next evaluation is not what it was"
    return None if _meets(case, kind, value) else f"{kind}: {value!r:.100}"


def _meets(case: dict[str, Any], kind: str, value: object) -> bool:
    match case["expect"]:
        case "value":
            allowed = case.get("one_of", [value_of(case.get("value"))])
            return kind == "value" and any(same(value, expected) for expected in allowed)
        case "error":
            return kind == "error" or (kind == "value" and value is None and case.get("null_allowed", False))
        case "limit":
            return kind != "value" or value is None
    return not any(same(value, bad) for bad in case.get("not_values", []))


def value_of(given: Any) -> Any:
    """Read the material's JSON: {"$date": ...} is a date."""
    match given:
        case {"$date": str(text)}:
            return date.fromisoformat(text)
        case dict():
            return {key: value_of(entry) for key, entry in given.items()}
        case list():
            return [value_of(entry) for entry in given]
    return given


def same(value: Any, expected: Any) -> bool:
    """Equal, and of one kind: True is not 1. Numbers may differ in the ninth digit, where the TCK writes no more."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    if isinstance(value, int | float) and isinstance(expected, int | float):
        return math.isclose(value, expected, rel_tol=1e-8, abs_tol=1e-8)
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(same(value[key], expected[key]) for key in value)
    return type(value) is type(expected) and bool(value == expected)
