"""The inbox: my tasks and my groups'."""

from collections.abc import Mapping, Sequence
from typing import Literal

import flask

from engine.forms import validation
from engine.runtime import inbox as inbox_
from engine.runtime.pages import Page
from webui import wording, work
from webui.words import gettext as _

blueprint = flask.Blueprint("inbox", __name__)

_Scope = Literal["mine", "groups"]
_SCOPES: tuple[_Scope, ...] = ("mine", "groups")
_Errors = Mapping[str, list[validation.Message]]


@blueprint.get("/")
def tasks() -> str:
    """List my tasks, or those of my groups that nobody has; who has none on the desk sees the groups' first."""
    args = flask.request.args
    text = args.get("q", "").strip()[: wording.LONGEST_SEARCH]
    with work.reading() as (session, actor):
        first = {each: inbox_.search(session, actor=actor, scope=each, limit=wording.MOST_COUNTED) for each in _SCOPES}
        scope = _scope(args.get("scope"), first)
        page = first[scope]
        if text or args.get("after"):
            page = inbox_.search(session, actor=actor, scope=scope, text=text, after=args.get("after"))
    counts = {each: (len(found.items), found.next is not None) for each, found in first.items()}
    return flask.render_template("inbox.html", page=page, scope=scope, text=text, counts=counts)


def _scope(wanted: str | None, first: Mapping[_Scope, Page[inbox_.TaskRow]]) -> _Scope:
    for each in _SCOPES:
        if wanted == each:
            return each
    return "mine" if first["mine"].items or not first["groups"].items else "groups"


def scopes() -> Sequence[tuple[str, str]]:
    """Give the inbox's tabs."""
    return ("mine", _("My tasks")), ("groups", _("My groups"))


blueprint.add_app_template_global(scopes, "scopes")
