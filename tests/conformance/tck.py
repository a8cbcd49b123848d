"""FEEL cases of the DMN Technology Compatibility Kit. No engine holds them all; ours must not fall back."""

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import errors
from engine.expressions import feel, values
from tests.conformance.areas import Outcome
from tests.conformance.feel import same
from tests.shared import ROOT, shared

NAME = "DMN TCK"
ENOUGH = (
    0.95  # of all; the rest needs years before 1, XML Schema's patterns, named types of a DMN model, names with "in"
)
_FILE = "conformance/feel-tck.json"
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=ZoneInfo("Asia/Makassar"))
_UNREADABLE = object()


def run() -> Outcome:
    outcome = Outcome(enough=ENOUGH)
    for case in json.loads(shared(_FILE).read_text("utf-8"))["cases"]:
        outcome.count(case["group"], f"{case['group']} {case['id']}", play(case))
    for group, (passed, number) in list(outcome.groups.items()):
        if passed == number:
            del outcome.groups[group]  # what is told is where it falls short
    return outcome


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared" / _FILE).exists()


def play(case: dict[str, Any]) -> str | None:
    """Give what is wrong. An error is as good as the null that the TCK writes for it."""
    variables, expected = value_of(case["inputs"]), value_of(case["expected"])
    value: object = None
    for name, expression in case["steps"]:
        try:
            value = feel.evaluate(expression, variables, now=_NOW)
        except errors.ExpressionError:
            value = None
        variables[name] = value
    return None if same(value, expected) else f"{case['steps'][-1][1].strip()} gives {value!r:.80}"


def value_of(given: Any) -> Any:
    """Read a value of the TCK. A years-and-months duration is text in Python, so it is here."""
    match given:
        case {"@feel": str(kind), "v": str(text)}:
            if kind == "duration" and re.search(r"\d[YM]", text.partition("T")[0]):
                return "P0M" if text == "P0Y" else text
            return _marked({"date": "d", "time": "t", "dateTime": "w", "duration": "p"}[kind] + text)
        case dict():
            return {key: value_of(entry) for key, entry in given.items()}
        case list():
            return [value_of(entry) for entry in given]
    return given


def _marked(text: str) -> object:
    try:
        return values.decode_marked(json.dumps({values.MARK: text}))
    except ValueError:
        return _UNREADABLE  # such as a year before 1
