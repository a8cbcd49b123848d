"""Definitions: what was deployed, version by version, and the compiled form of each that running needs.

A definition never changes, so what is made of it (diagram, spec, forms) is kept in the process under its id, the most used first.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select

from engine import errors
from engine.diagrams import model, reading, sop
from engine.diagrams.checking.scopes import HUMAN
from engine.execution import specs
from engine.forms import definition as form_reading
from engine.forms.model import Form
from engine.store import models
from engine.store.db import Session

_KEPT = 128


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a process. ``deployed_by`` and ``retired_at`` are ``None`` where it was the engine, and where it is in use."""

    id: UUID
    key: str
    version: int
    name: str
    deployed_at: datetime
    deployed_by: str | None
    retired_at: datetime | None

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that running a definition needs. ``called`` are the diagrams of called processes by key, ``forms`` the forms by key."""

    id: UUID
    key: str
    version: int
    name: str
    diagram: model.Diagram
    called: Mapping[str, model.Diagram]
    spec: specs.Spec
    forms: Mapping[str, Form]
    nodes: Mapping[str, model.Node]
    """Every node by id, those of called processes too."""
    items: Mapping[str, str | None]
    """What tells the tasks of one node apart, by node id: the variable of a multi-instance's item (``None``: only its number)."""
    starters: tuple[str, ...]
    """The lanes (or groups) a case begins with: those of the first tasks."""
    begins: tuple[model.Node, ...]
    """The start events that a person may use: none start events, else those that wait for a message."""

    def form(self, key: str | None) -> Form | None:
        """Give the form of a task."""
        return None if key is None else self.forms.get(key)


class Beginning(NamedTuple):
    """How a definition begins: whether a person can start it, the lanes (or groups) of its first tasks, and what superseded it.

    ``successor`` is the key of the process that came in its place, "" for one in force.
    """

    possible: bool
    lanes: tuple[str, ...]
    successor: str


_definitions, _deployments, _forms, _users = models.definitions, models.deployments, models.forms, models.users
newest = select(_definitions.c.key, func.max(_definitions.c.version).label("version")).group_by(_definitions.c.key)
"""The newest version of each key."""

_select = select(
    _definitions.c.id,
    _definitions.c.key,
    _definitions.c.version,
    _definitions.c.name,
    _deployments.c.deployed_at,
    _users.c.name.label("deployed_by"),
    _definitions.c.retired_at,
).select_from(
    _definitions.join(_deployments, _deployments.c.id == _definitions.c.deployment_id).outerjoin(
        _users, _users.c.id == _deployments.c.deployed_by
    )
)
_by_id = _select.where(_definitions.c.id == bindparam("id"))
_versions = _select.where(_definitions.c.key == bindparam("key")).order_by(_definitions.c.version.desc())
_latest = _versions.limit(1)
_newest = newest.subquery()
_list_latest = _select.where(_definitions.c.key == _newest.c.key, _definitions.c.version == _newest.c.version).order_by(
    _definitions.c.name, _definitions.c.key
)
_earlier = _select.where(_definitions.c.key == _newest.c.key, _definitions.c.version < _newest.c.version).order_by(
    _definitions.c.key, _definitions.c.version.desc()
)
_content = select(
    _definitions.c.key,
    _definitions.c.version,
    _definitions.c.name,
    _definitions.c.source,
    _definitions.c.forms,
    _definitions.c.calls,
).where(_definitions.c.id == bindparam("id"))
_sources = select(_definitions.c.id, _definitions.c.key, _definitions.c.source).where(
    _definitions.c.id.in_(bindparam("ids", expanding=True))
)
_form_keys = select(_forms.c.key).distinct().order_by(_forms.c.key)
_form_sources = select(_forms.c.key, _forms.c.hash, _forms.c.source).where(
    _forms.c.hash.in_(bindparam("hashes", expanding=True))
)


def get(session: Session, definition_id: UUID) -> Definition:
    """Give a definition. Raises :class:`errors.NotFound`."""
    row = session.execute(_by_id, {"id": definition_id}).first()
    if row is None:
        raise errors.NotFound(kind="Definition", key=definition_id)
    return _definition(row)


