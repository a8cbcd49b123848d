"""A case as it goes, step by step: what `lajur run` and `lajur demo` print."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

import click

from engine.diagrams import model

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Taken:
    """A sequence flow that was taken, in words where the diagram has them."""

    flow: str
    name: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """One completed task, or the start: who did what, and the way the case took from there."""

    number: int
    node: str
    name: str
    sop_no: str
    lane: str
    person: str
    values: Mapping[str, Any]
    route: tuple[Taken, ...]

    def as_json(self) -> dict[str, object]:
        """Give plain data."""
        return asdict(self)


def route(diagrams: Iterable[model.Diagram], flows: Iterable[str]) -> tuple[Taken, ...]:
    """Put the ids of taken flows into words."""
    known: dict[str, tuple[model.Body, model.Flow]] = {}
    for diagram in diagrams:
        for process in diagram.processes.values():
            bodies = [process.body, *(node.body for node in process.nodes() if node.body is not None)]
            known |= {flow.id: (body, flow) for body in bodies for flow in body.flows.values()}
    return tuple(_taken(*known[flow]) for flow in flows if flow in known)


def _taken(body: model.Body, flow: model.Flow) -> Taken:
    def label(node_id: str) -> str:
        node = body.nodes.get(node_id)
        return node.name or node_id if node is not None else node_id

    return Taken(flow.id, flow.name, label(flow.source), label(flow.target), flow.condition)


def lines(move: Move, *, decisions: frozenset[str]) -> Iterator[str]:
    """Give a move for a terminal; ``decisions`` are the flows that leave a gateway with a choice."""
    number = click.style(f"{move.number:>3}", bold=True)
    who = click.style(f"{move.person} [{move.lane}]" if move.lane else move.person, fg="cyan")
    step = f"{move.sop_no}. {move.name}" if move.sop_no else move.name
    yield f"{number}  {step}   {who}"
    for name, value in move.values.items():
        yield f"       {name} = {shown(value)}"
    for taken in move.route:
        if taken.flow in decisions:
            why = f": {taken.name}" if taken.name else ""
            condition = click.style(f"   ({taken.condition})", dim=True) if taken.condition else ""
            yield click.style(f"     → {taken.source}{why} → {taken.target}", fg="green") + condition


def decisions(diagrams: Iterable[model.Diagram]) -> frozenset[str]:
    """Give the flows that leave a node with several ways out."""
    return frozenset(
        flow
        for diagram in diagrams
        for process in diagram.processes.values()
        for node in process.nodes()
        if len(node.outgoing) > 1
        for flow in node.outgoing
    )


def shown(value: object) -> str:
    """Give a value on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_plain)
    text = " ".join(text.split())
    return f"{text[: _LONGEST - 1]}…" if len(text) > _LONGEST else text


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
