"""Reference models of other modelers: read, prepared, checked, and compiled by the engine."""

from collections.abc import Iterator
from pathlib import Path

from engine import errors
from engine.diagrams import checking, model, preparing, reading
from engine.execution import specs
from tests.conformance.areas import Outcome
from tests.shared import ROOT, shared

NAME = "Reference models of the interchange working group"


def run() -> Outcome:
    outcome = Outcome()
    for name in names():
        outcome.count(name[0], name, play(name))
    return outcome


def folder() -> Path:
    return shared("conformance/miwg-reference")


def found() -> bool:
    """Tell whether the material is there, without skipping."""
    return (ROOT.parent / "shared/conformance/miwg-reference").exists()


def names() -> list[str]:
    return sorted(path.name for path in folder().glob("*.bpmn"))


def play(name: str) -> str | None:
    """Give what is wrong, None where the model can be run."""
    return next(_wrong((folder() / name).read_bytes()), None)


def _wrong(source: bytes) -> Iterator[str]:
    elements = {each.id for each in _everything(source)}
    try:
        prepared = preparing.prepare(source)
        diagram = reading.read(prepared.source)
        for each in prepared.findings:
            if each.severity != "warning" or each.element not in elements:
                yield f"a change is told badly: {each}"
        for finding in checking.check(diagram, forms=dict.fromkeys(prepared.forms, ())):
            if finding.severity == "error" and finding.code != "unknown-form":
                yield str(finding)
        for process in diagram.processes.values():
            if process.executable:
                specs.compile(model.Diagram(diagram.processes, process.id))
        if preparing.prepare(prepared.source).findings:
            yield "preparing it again changes it again"
    except errors.LajurError as error:
        yield f"{type(error).__name__}: {error}"


def _everything(source: bytes) -> Iterator[model.Process | model.Node | model.Flow]:
    for process in reading.read(source).processes.values():
        yield process
        bodies = [process.body]
        for node in process.nodes():
            yield node
            if node.body:
                bodies.append(node.body)
        for body in bodies:
            yield from body.flows.values()
