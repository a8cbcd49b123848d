"""The web application: :func:`create_app`, and ``wsgi``, made from the environment when a server asks for it."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import flask
import jinja2

from engine import config, errors
from engine.store import db
from webui import (
    actions,
    api,
    assets,
    auth,
    compression,
    definitions,
    health,
    i18n,
    inbox,
    instances,
    jobs,
    modeler,
    pages,
    security,
    start,
    tasks,
    work,
    workers,
)
from webui import errors as error_pages

_SHORTEST_KEY = 32


def create_app(
    settings: config.Settings,
    *,
    office: config.Office | None = None,
    database: db.Database | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> flask.Flask:
    """Make the application of one installation.

    ``office``, ``database`` and ``clock`` are what ``settings`` say unless a caller has them already. Raises
    :class:`errors.ConfigurationError`.
    """
    app = flask.Flask(__name__, static_folder=None)
    app.secret_key = _key(settings)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-lajur" if settings.cookie_secure else "lajur",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=settings.max_form_parts,
        TRUSTED_HOSTS=[host.strip() for host in settings.hosts.split(",") if host.strip()] or None,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_CHECK_DEFAULT=False,  # security.guard checks, after it knows who asks
    )
    # One address per page: redirects to it would carry whatever Host the request claimed.
    app.url_map.merge_slashes = app.url_map.strict_slashes = False
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    work.install(
        app,
        settings=settings,
        office=office or config.read_office(settings.bpmn / "office.toml"),
        database=database or db.open(settings.database),
        clock=clock,
    )
    for part in (assets, i18n, pages, security, error_pages, compression):
        part.install(app)
    for part in (auth, inbox, tasks, actions, start, instances, jobs, definitions, modeler, health, api):
        app.register_blueprint(part.blueprint)
    return app


def _key(settings: config.Settings) -> str:
    key = config.secret_key(settings)
    if len(key) < _SHORTEST_KEY:
        raise errors.ConfigurationError(
            name="LAJUR_SECRET_KEY", reason=f"it must have at least {_SHORTEST_KEY} characters"
        )
    return key


def __getattr__(name: str) -> flask.Flask:
    if name != "wsgi":
        raise AttributeError(name)
    settings = config.Settings.from_environment()
    app = create_app(settings)
    globals()["wsgi"] = app
    place = work.place_of(app)
    place.office.calendar.add(
        place.clock(), timedelta(minutes=1)
    )  # lays the year out before the first request needs it
    if settings.has_worker:
        workers.start(app)
    gc.freeze()  # what a server keeps for ever is not searched for garbage at every large state that it reads
    return app
