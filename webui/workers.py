"""The worker beside the pages: a thread of the process that answers requests, for as long as that lives."""

from typing import cast

import flask

from engine import worker
from webui import work

KEY = "lajur-worker"
"""Where an application keeps its worker, among its extensions."""


def start(app: flask.Flask) -> worker.Worker:
    """Begin to do what falls due in an application's database; it ends with the process."""
    place = work.place_of(app)
    app.extensions[KEY] = found = worker.Worker(place.database, place.settings, clock=place.clock)
    worker.accompany(found)
    return found


def find() -> worker.Worker | None:
    """Give the worker of the application that this request belongs to; ``None`` where others do what falls due."""
    return cast("worker.Worker | None", flask.current_app.extensions.get(KEY))
