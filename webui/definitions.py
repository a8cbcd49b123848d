"""The SOPs: which there are, one version as its official table, and the diagram as a file."""

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import flask

from engine.diagrams import model, sop
from engine.people import access
from engine.runtime import definitions as definitions_
from engine.runtime import starts
from webui import timetables, work

blueprint = flask.Blueprint("definitions", __name__, url_prefix="/definitions")


class Line(NamedTuple):
    """One line of the printed table: steps that share a number are one line with several pelaksana."""

    first: sop.Row
    lanes: frozenset[str]


class Start(NamedTuple):
    """What starts cases by itself: a start event's name, what it is, when next (a timer) and how often, in words."""

    name: str
    start: starts.Start
    often: str


@blueprint.get("")
def found() -> str:
    """List the newest version of every SOP."""
    with work.reading() as (session, _actor):
        latest = definitions_.list_latest(session)
    return flask.render_template("definitions.html", definitions=latest)


@blueprint.get("/<uuid:definition_id>")
def one(definition_id: UUID) -> str:
    """Show one version: identity block, table, diagram, and the other versions."""
    with work.reading() as (session, actor):
        definition = definitions_.get(session, definition_id)
        versions = definitions_.versions(session, definition.key)
        loaded = definitions_.load(session, definition_id)
        begins = starts.of(session, definition_id)
    process = loaded.diagram.process
    return flask.render_template(
        "definition.html",
        definition=definition,
        versions=versions,
        identity=sop.identity(process),
        lanes=lanes(process),
        lines=lines(process),
        starts=[_start(each, loaded.nodes) for each in begins],
        may_change=access.may_deploy(actor),
        states={},
        drawn=definition_id,
    )


@blueprint.get("/<uuid:definition_id>/diagram.bpmn")
def diagram(definition_id: UUID) -> flask.Response:
    """Send the diagram as it was deployed; a version never changes, so the browser may keep it."""
    with work.reading() as (session, _actor):
        definition = definitions_.get(session, definition_id)
        source = definitions_.source(session, definition_id)
    answer = flask.Response(source, mimetype="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{definition.key}-{definition.version}.bpmn"'
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def lanes(process: model.Process) -> list[str]:
    """Give the table's columns: the lanes that hold nodes, or all where the drawing keeps empty ones, in its order."""
    parents = {lane.parent for lane in process.body.lanes}
    names = [lane.name for lane in process.body.lanes if lane.id not in parents]
    others = [row.pelaksana for row in sop.rows(process) if row.pelaksana]
    return list(dict.fromkeys(names + others))


def lines(process: model.Process) -> list[Line]:
    """Give the table's lines."""
    grouped = [list(rows) for _, rows in groupby(sop.rows(process), key=lambda row: (row.no, row.kegiatan))]
    return [Line(rows[0], frozenset(row.pelaksana for row in rows)) for rows in grouped]


def _start(start: starts.Start, nodes: Mapping[str, model.Node]) -> Start:
    found = nodes.get(start.node)
    timer = found.events[0].text if found and found.events else None
    often = timetables.told(timer) if start.kind == "timer" else ""
    return Start(found.name if found else "", start, often)
