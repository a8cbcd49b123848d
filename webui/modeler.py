"""The modeler's pages: which SOPs there are, one of them in bpmn-js, and its check and deployment.

The browser sends a whole diagram as ``application/xml`` and gets JSON back; what may be deployed, and by whom, is decided
in the engine.
"""

import json
import re
from collections.abc import Iterable

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import connectors, errors
from engine.people import access
from engine.runtime import definitions, deployments
from webui import i18n, security, work

blueprint = flask.Blueprint("modeler", __name__, url_prefix="/modeler")

_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_KEY = 60
_LIBRARY_STYLE = "'unsafe-hashes' 'sha256-nR5hyLltSjfvi2rqC26RbcredWrJvTaPA1yqPX96jpY='"


@blueprint.get("/")
def found() -> str:
    """List the processes, each with its versions, and offer to draw a new one."""
    with work.reading() as (session, actor):
        access.require_deploy(actor)
        latest, earlier = definitions.list_latest(session), definitions.list_earlier(session)
    return flask.render_template("modeler/list.html", definitions=latest, earlier=earlier)


@blueprint.get("/new")
def new() -> str | Response:
    """Draw a process that does not exist yet; one that does is opened instead."""
    key = flask.request.args.get("key", "").strip()
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        flask.flash(_("A key has small letters, digits and single hyphens, and begins with a letter."), "danger")
        return flask.redirect(flask.url_for("modeler.found"), 303)
    with work.reading() as (session, actor):
        access.require_deploy(actor)
        if any(each.key == key for each in definitions.list_latest(session)):
            return flask.redirect(flask.url_for("modeler.edit", key=key), 303)
        forms = definitions.form_keys(session)
    return _page(key=key, name=key, version=None, is_latest=True, source="", forms=forms)


@blueprint.get("/<key>")
def edit(key: str) -> str:
    """Open a version of a process in the modeler: the newest, or the one that ``version`` says."""
    wanted = flask.request.args.get("version", type=int)
    with work.reading() as (session, actor):
        access.require_deploy(actor)
        versions = definitions.versions(session, key)
        forms = definitions.form_keys(session)
    chosen = next((each for each in versions if wanted in {None, each.version}), None)
    if chosen is None:
        raise errors.NotFound(kind="Definition", key=f"{key} {wanted}")
    return _page(
        key=key,
        name=chosen.name,
        version=chosen.version,
        is_latest=chosen == versions[0],
        source=flask.url_for("definitions.diagram", definition_id=chosen.id),
        forms=forms,
    )


@blueprint.post("/<key>/check")
def check(key: str) -> dict[str, object]:
    """Judge a diagram as its deployment would; nothing is stored."""
    files = _files(key)
    with work.reading() as (session, actor):
        access.require_deploy(actor)
        found = deployments.check(session, files, work.place().office)
    return {"findings": _shown(found.values())}


@blueprint.post("/<key>/deploy")
def deploy(key: str) -> dict[str, object] | tuple[dict[str, object], int]:
    """Deploy a diagram: 200 with its version, or 422 with the findings, and then nothing is stored."""
    files = _files(key)  # read to its end before the transaction: a slow sender must not hold the write lock
    try:
        with work.writing() as (session, actor):
            done = deployments.deploy(session, files, actor=actor, now=work.now(), office=work.place().office)
    except errors.DiagramRefused as refused:
        return {"findings": _shown([refused.findings])}, 422
    definition = next(each for each in (*done.created, *done.unchanged) if each.key == key)
    return {
        "key": key,
        "version": definition.version,
        "created": definition in done.created,
        "findings": _shown(done.findings.values()),
    }


def _page(**values: object) -> str:
    """Show the modeler; bpmn-js sets one style attribute by markup, which the policy allows by its hash."""
    security.allow(style_src_attr=_LIBRARY_STYLE)
    return flask.render_template("modeler/edit.html", connectors=_connectors(), **values)


def _connectors() -> str:
    """Give the connectors to choose from as JSON: name -> ``inputs`` (name -> required, as declared) and ``outputs``."""
    registry = connectors.registry().items()
    # not by Flask's JSON, which would sort the inputs
    return json.dumps({name: {"inputs": dict(each.inputs), "outputs": [*each.outputs]} for name, each in registry})


def _files(key: str) -> dict[str, bytes]:
    """Give the diagram sent, under the file name that its key asks for."""
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise errors.NotFound(kind="Process", key=key)
    return {f"{key}.bpmn": flask.request.get_data(cache=False)}


def _shown(found: Iterable[Iterable[errors.Problem]]) -> list[dict[str, object]]:
    """Give findings as the browser wants them, in the reader's language."""
    return [
        {
            "severity": finding.severity,
            "code": finding.code,
            "message": i18n.filled(finding.template, finding.place),
            "hint": i18n.filled(finding.hint_template, finding.place),
            "element": finding.element,
            "line": finding.line,
        }
        for findings in found
        for finding in findings
    ]
