"""What every page needs: the menu, who is signed in, the language, and words for values, dates and durations."""

from datetime import datetime
from typing import NamedTuple

import flask

from engine.people import access
from webui import i18n, wording, work
from webui.words import gettext as _


class Entry(NamedTuple):
    """One place of the menu; ``part`` is the blueprint whose pages belong to it."""

    name: str
    icon: str
    part: str
    url: str
    on_phone: bool = True


def install(app: flask.Flask) -> None:
    """Give templates what every page needs."""
    app.context_processor(_context)
    app.jinja_env.globals["count"] = wording.count
    app.jinja_env.filters.update(
        ago=wording.ago,
        appointment=wording.appointment,
        day=wording.day,
        due=_due,
        initials=wording.initials,
        label=wording.label,
        left=wording.left,
        moment=wording.moment,
    )


def notice(text: str) -> None:
    """Say on the next page what was done; who reads no pages gathers no notices in the cookie."""
    flask.session.pop("_flashes", None)
    flask.flash(text, "success")


def problem(text: str) -> None:
    """Say on the next page what could not be done; what was done before it on the same page stays said."""
    flask.flash(text, "danger")


def _context() -> dict[str, object]:
    actor = flask.g.get("actor")
    return {
        "actor": actor,
        "menu": menu(actor) if actor else [],
        "part": _PARTS.get(flask.request.blueprint or "", flask.request.blueprint),
        "language": i18n.chosen(),
        "office": work.place().office,
        "group_name": group_name,
        "here": flask.request.full_path.rstrip("?") if flask.request.method == "GET" else "/",
        "now": work.now(),
    }


def _due(at: datetime | None, now: datetime) -> wording.Due | None:
    return wording.due(at, now, work.place().office.calendar)


_PARTS = {"tasks": "inbox"}
"""Screens that belong to another's place in the menu."""


def menu(actor: access.Actor) -> list[Entry]:
    """Give the places that a person may go to."""
    entries = [
        Entry(_("Tasks"), "inbox", "inbox", "/"),
        Entry(_("Start"), "start", "start", "/start"),
        Entry(_("Cases"), "cases", "instances", "/instances"),
        Entry(_("SOPs"), "sop", "definitions", "/definitions"),
    ]
    if access.may_deploy(actor):
        entries.append(Entry(_("Modeler"), "modeler", "modeler", "/modeler/", on_phone=False))
    return entries


def group_name(key: str | None) -> str:
    """Give the name of a group; its key where the office no longer has it."""
    group = work.place().office.group(key) if key else None
    return group.name if group else key or ""
