"""Broken and hostile forms of the shared material: refused when they are read, or harmless."""

import functools
import json
import time
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import FormUnreadable
from engine.forms import definition, model, validation
from tests.conformance.areas import Outcome
from tests.shared import ROOT, shared

NAME = "Broken and hostile forms"
TODAY, ZONE = date(2026, 11, 22), ZoneInfo("Asia/Makassar")  # as the material's README says
_FOLDER = "conformance/bad-input/forms"


def run() -> Outcome:
    outcome = Outcome()
    for name, case in cases().items():
        outcome.count(case["class"], name, play(name, case))
    return outcome


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared" / _FOLDER).exists()


def folder() -> Path:
    return shared(_FOLDER)


@functools.cache
def cases() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((folder() / "expect.json").read_text("utf-8"))
    return found


def read(name: str) -> model.Form:
    return definition.read((folder() / name).read_bytes())


def play(name: str, case: dict[str, Any]) -> str | None:
    """Give what is wrong, None where the form meets its expectation."""
    begin = time.process_time()
    try:
        form = read(name)
    except FormUnreadable as refusal:
        wrong = f"refused: {refusal}" if case["expect"] == "accept" else None
        if case["field"] and refusal.place["field"] != case["field"]:
            wrong = f"the refusal names {refusal.place['field']}"
    else:
        wrong = "accepted" if case["expect"] == "refuse" else None
        validation.settle(form, {}, variables={}, today=TODAY, zone=ZONE)
    took = time.process_time() - begin
    if took > case["max_seconds"]:
        return f"it took {took:.1f} s"
    if "control" in case:
        read(case["control"])
    return wrong
