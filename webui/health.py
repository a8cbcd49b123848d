"""What a supervisor asks: is the process alive, and can it work."""

import flask

from engine import errors
from engine.store import schema
from webui import work

blueprint = flask.Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> flask.Response:
    """Say that the process answers."""
    return flask.Response("alive\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> flask.Response:
    """Say whether the database answers and has this version's schema; why not stands in the log, not here."""
    try:
        with work.place().database.read() as session:
            schema.require(session)
    except errors.StorageError as error:
        flask.current_app.logger.warning("not ready: %s", error)
        return flask.Response("not ready\n", 503, mimetype="text/plain")
    return flask.Response("ready\n", mimetype="text/plain")
