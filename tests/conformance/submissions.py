"""Submissions of the shared material to its valid forms: taken as expected, or refused at the field that is wrong."""

import json
import time
from typing import Any

from engine.forms import validation
from tests.conformance import forms
from tests.conformance.areas import Outcome
from tests.shared import shared

NAME = "Good, bad and hostile submissions"


def run() -> Outcome:
    outcome = Outcome()
    for name, case in cases().items():
        outcome.count(case["class"], name, play(case))
    return outcome


def cases() -> dict[str, dict[str, Any]]:
    found = json.loads(shared("conformance/bad-input/submissions.json").read_text("utf-8"))["cases"]
    return {case["id"]: case for case in found}


def play(case: dict[str, Any]) -> str | None:
    """Give what is wrong, None where the submission meets its expectation."""
    form, stored = forms.read(case["schema"]), forms.cases()[case["schema"]].get("prefill", {})
    sent = expanded(case["values"])
    begin = time.process_time()
    result = validation.validate(form, sent, variables=stored, today=forms.TODAY, zone=forms.ZONE)
    took = time.process_time() - begin
    if took > case.get("max_seconds", 2):
        return f"it took {took:.1f} s"
    if result.errors:
        if case["expect"] == "accept" or set(result.errors) != set(case["errors"]):
            return f"refused at {sorted(result.errors)}"
        return None
    return "accepted" if case["expect"] == "reject" else _stored_wrongly(case, sent, stored, plain(result.values))


def _stored_wrongly(case: dict[str, Any], sent: Any, before: dict[str, Any], values: Any) -> str | None:
    text = json.dumps(values)
    for name in [f'"{name}"' for name in case.get("must_not_store", ())] + [case.get("must_not_store_match")]:
        if name and name in text:
            return f"{name} is stored"
    if accepted := expanded(case.get("accepted")):
        # An unticked box is false although a browser sends nothing; all else that is stored was sent or was there.
        unticked = {name: value for name, value in accepted.items() if value is False}
        if values != {**unticked, **_given(accepted, sent, before)}:
            return f"stored {text}"
    return None


def _given(accepted: Any, sent: Any, before: dict[str, Any]) -> Any:
    """Leave out what an expectation holds although nobody sent or stored it."""
    if not isinstance(accepted, dict) or not isinstance(sent, dict):
        return accepted
    known = {**before, **sent}
    return {name: _given(below, sent.get(name), {}) for name, below in accepted.items() if name in known}


def expanded(value: Any) -> Any:
    """Write out the generated values of a case ($repeat and the like); tagged days and times become their text."""
    match value:
        case {"$repeat": [what, count]}:
            return what * count
        case {"$repeat_list": [what, count]}:
            return [expanded(what)] * count
        case {"$many": count}:
            return {f"x{number}": "1" for number in range(count)}
        case {"$surrogate": _}:
            return "\ud800"
        case {"$date": text} | {"$datetime": text} | {"$time": text}:
            return text
        case dict():
            return {name: expanded(below) for name, below in value.items()}
        case list():
            return [expanded(below) for below in value]
    return value


def plain(value: Any) -> Any:
    """Write stored values as the cases do; an answer that is null is the same as none."""
    if isinstance(value, dict):
        return {name: plain(below) for name, below in value.items() if below is not None}
    if isinstance(value, list):
        return [plain(below) for below in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
