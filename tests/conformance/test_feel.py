"""FEEL cases of the shared material: what must hold, what must be stopped, and how much of the DMN TCK holds."""

import json
import math
import re
import time
from collections import Counter
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import errors
from engine.expressions import feel, values
from tests import shared

CASES = json.loads(shared.shared("conformance/bad-input/feel.json").read_text())["cases"]
TCK = json.loads(shared.shared("conformance/feel-tck.json").read_text())["cases"]
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=ZoneInfo("Asia/Makassar"))
TCK_RATE = 88.0  # per cent that must hold


def value_of(given: Any) -> Any:
    """Read the material's JSON: {"$date": ...} and the like are dates."""
    match given:
        case {"$date": str(text)}:
            return date.fromisoformat(text)
        case dict():
            return {key: value_of(entry) for key, entry in given.items()}
        case list():
            return [value_of(entry) for entry in given]
    return given


def same(found: Any, expected: Any) -> bool:
    """Equal, and of one kind: True is not 1."""
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return math.isclose(found, expected, rel_tol=1e-8, abs_tol=1e-8)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return type(found) is type(expected) and bool(found == expected)


def outcome(expression: str, variables: dict[str, Any]) -> tuple[str, Any]:
    """Evaluate: ("value", value), ("limit", None) or ("error", None)."""
    try:
        return "value", feel.evaluate(expression, variables, now=NOW)
    except errors.ExpressionLimit:
        return "limit", None
    except errors.ExpressionError:
        return "error", None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_bad_input(case: dict[str, Any]) -> None:
    expression = case["expr"] or "".join(text * times for text, times in case["expr_parts"])
    started = time.perf_counter()
    kind, found = outcome(expression, value_of(case["context"]))
    took = time.perf_counter() - started
    allowed = case.get("one_of", [value_of(case.get("value"))])
    if case["expect"] == "value":
        assert kind == "value"
        assert any(same(found, expected) for expected in allowed), found
    elif case["expect"] == "error":
        assert kind == "error" or (case.get("null_allowed") and found is None)
    elif case["expect"] == "limit":
        assert kind == "limit" or found is None
    else:
        assert not any(same(found, bad) for bad in case.get("not_values", []))
    assert took < case["max_seconds"]
    assert feel.evaluate("1 + 1", {}) == 2, "the next evaluation is untouched"


# The DMN TCK ---------------------------------------------------------------------------------------------------------


def tck_value(given: Any) -> Any:
    """Read a TCK value. Years-and-months durations are text in Python, so they are here."""
    match given:
        case {"@feel": "date", "v": str(text)}:
            return date.fromisoformat(text)
        case {"@feel": "time", "v": str(text)}:
            return values.decode_marked(json.dumps({values.MARK: f"t{text}"}))
        case {"@feel": "dateTime", "v": str(text)}:
            return values.decode_marked(json.dumps({values.MARK: f"w{text}"}))
        case {"@feel": "duration", "v": str(text)}:
            if re.search(r"\d[YM]", text.partition("T")[0]):
                return "P0M" if text == "P0Y" else text
            return values.decode_marked(json.dumps({values.MARK: f"p{text}"}))
        case dict():
            return {key: tck_value(entry) for key, entry in given.items()}
        case list():
            return [tck_value(entry) for entry in given]
    return given


def tck_holds(case: dict[str, Any]) -> bool:
    """Whether a case gives what it should; an error is as good as the null that the TCK writes for it."""
    try:
        variables, expected = tck_value(case["inputs"]), tck_value(case["expected"])
    except (ValueError, OverflowError):
        return False  # a value that Python does not have, such as a year before 1
    found: Any = None
    for name, expression in case["steps"]:
        _, found = outcome(expression, variables)
        variables[name] = found
    return same(found, expected)


def test_dmn_tck() -> None:
    failed = [case for case in TCK if not tck_holds(case)]
    rate = 100 * (1 - len(failed) / len(TCK))
    groups = Counter(case["group"] for case in failed)
    print(f"DMN TCK: {len(TCK) - len(failed)} of {len(TCK)} cases hold, {rate:.1f} %")
    for case in failed:
        print(f"failed: {case['group']} {case['id']}: {case['steps'][-1][1]}")
    print("per group:", ", ".join(f"{group} {count}" for group, count in groups.most_common()))
    assert rate >= TCK_RATE
