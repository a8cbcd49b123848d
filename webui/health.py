"""What a supervisor asks: is the process alive, can it work, and how much does it do."""

import secrets

import flask

from engine import errors
from engine.jobs import metrics
from engine.store import schema
from webui import work, workers

blueprint = flask.Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> flask.Response:
    """Say that the process answers."""
    return flask.Response("alive\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> flask.Response:
    """Say whether the database answers and has this version's schema, and whether a worker of its own looks for work.

    Why not stands in the log, not here.
    """
    try:
        with work.place().database.read() as session:
            schema.require(session)
    except errors.StorageError as error:
        return _not_ready(str(error))
    worker = workers.find()
    if worker is not None and not worker.healthy:
        return _not_ready("the worker does not look for work")
    return flask.Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
def measured() -> flask.Response:
    """Give figures for Prometheus to whoever has the token of the settings."""
    place = work.place()
    if not place.settings.metrics_token:
        return flask.Response("not found\n", 404, mimetype="text/plain")
    given = flask.request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if not secrets.compare_digest((token or "").encode(), place.settings.metrics_token.encode()):
        refused = flask.Response("the token is missing or wrong\n", 401, mimetype="text/plain")
        refused.headers["WWW-Authenticate"] = 'Bearer realm="lajur"'
        return refused
    with place.database.read() as session:
        found = [*metrics.of_database(session, now=work.now())]
    worker = workers.find()
    if worker is not None:
        found += metrics.of_worker(worker.done, healthy=worker.healthy)
    return flask.Response(metrics.text(found), content_type=metrics.CONTENT_TYPE)


def _not_ready(reason: str) -> flask.Response:
    flask.current_app.logger.warning("not ready: %s", reason)
    return flask.Response("not ready\n", 503, mimetype="text/plain")
