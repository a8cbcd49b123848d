"""Hostile and broken forms, and submissions to the valid ones: each meets its expectation."""

import functools
import json
import time as clock
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from engine.errors import FormUnreadable
from engine.forms import definition, validation
from tests.shared import shared

pytestmark = pytest.mark.conformance

FORMS = shared("conformance/bad-input/forms")
EXPECT = json.loads((FORMS / "expect.json").read_text())
SUBMISSIONS = json.loads(shared("conformance/bad-input/submissions.json").read_text())
TODAY, ZONE = date.fromisoformat(SUBMISSIONS["today"]), ZoneInfo(SUBMISSIONS["zone"])


def read(name):
    return definition.read((FORMS / name).read_bytes())


@pytest.mark.parametrize("name", EXPECT)
def test_form(name):
    case = EXPECT[name]
    begin = clock.monotonic()
    form, refusal = None, None
    try:
        form = read(name)
    except FormUnreadable as error:
        refusal = error
    if form is None:
        assert case["expect"] != "accept", refusal
        if case["field"]:
            assert refusal.place["field"] == case["field"]
    else:
        assert case["expect"] != "refuse"
        validation.settle(form, {}, variables={}, today=TODAY, zone=ZONE)
    assert clock.monotonic() - begin < case["max_seconds"]
    if "control" in case:
        assert read(case["control"])


def expanded(value):
    """Write out the generated values of a case ($repeat and the like)."""
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


def plain(value):
    """Write a value as the cases do; an answer that is null is the same as none."""
    if isinstance(value, dict):
        return {name: plain(below) for name, below in value.items() if below is not None}
    if isinstance(value, list):
        return [plain(below) for below in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def overlap(expected, sent, stored):
    """Leave out what an expectation holds although nobody sent or stored it."""
    if not isinstance(expected, dict) or not isinstance(sent, dict):
        return expected
    known = {**stored, **sent}
    return {name: overlap(below, sent.get(name), {}) for name, below in expected.items() if name in known}


@functools.cache
def stored(name):
    return EXPECT[name].get("prefill", {})


@pytest.mark.parametrize("case", SUBMISSIONS["cases"], ids=lambda case: case["id"])
def test_submission(case):
    form, before = read(case["schema"]), stored(case["schema"])
    sent = expanded(case["values"])
    begin = clock.monotonic()
    result = validation.validate(form, sent, variables=before, today=TODAY, zone=ZONE)
    assert clock.monotonic() - begin < case.get("max_seconds", 2)
    if case["expect"] == "accept":
        assert not result.errors
    if case["expect"] == "reject":
        assert result.errors
    if result.errors:
        assert set(result.errors) == set(case["errors"]), result.errors
        return
    for name in case.get("must_not_store", ()):
        assert f'"{name}"' not in json.dumps(plain(result.values))
    if "must_not_store_match" in case:
        assert case["must_not_store_match"] not in json.dumps(plain(result.values))
    if accepted := case.get("accepted"):
        accepted = expanded(accepted)
        # An unticked box is false although a browser sends nothing; all else that is stored was sent or was there.
        unticked = {name: value for name, value in accepted.items() if value is False}
        assert plain(result.values) == {**unticked, **overlap(accepted, sent, before)}
