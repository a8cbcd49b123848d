"""Rules of the office: keys and names, lanes and groups, forms, called processes, and the SOP's own data."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping

from engine.calendar import waktu
from engine.diagrams import model, sop
from engine.diagrams.checking.findings import Finding, Rule, Rules, label
from engine.diagrams.checking.scopes import HUMAN, scopes

MAX_NAME = 60
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_FORM_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_GROUP = re.compile(r"\w[\w .-]{0,99}")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")

found = Rules(
    {
        "bad-key": Rule(
            "error",
            "The process id {id} cannot be a key.",
            "Use letters, digits, “-”, “_” and “.” (as in surat-masuk), beginning with a letter, at most 100 characters.",
        ),
        "key-not-file-name": Rule(
            "error", "The process id {element} differs from the file name {name}.", "Make both the same: {name}."
        ),
        "not-executable": Rule(
            "error",
            "The process {element} is not marked as executable.",
            "Tick “Executable” in the process's properties.",
        ),
        "other-process": Rule(
            "info",
            "The process {element} in this file is not executable and is not looked at.",
            "Delete it if it is not needed.",
        ),
        "no-lane": Rule(
            "error",
            "{node} is in no lane, so nobody would get the task.",
            "Draw it inside the lane of the pelaksana who does it.",
        ),
        "lane-unnamed": Rule(
            "error",
            "The lane {element} has no name, so nobody would get its tasks.",
            "Write the pelaksana's name into it.",
        ),
        "lane-without-group": Rule(
            "error",
            "No group of the office means the lane “{lane}”, so nobody would get its tasks.",
            "Correct the lane's name, or add it to a group in office.toml.",
        ),
        "lane-of-mixed-letters": Rule(
            "warning",
            "The lane “{lane}” mixes letters of several alphabets that look alike.",
            "Type the name again; it is another lane than the one it looks like.",
        ),
        "hidden-in-name": Rule("warning", "The name of {element} holds invisible characters.", "Type the name again."),
        "no-name": Rule(
            "warning", "The task {element} has no name; people will see its id.", "Give it a short active name."
        ),
        "long-name": Rule(
            "warning",
            "The name of {element} has {count} characters; lists show {limit}.",
            "Shorten it, and keep the source's wording in sop.kegiatan.",
        ),
        "bad-form-key": Rule(
            "error",
            "{node} names the form “{form}”, which is no form's key.",
            "Name a file in forms/ without its .form.",
        ),
        "empty-form-key": Rule("warning", "{node} has an empty form key; it will have no form.", "Choose a form."),
        "unknown-form": Rule(
            "error",
            "{node} names the form “{form}”, which does not exist.",
            "Create forms/{form}.form, or choose another.",
        ),
        "idle-form": Rule(
            "warning",
            "{node} has a form, but nobody is asked there.",
            "Move the form to a user task or the start event.",
        ),
        "bad-called": Rule(
            "error",
            "{node} calls “{called}”, which is no process's id.",
            "Choose a process by its id, without an expression.",
        ),
        "unknown-called": Rule(
            "error",
            "{node} calls “{called}”, which is not deployed.",
            "Deploy it with this diagram, or choose another process.",
        ),
        "cannot-be-called": Rule(
            "error",
            "{node} calls “{called}”, which is not executable or has no plain start event.",
            "Mark it as executable and give it a start event without an event.",
        ),
        "unknown-successor": Rule(
            "warning",
            "{element} is superseded by “{successor}”, which is not deployed.",
            "Name the key of the SOP that came in its place as sop.digantikan_oleh.",
        ),
        "call-cycle": Rule(
            "warning",
            "{node} calls a process that calls this one again ({cycle}).",
            "Make sure that some way out does not call.",
        ),
        "bad-version-called": Rule(
            "error",
            "{node} calls the version “{text}”, which is neither latest nor start.",
            "Write latest (the newest when it is called) or start (the one of the deployment) as call.version.",
        ),
        "idle-version-called": Rule(
            "warning",
            "{node} has a call.version, but calls no process of another file.",
            "Delete it: what is in this file is always called as it is here.",
        ),
        "bad-group": Rule(
            "error",
            "The candidate group “{group}” of {node} is no group's key.",
            "Name groups of office.toml, or use lanes.",
        ),
        "foreign-people": Rule(
            "error", "{node} chooses its people by the expression {text}, which is not run.", "Use lanes."
        ),
        "ignored-people": Rule(
            "warning",
            "{node} names people ({text}); they are not looked at, the lane's group gets the task.",
            "Use lanes.",
        ),
        "unknown-property": Rule(
            "warning", "{element} has the property {property}, which no SOP has.", "Known are: {known}."
        ),
        "bad-list": Rule(
            "warning",
            "{property} of {element} is not a list joined by “; ”.",
            "Join its parts by a semicolon and a blank.",
        ),
        "no-mutu-baku": Rule("warning", "Step {number} ({node}) lacks {missing}.", "Fill in the step's mutu baku."),
        "unclear-waktu": Rule(
            "info",
            "The waktu “{text}” of {node} is no duration, so the task will have no due date.",
            "Write it as: 2 hari kerja.",
        ),
        "no-identity": Rule(
            "warning", "The SOP lacks {missing}.", "Fill in the SOP's identity in the process's properties."
        ),
    }
)


def check_key(process: model.Process, name: str | None) -> Iterator[Finding]:
    """Check the main process's id: it is the key, and the file's name (without .bpmn) where one is given."""
    if not _KEY.fullmatch(process.id):
        yield found("bad-key", process.id, process.line, id=f"{process.id[:100]!r}")
    if name is not None and name != process.id:
        yield found("key-not-file-name", process.id, process.line, name=name)
    if not process.executable and not sop.superseded_by(process):
        yield found("not-executable", process.id, process.line)


def check_people(process: model.Process, lanes: Callable[[str], str | None] | None) -> Iterator[Finding]:
    """Check that every task of people has somebody: a lane, and with ``lanes`` (name to group) a group behind it."""
    body_lanes = [lane for scope in scopes(process) for lane in scope.body.lanes]
    tasks = [node for node in process.nodes() if node.kind in HUMAN]
    ids = {node.id for node in tasks}
    strict = lanes is not None or bool(body_lanes)
    unnamed = {each for lane in body_lanes if not _visible(lane.name) for each in lane.nodes}
    for node in tasks:
        if not node.lane and not node.candidate_groups and node.id not in unnamed:
            yield found("no-lane", node.id, node.line, node=label(node)).weighed("error" if strict else "warning")
        yield from _people(node)
    used = {node.lane for node in tasks if not node.candidate_groups}
    for lane in body_lanes:
        if not _visible(lane.name):
            grave = not ids.isdisjoint(lane.nodes)
            yield found("lane-unnamed", lane.id, lane.line).weighed("error" if grave else "warning")
            continue
        yield from _spelling(lane.id, lane.name, lane.line)
        if _alphabets(lane.name) > 1:
            yield found("lane-of-mixed-letters", lane.id, lane.line, lane=lane.name)
        if lanes is not None and lanes(lane.name) is None:
            finding = found("lane-without-group", lane.id, lane.line, lane=lane.name)
            if lane.name in used or lane.nodes:
                yield finding if lane.name in used else finding.weighed("warning")


def _people(node: model.Node) -> Iterator[Finding]:
    wishes = (*node.candidate_groups, *node.candidate_users, *filter(None, [node.assignee]))
    for each in wishes:
        if "{" in each:
            yield found("foreign-people", node.id, node.line, node=label(node), text=each[:80])
            return
    for group in node.candidate_groups:
        if not _GROUP.fullmatch(group):
            yield found("bad-group", node.id, node.line, node=label(node), group=group[:80])
    if rest := ", ".join((*node.candidate_users, *filter(None, [node.assignee]))):
        yield found("ignored-people", node.id, node.line, node=label(node), text=rest[:80])


def check_names(process: model.Process) -> Iterator[Finding]:
    """Check the names of tasks and flows: there, short, and without invisible characters."""
    yield from _spelling(process.id, process.name, process.line)
    for scope in scopes(process):
        for node in scope.body.nodes.values():
            yield from _spelling(node.id, node.name, node.line)
            if node.kind in HUMAN and not _visible(node.name):
                yield found("no-name", node.id, node.line)
            if node.kind in HUMAN and len(node.name) > MAX_NAME:
                yield found("long-name", node.id, node.line, count=len(node.name), limit=MAX_NAME)
        for flow in scope.body.flows.values():
            yield from _spelling(flow.id, flow.name, flow.line)


def _spelling(element: str, name: str, line: int) -> Iterator[Finding]:
    if any(unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cn") for each in name):
        yield found("hidden-in-name", element, line)


def _visible(name: str) -> bool:
    # Hangul fillers are letters by category, yet nothing is seen of them
    return any(unicodedata.category(each)[0] in "LNPS" and "FILLER" not in unicodedata.name(each, "") for each in name)


def _alphabets(name: str) -> int:
    return len({word for each in name if (word := unicodedata.name(each, "").split(" ")[0]) in _SCRIPTS})


def check_forms(process: model.Process, forms: Mapping[str, Collection[str]] | None) -> Iterator[Finding]:
    """Check form keys; with ``forms`` also that the forms exist."""
    for node in process.nodes():
        if node.form_key is None:
            continue
        place = {"node": label(node), "form": node.form_key[:100]}
        if not node.form_key:
            yield found("empty-form-key", node.id, node.line, **place)
        elif not _FORM_KEY.fullmatch(node.form_key) or ".." in node.form_key:
            yield found("bad-form-key", node.id, node.line, **place)
        elif forms is not None and node.form_key not in forms:
            yield found("unknown-form", node.id, node.line, **place)
        if node.kind not in HUMAN and node.kind != "startEvent":
            yield found("idle-form", node.id, node.line, **place)


def check_calls(diagram: model.Diagram, processes: Collection[str] | None) -> Iterator[Finding]:
    """Check called processes; with ``processes`` (deployed keys) also that they exist, in the file or deployed."""
    successor = sop.superseded_by(diagram.process)
    if successor and processes is not None and successor not in processes:
        yield found("unknown-successor", diagram.main, diagram.process.line, successor=successor[:100])
    calls = {
        process.id: [node for node in process.nodes() if node.kind == "callActivity" and node.called]
        for process in diagram.processes.values()
    }
    graph = {process_id: tuple({node.called or "" for node in nodes}) for process_id, nodes in calls.items()}
    for process in diagram.processes.values():
        for node in process.nodes():
            yield from _version(node, diagram)
    for process_id, nodes in calls.items():
        for node in nodes:
            called = node.called or ""
            if not _KEY.fullmatch(called):
                yield found("bad-called", node.id, node.line, node=label(node), called=called[:100])
            elif called not in diagram.processes and processes is not None and called not in processes:
                yield found("unknown-called", node.id, node.line, node=label(node), called=called)
            elif called in diagram.processes and not _can_be_called(diagram, called):
                yield found("cannot-be-called", node.id, node.line, node=label(node), called=called)
            elif cycle := _cycle(process_id, called, graph):
                yield found("call-cycle", node.id, node.line, node=label(node), cycle=" → ".join(cycle))


def _version(node: model.Node, diagram: model.Diagram) -> Iterator[Finding]:
    version = node.properties.get("call.version")
    if version is None:
        return
    if version not in ("latest", "start"):
        yield found("bad-version-called", node.id, node.line, node=label(node), text=version[:80])
    if node.kind != "callActivity" or node.called in diagram.processes:
        yield found("idle-version-called", node.id, node.line, node=label(node))


def _can_be_called(diagram: model.Diagram, called: str) -> bool:
    process = diagram.processes[called]
    starts = [node for node in process.body.nodes.values() if node.kind == "startEvent"]
    return (process.executable or called == diagram.main) and (not starts or any(not node.events for node in starts))


def _cycle(start: str, called: str, graph: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    """Give the way from a process over the called one back to itself, if there is one."""
    came_from: dict[str, str] = {called: start}
    todo = [called]
    for each in todo:  # grows while it runs
        if each == start:
            way = [start, came_from[start]]
            while way[-1] != start:
                way.append(came_from[way[-1]])
            return way[::-1]
        for following in graph.get(each, ()):
            if following not in came_from:
                came_from[following] = each
                todo.append(following)
    return None


def check_sop(process: model.Process) -> Iterator[Finding]:
    """Check the SOP's data: known ``sop.*`` names, lists, the identity block and the mutu baku of numbered steps."""
    properties = process.properties
    yield from _properties(process.id, process.line, properties, (*sop.IDENTITY, sop.SUPERSEDED))
    numbered = False
    for node in process.nodes():
        yield from _properties(node.id, node.line, node.properties, sop.STEP)
        target = node.properties.get("sop.waktu")
        if target and waktu.parse(target) is None:
            yield found("unclear-waktu", node.id, node.line, node=label(node), text=target[:80])
        if number := node.properties.get("sop.no"):
            numbered = True
            missing = [each for each in sop.MUTU_BAKU if not node.properties.get(each)]
            if missing:
                names = ", ".join(missing)
                yield found("no-mutu-baku", node.id, node.line, node=label(node), number=number, missing=names)
    if numbered or any(each.startswith("sop.") for each in properties):
        missing = [each for each in sop.NEEDED if not properties.get(each)]
        if missing:
            yield found("no-identity", process.id, process.line, missing=", ".join(missing))


def _properties(element: str, line: int, properties: Mapping[str, str], known: Collection[str]) -> Iterator[Finding]:
    for name, value in properties.items():
        if not name.startswith("sop."):
            continue
        if name not in known:
            yield found("unknown-property", element, line, property=name, known=", ".join(sorted(known)))
        elif name in sop.LISTS and re.search(r";(?=\S)|\n|;\s*$", value):
            yield found("bad-list", element, line, property=name)
