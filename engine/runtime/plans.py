"""Plans: what given files would become next to what is deployed, and what is wrong with them; nothing is stored here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from sqlalchemy import Row, func, select

from engine import connectors as connectors_
from engine import errors
from engine.config import Office
from engine.diagrams import checking, model, reading, sop
from engine.diagrams.checking.scopes import HUMAN
from engine.execution import specs
from engine.forms import definition as form_reading
from engine.forms.model import Form
from engine.runtime import definitions
from engine.store import models, types
from engine.store.db import Session

Findings = dict[str, tuple[checking.Finding, ...]]
Connectors = Mapping[str, Mapping[str, bool]]
"""Connector name to input name to whether it must be given."""


@dataclass(slots=True)
class Draft:
    """A diagram that may become a version; ``file`` is ``None`` for one that was not given but uses what was."""

    key: str
    file: str | None
    source: bytes
    diagram: model.Diagram
    called: dict[str, model.Diagram] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    hash: str = ""
    findings: tuple[checking.Finding, ...] = ()

    @property
    def superseded(self) -> bool:
        """Whether another SOP came in its place: it is kept to be read, and no case of it starts."""
        return bool(sop.superseded_by(self.diagram.process))


_definitions, _forms = models.definitions, models.forms
_newest = definitions.newest.subquery()
_current = select(
    _definitions.c.id,
    _definitions.c.key,
    _definitions.c.version,
    _definitions.c.hash,
    _definitions.c.forms,
    _definitions.c.calls,
    _definitions.c.retired_at,
).where(_definitions.c.key == _newest.c.key, _definitions.c.version == _newest.c.version)
_form_versions = select(_forms.c.key, func.max(_forms.c.version).label("version")).group_by(_forms.c.key).subquery()
_current_forms = select(_forms.c.key, _forms.c.version, _forms.c.hash, _forms.c.source).where(
    _forms.c.key == _form_versions.c.key, _forms.c.version == _form_versions.c.version
)


class Plan:
    """What files would become, next to what is deployed."""

    def __init__(
        self, session: Session, files: Mapping[str, bytes], office: Office, connectors: Connectors | None
    ) -> None:
        self._session = session
        self._office = office
        self._connectors = connectors
        self._refused: Findings = {}
        self._read_stored: dict[str, tuple[bytes, model.Diagram]] = {}
        self.stored: dict[str, Row[*tuple[Any, ...]]] = {row.key: row for row in session.execute(_current)}
        self.stored_forms: dict[str, Row[*tuple[Any, ...]]] = {row.key: row for row in session.execute(_current_forms)}
        self.forms: dict[str, tuple[Form, str, bytes]] = {}  # of this deployment, by key: read, hash, source
        self.drafts: dict[str, Draft] = {}
        self._files = tuple(files)
        self._read(files)
        for draft in list(self.drafts.values()):
            self._freeze(draft)
        self._draw_in()
        for draft in self.drafts.values():
            draft.findings = tuple(self._judge(draft))

    def findings(self) -> Findings:
        """Give the findings by file; of diagrams that were not given, errors only, under ``KEY.bpmn``."""
        found: Findings = dict.fromkeys(self._files, ())
        found |= self._refused
        for draft in self.drafts.values():
            if draft.file is not None:
                found[draft.file] = draft.findings
            elif wrong := tuple(each for each in draft.findings if each.severity == "error"):
                found[f"{draft.key}.bpmn"] = wrong
        return found

    def is_current(self, draft: Draft) -> bool:
        """Say whether a draft is what is deployed."""
        row = self.stored.get(draft.key)
        return row is not None and row.hash == draft.hash and (row.retired_at is not None) == draft.superseded

    def changed_forms(self) -> list[str]:
        """Give the keys of forms that are new or other than before."""
        return [
            key
            for key, (_, hash_, _) in self.forms.items()
            if key not in self.stored_forms or self.stored_forms[key].hash != hash_
        ]

    def lanes(self, draft: Draft) -> list[str]:
        """Give who has a part in a draft: the lanes of its diagram and of what it calls, as far as that is known today."""
        diagrams = [draft.diagram, *draft.called.values()]
        seen = {draft.key, *draft.called}
        for diagram in diagrams:  # grows while it runs
            for key in _called_newest(diagram):
                if key not in seen and self._known(key):
                    seen.add(key)
                    other = self.drafts.get(key)
                    diagrams.append(other.diagram if other else self._stored_diagram(key)[1])
        return sorted({lane for diagram in diagrams for lane in _lanes(diagram)})

    def _read(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            path = PurePath(name)
            if path.suffix == ".form":
                try:
                    read = form_reading.read(content, key=path.stem)
                except errors.FormUnreadable as error:
                    self._refused[name] = (refusal("form-unreadable", error),)
                    continue
                self.forms[path.stem] = read, _hash(content), content
            elif path.suffix == ".bpmn":
                try:
                    diagram = reading.read(content)
                except errors.DiagramUnreadable as error:
                    line = error.place.get("line")
                    at = line if isinstance(line, int) else 0
                    self._refused[name] = (refusal("unreadable", error, line=at),)
                    continue
                self.drafts[path.stem] = Draft(path.stem, name, content, diagram)
            else:
                raise errors.InputError(reason=f"{path.name[:100]} is neither a diagram (.bpmn) nor a form (.form)")

    def _draw_in(self) -> None:
        """Add the deployed definitions that use a given form or call a given process."""
        given = set(self.drafts)
        for key, row in self.stored.items():
            if key in given or row.retired_at is not None:
                continue
            if self.forms.keys() & row.forms.keys() or given & row.calls.keys():
                content, diagram = self._stored_diagram(key)
                draft = Draft(key, None, content, diagram)
                self._freeze(draft)
                if not self.is_current(draft):
                    self.drafts[key] = draft

    def _stored_diagram(self, key: str) -> tuple[bytes, model.Diagram]:
        if key not in self._read_stored:
            content = definitions.source(self._session, self.stored[key].id)
            self._read_stored[key] = content, reading.read(content)
        return self._read_stored[key]

    def _known(self, key: str) -> bool:
        if key in self.drafts:
            return not self.drafts[key].superseded
        return key in self.stored and self.stored[key].retired_at is None

    def _form(self, key: str) -> tuple[Form, str] | None:
        if key in self.forms:
            return self.forms[key][:2]
        row = self.stored_forms.get(key)
        return None if row is None else (form_reading.read(row.source, key=key), row.hash)

    def _freeze(self, draft: Draft) -> None:
        """Find all that a draft calls and uses, and its hash."""
        contents = {}
        todo = list(_called(draft.diagram))
        while todo:
            key = todo.pop()
            if key in draft.called or not self._known(key):
                continue
            other = self.drafts.get(key)
            content, diagram = (other.source, other.diagram) if other else self._stored_diagram(key)
            draft.called[key] = diagram
            contents[key] = _hash(content)
            todo += _called(diagram)
        for diagram in (draft.diagram, *draft.called.values()):
            for key in _form_keys(diagram):
                if (form := self._form(key)) is not None:
                    draft.forms[key] = form[1]
        draft.hash = _hash(
            types.dumps({"source": _hash(draft.source), "calls": contents, "forms": draft.forms}).encode()
        )

    def _judge(self, draft: Draft) -> Iterator[checking.Finding]:
        names = {key: form[0].names for key in _form_keys(draft.diagram) if (form := self._form(key)) is not None}
        processes = {key for key in (*self.drafts, *self.stored) if self._known(key)} - {draft.key}
        found = checking.check(
            draft.diagram,
            forms=names,
            lanes=self._office.group_of,
            processes=processes,
            name=draft.key,
            connectors=self._machines(draft.diagram),
        )
        yield from found
        people = list(self._judge_groups(draft.diagram))
        yield from people
        if not any(finding.severity == "error" for finding in (*found, *people)):
            try:
                specs.compile(draft.diagram, draft.called)
            except errors.NotExecutable as error:
                element = error.place.get("element")
                yield refusal("not-runnable", error, str(element) if element else None)

    def _machines(self, diagram: model.Diagram) -> Connectors | None:
        """Give the connectors where a diagram asks for any: loading them takes a moment."""
        if self._connectors is not None:
            return self._connectors
        return connectors_.inputs() if any(node.topic for node in definitions.nodes(diagram)) else None

    def _judge_groups(self, diagram: model.Diagram) -> Iterator[checking.Finding]:
        """Judge candidate groups, which stand for the lane's where a task names them: one, and one of the office's."""
        for node in definitions.nodes(diagram):
            if node.kind not in HUMAN or not node.candidate_groups:
                continue
            place: dict[str, object] = {"element": node.id, "group": ", ".join(node.candidate_groups)[:200]}
            if len(node.candidate_groups) > 1:
                yield _finding("several-groups", node, place)
            elif self._office.group(node.candidate_groups[0]) is None:
                yield _finding("unknown-group", node, place)


RULES: Mapping[str, checking.Rule] = {
    "several-groups": checking.Rule(
        "error",
        "{element} names several candidate groups: {group}.",
        "Name one, or use the lane and give the lane's group members.",
    ),
    "unknown-group": checking.Rule(
        "error",
        "{element} is for the group {group}, which the office does not have.",
        "Use the lane, or add the group to office.toml.",
    ),
}
"""What only the office's own data can tell about a diagram; see :data:`engine.diagrams.checking.RULES`."""