def latest(session: Session, key: str) -> Definition:
    """Give the newest version of a process, retired or not. Raises :class:`errors.NotFound`."""
    row = session.execute(_latest, {"key": key}).first()
    if row is None:
        raise errors.NotFound(kind="Process", key=key)
    return _definition(row)


def newest_of(session: Session, definition_id: UUID | None) -> Definition | None:
    """Give the newest version of the process that a definition is one of; ``None`` where it was withdrawn."""
    if definition_id is None:
        return None
    found = latest(session, get(session, definition_id).key)
    return None if found.retired_at is not None else found


def list_latest(session: Session) -> tuple[Definition, ...]:
    """Give the newest version of every process, by name."""
    return tuple(_definition(row) for row in session.execute(_list_latest))


def list_earlier(session: Session) -> dict[str, tuple[Definition, ...]]:
    """Give the versions before the newest of every process that has any, by key, the newest first."""
    rows = (_definition(row) for row in session.execute(_earlier))
    return {key: tuple(found) for key, found in groupby(rows, lambda each: each.key)}


def versions(session: Session, key: str) -> tuple[Definition, ...]:
    """Give every version of a process, the newest first. Raises :class:`errors.NotFound` where there is none."""
    found = tuple(_definition(row) for row in session.execute(_versions, {"key": key}))
    if not found:
        raise errors.NotFound(kind="Process", key=key)
    return found


def source(session: Session, definition_id: UUID) -> bytes:
    """Give a definition's diagram as it was deployed. Raises :class:`errors.NotFound`."""
    row = session.execute(_content, {"id": definition_id}).first()
    if row is None:
        raise errors.NotFound(kind="Definition", key=definition_id)
    return bytes(row.source)


def form_keys(session: Session) -> tuple[str, ...]:
    """Give the keys of the forms that a diagram may use, in order."""
    return tuple(session.scalars(_form_keys))


# Compiled ------------------------------------------------------------------------------------------------------------

_loaded: OrderedDict[UUID, Loaded] = OrderedDict()
_beginnings: dict[UUID, Beginning] = {}
_lock = Lock()


def load(session: Session, definition_id: UUID) -> Loaded:
    """Give a definition compiled; it is read and compiled once in a process. Raises :class:`errors.NotFound`."""
    with _lock:
        found = _loaded.get(definition_id)
        if found is not None:
            _loaded.move_to_end(definition_id)
            return found
    made = _load(session, definition_id)
    with _lock:
        _loaded[definition_id] = made
        while len(_loaded) > _KEPT:
            _loaded.popitem(last=False)
    return made


def spec_of(session: Session, definition_id: UUID) -> specs.Spec:
    """Give what :mod:`engine.execution.steps` runs."""
    return load(session, definition_id).spec


