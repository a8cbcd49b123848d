"""The files that browsers load: bundles by the name in the build's manifest, pictures, and how long each may be kept."""

import functools
import gzip
import json
import logging
import mimetypes
from pathlib import Path
from typing import TypedDict

import flask
from markupsafe import Markup
from werkzeug.security import safe_join

_STATIC = Path(__file__).parent / "static"
_DIST = _STATIC / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_SQUEEZED = {".js", ".css", ".svg", ".html", ".json"}
_log = logging.getLogger(__name__)


class _Bundle(TypedDict):
    """One entry of the build's manifest: file names below ``dist``."""

    js: str
    css: str | None
    preload: list[str]


def install(app: flask.Flask) -> None:
    """Serve ``/static/...`` and give templates ``asset_tags(entry)``."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send, methods=["GET"])
    app.add_url_rule("/favicon.ico", endpoint="favicon", view_func=favicon, methods=["GET"])
    app.jinja_env.globals["asset_tags"] = asset_tags


def send(filename: str) -> flask.Response:
    """Send one file of ``static/``; what the build names by content may be kept for ever."""
    found = safe_join(str(_STATIC), filename)
    if found is None or not (path := Path(found)).is_file():
        flask.abort(404)
    lasting = path.parent == _DIST and path.name not in {"manifest.json", "notices.html"}
    stat = path.stat()
    squeezed = path.suffix in _SQUEEZED and bool(flask.request.accept_encodings["gzip"])
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    answer = flask.Response(_content(path, stat.st_mtime_ns, squeezed=squeezed), mimetype=kind)
    if squeezed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(f"{stat.st_mtime_ns:x}-{stat.st_size:x}{'-gz' if squeezed else ''}")
    answer.make_conditional(flask.request)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOREVER if lasting else _HOUR
    return answer


def favicon() -> flask.Response:
    """Send the mark for browsers that ask without reading the page."""
    return send("logo.svg")


@functools.lru_cache(maxsize=64)
def _content(path: Path, _changed: int, *, squeezed: bool) -> bytes:
    """Read a file, compressed once per process; there are few and they are small."""
    content = path.read_bytes()
    return gzip.compress(content, 9, mtime=0) if squeezed else content


def asset_tags(entry: str) -> Markup:
    """Give the tags that load one entry of the bundle: style sheet, module and what the module imports."""
    manifest = _DIST / "manifest.json"
    try:
        bundle = _read(manifest, manifest.stat().st_mtime_ns).get(entry)
    except FileNotFoundError:
        bundle = None
    if bundle is None:
        _log.warning("static/dist has no bundle %s: run the build (make demo does)", entry)
        return Markup("")
    url = "/static/dist/{}"
    tags = []
    if css := bundle["css"]:
        tags.append(Markup('<link rel="stylesheet" href="{}">').format(url.format(css)))
    tags += [Markup('<link rel="modulepreload" href="{}">').format(url.format(name)) for name in bundle["preload"]]
    tags.append(Markup('<script type="module" src="{}"></script>').format(url.format(bundle["js"])))
    return Markup("\n").join(tags)


@functools.lru_cache(maxsize=2)
def _read(manifest: Path, _changed: int) -> dict[str, _Bundle]:
    bundles: dict[str, _Bundle] = json.loads(manifest.read_text(encoding="utf-8"))
    return bundles