def _finding(code: str, node: model.Node, place: Mapping[str, object]) -> checking.Finding:
    rule = RULES[code]
    return checking.Finding(
        rule.severity,
        code,
        rule.template.format_map(place),
        node.id,
        node.line,
        rule.hint.format_map(place),
        place,
        rule.template,
        rule.hint,
    )


def refusal(code: str, error: errors.LajurError, element: str | None = None, line: int = 0) -> checking.Finding:
    """Make a finding of an error, whose template the web translates as it does a rule's."""
    return checking.Finding("error", code, str(error), element, line, place=error.place, template=error.template())


def _called(diagram: model.Diagram) -> Iterator[str]:
    """Give the keys of the processes of other files that a diagram calls in the version of its deployment."""
    yield from _calls(diagram, "start")


def _called_newest(diagram: model.Diagram) -> Iterator[str]:
    """Give the keys of those that it calls in the version that is the newest then."""
    yield from _calls(diagram, "latest")


def _calls(diagram: model.Diagram, binding: str) -> Iterator[str]:
    for node in definitions.nodes(diagram):
        if node.kind == "callActivity" and node.binding == binding and node.called not in {None, *diagram.processes}:
            yield node.called or ""


def _lanes(diagram: model.Diagram) -> Iterator[str]:
    """Give who has a part in a diagram: every lane drawn, empty ones too, and every candidate group."""
    for process in diagram.processes.values():
        for body in (process.body, *(node.body for node in process.nodes() if node.body is not None)):
            yield from (lane.name for lane in body.lanes if lane.name)
    yield from (people for node in definitions.nodes(diagram) if (people := definitions.people(node)))


def _form_keys(diagram: model.Diagram) -> set[str]:
    return {node.form_key for node in definitions.nodes(diagram) if node.form_key}


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