class Library:
    """The definitions that processes call at their newest version, for :mod:`engine.execution.steps`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def latest(self, key: str) -> tuple[str, specs.Spec]:
        """Give the id and the spec of the newest version. Raises :class:`errors.NotFound`, :class:`errors.DefinitionRetired`."""
        found = latest(self._session, key)
        if found.retired_at is not None:
            raise errors.DefinitionRetired(key=key)
        return str(found.id), spec_of(self._session, found.id)

    def spec(self, definition_id: str) -> specs.Spec:
        """Give the spec of a version. Raises :class:`errors.NotFound`."""
        return spec_of(self._session, UUID(definition_id))


def forms_of(session: Session, definition_id: UUID) -> Mapping[str, Form]:
    """Give the forms a definition was deployed with, by key."""
    return load(session, definition_id).forms


def beginnings(session: Session, ids: Iterable[UUID]) -> dict[UUID, Beginning]:
    """Give how definitions begin; each is read once in a process.

    What runs is kept apart (:func:`load`), so that whoever looks through hundreds of processes does not push it out.
    """
    wanted = set(ids)
    if missing := [each for each in wanted if each not in _beginnings]:
        for row in session.execute(_sources, {"ids": missing}):
            diagram = reading.read(row.source)
            _beginnings[row.id] = Beginning(
                bool(begins(diagram.process)), starters(diagram), sop.superseded_by(diagram.process)
            )
    return {each: _beginnings[each] for each in wanted}


def _load(session: Session, definition_id: UUID) -> Loaded:
    row = session.execute(_content, {"id": definition_id}).first()
    if row is None:
        raise errors.NotFound(kind="Definition", key=definition_id)
    called: dict[str, model.Diagram] = {}
    if row.calls:
        ids = [UUID(each) for each in row.calls.values()]
        called = {each.key: reading.read(each.source) for each in session.execute(_sources, {"ids": ids})}
    forms: dict[str, Form] = {}
    if row.forms:
        found = session.execute(_form_sources, {"hashes": list(row.forms.values())})
        by_content = {(each.key, each.hash): each.source for each in found}
        forms = {key: form_reading.read(by_content[key, hash_], key=key) for key, hash_ in row.forms.items()}
    diagram = reading.read(row.source)
    return Loaded(
        definition_id,
        row.key,
        row.version,
        row.name,
        diagram,
        called,
        specs.compile(diagram, called),
        forms,
        {node.id: node for each in (*called.values(), diagram) for node in nodes(each)},
        {node: item for each in (*called.values(), diagram) for node, item in _items(each)},
        starters(diagram),
        begins(diagram.process),
    )


def nodes(diagram: model.Diagram) -> list[model.Node]:
    """Give every node of every process of a file, the main process's last."""
    others = [process for process in diagram.processes.values() if process.id != diagram.main]
    return [node for process in (*others, diagram.process) for node in process.nodes()]


def _items(diagram: model.Diagram) -> Iterator[tuple[str, str | None]]:
    """Give the human nodes that are done once per item, themselves or within what is, with the item's variable."""
    todo: list[tuple[model.Body, model.MultiInstance | None]] = [
        (each.body, None) for each in diagram.processes.values()
    ]
    while todo:
        body, around = todo.pop()
        for node in body.nodes.values():
            multi = node.multi or around
            if node.body is not None:
                todo.append((node.body, multi))
            elif multi is not None and node.kind in HUMAN:
                yield node.id, multi.element


def people(node: model.Node) -> str | None:
    """Give the lane name or group key that says who does a task: a candidate group goes before the lane."""
    return node.candidate_groups[0] if node.candidate_groups else node.lane


def told(node: model.Node | None) -> str | None:
    """Give the lane whose people may say that a message has come which a token waits for; ``None`` where nobody's may.

    That is where it waits and does nothing else: an event or a receive task, not a deadline or way out beside other work.
    """
    if node is None or node.kind not in {"intermediateCatchEvent", "receiveTask"}:
        return None
    return node.lane


def begins(process: model.Process) -> tuple[model.Node, ...]:
    """Give the start events that a person may use: none start events, else those that wait for a message.

    "A letter arrives" is drawn as a message; whoever it arrives at starts the case.
    """
    starts = [node for node in process.body.nodes.values() if node.kind == "startEvent"]
    plain = tuple(node for node in starts if not node.events)
    return plain or tuple(node for node in starts if node.events[0].kind == "message")


def starters(diagram: model.Diagram) -> tuple[str, ...]:
    """Give the lanes of the first tasks of a process, looking into sub-processes but not into called processes."""
    found: list[str] = []
    seen: set[str] = set()
    body = diagram.process.body
    todo = [(body, node) for node in begins(diagram.process)]
    while todo:
        body, node = todo.pop(0)
        if node.id in seen:
            continue
        seen.add(node.id)
        if node.kind in HUMAN:
            if (lane := people(node)) is not None and lane not in found:
                found.append(lane)
            continue
        if node.body is not None:
            inner = [each for each in node.body.nodes.values() if each.kind == "startEvent"]
            todo += [(node.body, each) for each in inner]
            continue
        targets = (body.flows[flow].target for flow in node.outgoing if flow in body.flows)
        todo += [(body, body.nodes[target]) for target in targets if target in body.nodes]
    return tuple(found)


def _definition(row: Row[*tuple[Any, ...]]) -> Definition:
    return Definition(row.id, row.key, row.version, row.name, row.deployed_at, row.deployed_by, row.retired_at)
