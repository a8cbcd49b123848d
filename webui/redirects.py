"""Where a browser may be sent: paths of this site only, whatever ``next`` or the Referer says."""

import urllib.parse

import flask

_LONGEST = 2000


def local(target: str | None) -> str | None:
    """Give ``target`` if it is a plain path of this site, else ``None``."""
    if not target or len(target) > _LONGEST or not target.isprintable() or "\\" in target:
        return None
    if not target.startswith("/") or target.startswith("//"):
        return None
    try:
        parts = urllib.parse.urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def back() -> str:
    """Give the page a form was sent from: its ``next`` field, else the front page."""
    return local(flask.request.form.get("next")) or "/"
