"""What a browser sends: flat names of inputs read into a submission, and the buttons that add and remove rows.

An answer's input is named by its path behind a prefix, ``f.kontak.surel``; inside a list the row's number stands between,
``f.penerima.3.jabatan``. A row keeps its number while the page is open, so that a page drawn anew by htmx matches the old one
control by control; numbers may have gaps, and no list is made longer than the rows that were sent.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

import flask

from engine.errors import InputError
from engine.forms import validation
from webui.words import gettext as _

PREFIX: Final = "f"
ADD: Final = "_add"
REMOVE: Final = "_remove"
REFRESH: Final = "_refresh"
WRONG: Final = "_wrong"
"""The hidden input that names the fields with errors on the page, so that a page drawn anew still says them."""
_MAX_NAMES: Final = 10_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}(?:\.(?:[A-Za-z][A-Za-z0-9_]{0,63}|[0-9]{1,6}|_row)){0,16}")

_Node = dict[str | int, object]


@dataclass(frozen=True, slots=True)
class ListAction:
    """A button that does not send the form: ``list`` is the list's place on the page, ``row`` the number of the row removed."""

    kind: Literal["add", "remove", "refresh"]
    list: str = ""
    row: int | None = None


class Submission(dict[str, object]):
    """A submission as :func:`engine.forms.validation.validate` takes it, and what the page it came from was about.

    ``wrong`` are the places of the fields that were marked wrong there, ``focus`` is where the person goes on.
    """

    wrong: frozenset[str] = frozenset()
    focus: str = ""


def list_action(request: flask.Request) -> ListAction | None:
    """Say which row is to be added or removed, or that the form is only to be drawn anew; ``None`` where it was sent."""
    if added := request.form.get(ADD):
        return ListAction("add", added) if _NAME.fullmatch(added) else ListAction("refresh")
    if removed := request.form.get(REMOVE):
        place, _, row = removed.rpartition(".")
        return (
            ListAction("remove", place, int(row))
            if _NAME.fullmatch(removed) and row.isdigit()
            else ListAction("refresh")
        )
    return ListAction("refresh") if REFRESH in request.form else None


def submission(request: flask.Request) -> Submission:
    """Read what was sent, with the row that a button adds or removes.

    Raises:
        InputError: more names than any page of ours has.

    """
    if len(request.form) + len(request.files) > _MAX_NAMES:
        raise InputError(reason=_("more than %(most)s answers were sent", most=_MAX_NAMES))
    top: _Node = {}
    for name, texts in request.form.lists():
        _put(top, name, texts[0] if len(texts) == 1 else texts)
    for name, files in request.files.lists():
        uploads = [validation.Upload(file.filename) for file in files if file.filename]
        _put(top, name, uploads or "")
    found = Submission()
    action = list_action(request)
    if action and action.kind != "refresh":
        found.focus = _changed(top, action)
    found.update((str(name), _plain(below)) for name, below in top.items())
    found.wrong = frozenset(request.form.get(WRONG, "").split())
    return found


def _steps(place: str) -> list[str | int]:
    return [int(step) if step.isdigit() else step for step in place.split(".")]


def _put(top: _Node, name: str, value: object) -> None:
    prefix, _, place = name.partition(".")
    if prefix != PREFIX or not _NAME.fullmatch(place):
        return
    *above, last = _steps(place)
    node = _below(top, above)
    if node is not None and not isinstance(node.get(last), dict):
        node[last] = value


def _below(node: _Node, steps: list[str | int]) -> _Node | None:
    for step in steps:
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            return None
        node = below
    return node


def _changed(top: _Node, action: ListAction) -> str:
    """Add or remove the row; give the place where the person goes on."""
    *above, last = _steps(action.list)
    around, rows = _below(top, above), _below(top, [*above, last])
    if around is None or rows is None:
        return ""
    if action.kind == "remove":
        rows.pop(action.row or 0, None)
        around[last] = rows or ""
        return action.list
    number = max((one for one in rows if isinstance(one, int)), default=-1) + 1
    rows[number] = {validation.STORED_ROW: ""}
    return f"{action.list}.{number}"


def _plain(node: object) -> object:
    """Make the lists: a node with numbers is one, in their order."""
    if not isinstance(node, dict):
        return node
    numbers = sorted(step for step in node if isinstance(step, int))
    if not numbers:
        return {name: _plain(below) for name, below in node.items()}
    rows = [(number, node[number]) for number in numbers]
    return [{**_row(row), validation.PAGE_ROW: number} for number, row in rows]


def _row(row: object) -> dict[str, object]:
    plain = _plain(row)
    return plain if isinstance(plain, dict) else {}
