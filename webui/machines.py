"""Answers for other systems: JSON with a code that stays, in English, and nothing that depends on a session."""

import re

import flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine import errors

PREFIX = "/api/"
"""The addresses that people never see; :mod:`webui.api` answers there."""

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def asked() -> bool:
    """Tell whether another system asks, by the address and nothing else."""
    return flask.request.path.startswith(PREFIX)


def code_of(error: errors.LajurError) -> str:
    """Give the stable code of an error: ``instance-closed``."""
    return _CAPITAL.sub("-", type(error).__name__).lower()


def of_engine(error: errors.LajurError, status: int) -> Response:
    """Answer an error of the engine; where the database is stays in the log."""
    if status >= 500:  # noqa: PLR2004  # HTTP: the server's fault
        flask.current_app.logger.error("%s %s: %s", flask.request.method, flask.request.path, error)
    told = "The database cannot be reached." if isinstance(error, errors.DatabaseGone) else str(error)
    answer = refusal(status, code_of(error), told)
    if isinstance(error, errors.DatabaseBusy):
        answer.headers["Retry-After"] = "2"
    if isinstance(error, errors.TokenInvalid):
        # RFC 6750, 3.1: who sent none is told only how, who sent one that it does not count.
        wrong = ', error="invalid_token"' if "Authorization" in flask.request.headers else ""
        answer.headers["WWW-Authenticate"] = f'Bearer realm="Lajur"{wrong}'
    return answer


def of_http(error: HTTPException) -> Response:
    """Answer an error of the web itself."""
    answer = refusal(error.code or 500, error.name.lower().replace(" ", "-"), error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def refusal(status: int, code: str, message: str) -> Response:
    """Give an answer that says why not: ``{"error": code, "message": a sentence for the log}``."""
    answer = flask.jsonify(error=code, message=message)
    answer.status_code = status
    return answer
