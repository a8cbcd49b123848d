"""Compress pages for browsers that accept it; static files are compressed once by :mod:`webui.assets`."""

import gzip

import flask

_LEAST = 1024
_KINDS = {"text/html", "text/xml", "application/xml", "application/json", "text/plain"}


def install(app: flask.Flask) -> None:
    """Compress every answer of some size."""
    app.after_request(compress)


def compress(answer: flask.Response) -> flask.Response:
    """Give the answer with its body compressed, where that pays and the browser asked for it."""
    if answer.mimetype not in _KINDS or answer.direct_passthrough or answer.is_streamed:
        return answer
    answer.vary.add("Accept-Encoding")
    if not flask.request.accept_encodings["gzip"] or "Content-Encoding" in answer.headers:
        return answer
    body = answer.get_data()
    if len(body) >= _LEAST:
        answer.set_data(gzip.compress(body, 5, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
