"""Hostile and broken diagrams of the shared material: read, checked, and where they are accepted compiled and run a while."""

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from engine import errors
from engine.diagrams import checking, reading
from engine.execution import specs, steps
from tests.conformance.areas import Outcome
from tests.shared import ROOT, shared

NAME = "Hostile and broken diagrams"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROUNDS = 15
# what a payload that works would leave behind
CANARY = Path(tempfile.gettempdir()) / "attack-canary"
# the tasks that must open one after the other, where the material says so ("run")
_LINEAR = ("ok_prefix_trap", "ok_bom_utf8", "ok_utf16_le", "ok_utf16_be", "ok_vendor_extensions", "ok_schema_location")
ORDER = {
    "names_internal_start_end_root.bpmn": ("Root", "End"),
    "names_case_twins.bpmn": ("Surat", "surat", "SURAT"),
    **{f"{name}.bpmn": ("a", "b") for name in (*_LINEAR, "ok_lanes_nested", "ok_implicit_end", "control_linear")},
}


def run() -> Outcome:
    outcome = Outcome()
    for name, case in cases().items():
        outcome.count(case["class"], name, play(name, case))
    return outcome


def folder() -> Path:
    return shared("conformance/bad-input/bpmn")


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared/conformance/bad-input/bpmn").exists()


def cases() -> dict[str, dict]:
    return json.loads((folder() / "expect.json").read_text("utf-8"))


def play(name: str, case: dict) -> str | None:
    """Give what is wrong, None where the diagram meets its expectation."""
    before = set(CANARY.glob("*"))
    begin = time.process_time()  # ours alone: other work on the machine is not the diagram's fault
    wrong = next(_wrong(name, case), None)
    took = time.process_time() - begin
    if new := set(CANARY.glob("*")) - before:
        return f"the attack worked: {new}"
    if took > case["max_seconds"]:
        return f"it took {took:.1f} s"
    return wrong


def _wrong(name: str, case: dict) -> Iterator[str]:
    refusals = refused(name)
    if case["expect"] == "accept" and refusals is not None:
        yield f"refused: {refusals}"
    if case["expect"] == "refuse":
        if refusals is None:
            yield "accepted"
        elif case["element"] and refusals and case["element"] not in refusals:
            yield f"refused for {refusals}, not for {case['element']}"
        elif "control" in case and refused(case["control"]) is not None:
            yield f"{case['control']} is refused as well"
    if refusals is None:
        yield from _run(name)


def refused(name: str) -> list[str | None] | None:
    """Give the elements that errors are found at, nothing where the file is unreadable, ``None`` where it is accepted."""
    try:
        diagram = reading.read((folder() / name).read_bytes())
    except errors.DiagramUnreadable:
        return []
    return [each.element for each in checking.check(diagram) if each.severity == "error"] or None


def _run(name: str) -> Iterator[str]:
    """Run what is accepted: it may stop with an error of ours, and must not do anything else."""
    spec = specs.compile(reading.read((folder() / name).read_bytes()))
    seen: list[str] = []
    try:
        step = steps.start(spec, {"perlu_pengantar": True, "jumlah": 1}, now=NOW)
        tasks = list(step.opened)
        while tasks and len(seen) < ROUNDS:
            task = tasks.pop(0)
            seen.append(task.node)
            step = steps.complete(spec, step.state, task.token, {}, now=NOW)
            closed = {each.token for each in step.closed}
            tasks = [each for each in (*tasks, *step.opened) if each.token not in closed]
    except errors.LajurError as error:
        if name in ORDER:
            yield f"{type(error).__name__}: {error}"
        return
    if name in ORDER and tuple(seen) != ORDER[name]:
        yield f"{seen} were opened, not {ORDER[name]}"
