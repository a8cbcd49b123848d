"""The SOPs: which there are, one version as its official table beside its diagram, and the diagram as a file."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import flask

from engine import errors
from engine.diagrams import model, sop
from engine.people import access
from engine.runtime import definitions as definitions_
from engine.runtime import starts
from engine.store import db
from webui import timetables, work

blueprint = flask.Blueprint("definitions", __name__, url_prefix="/definitions")


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
        retired = definitions_.beginnings(session, [each.id for each in latest if each.retired_at is not None])
    by_key = {each.key: each for each in latest}
    successors = {each: by_key.get(beginning.successor) for each, beginning in retired.items()}
    return flask.render_template("definitions.html", definitions=latest, successors=successors)


@blueprint.get("/<uuid:definition_id>")
def one(definition_id: UUID) -> str:
    """Show one version: identity block, table, diagram, and the other versions."""
    with work.reading() as (session, actor):
        definition = definitions_.get(session, definition_id)
        versions = definitions_.versions(session, definition.key)
        loaded = definitions_.load(session, definition_id)
        begins = starts.of(session, definition_id)
        successor = _successor(session, definition, loaded.diagram.process)
    process = loaded.diagram.process
    return flask.render_template(
        "definition.html",
        definition=definition,
        versions=versions,
        identity=sop.identity(process),
        lines=sop.lines(process),
        successor=successor,
        successor_key=sop.superseded_by(process),
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


def _successor(
    session: db.Session, definition: definitions_.Definition, process: model.Process
) -> definitions_.Definition | None:
    """Give what came in the place of one that is dicabut, where it is deployed."""
    key = sop.superseded_by(process)
    if definition.retired_at is None or not key:
        return None
    try:
        return definitions_.latest(session, key)
    except errors.NotFound:
        return None


def _start(start: starts.Start, nodes: Mapping[str, model.Node]) -> Start:
    found = nodes.get(start.node)
    timer = found.events[0].text if found and found.events else None
    often = timetables.told(timer) if start.kind == "timer" else ""
    return Start(found.name if found else "", start, often)
