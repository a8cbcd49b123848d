"""Walk a case to its end without a browser: every task is claimed, answered and completed by somebody of its group."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from engine import config, errors
from engine.cli import NO, answers, data, diagrams, progress, traces
from engine.diagrams import model, preparing, reading
from engine.execution import steps
from engine.jobs import messages, queue, services
from engine.jobs import running as jobs
from engine.people import access, groups, users
from engine.runtime import definitions, deployments, instances, tasks
from engine.store import db

MOST_TASKS = 1000
_LENT = timedelta(minutes=1)
_UNAWAITED = ("start", "message")  # a walk does not wait for other cases to start, nor for a message's last day


# The command ---------------------------------------------------------------------------------------------------------


@click.command(short_help="Walk one case to its end; nothing is kept.")
@click.argument("name", metavar="KEY|FILE.bpmn")
@click.option(
    "--answers",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file: task id -> values, or a list of values, one for each visit.",
)
@click.option("--auto", is_flag=True, help="Make up what the file leaves out. Without a file this is what happens.")
@click.option("--prepare", is_flag=True, help="First make another tool's diagram runnable; every change is told.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole run as JSON.")
def run(name: str, file: Path | None, *, auto: bool, prepare: bool, as_json: bool) -> None:
    """Walk one case to its end in a database that is thrown away.

    Prints every step with its lane and person, the values it wrote and the way the case took. KEY is a diagram of LAJUR_BPMN.
    Timers go off at once, also those that start cases; connectors are not called and give nothing. Made-up answers come from the
    forms; choices rotate from visit to visit, so that loops end; a message that the case waits for comes empty. Exit code 1 where
    the case does not come to its end.

    \b
    Examples:
      lajur run surat-masuk
      lajur run sanapati-penerimaan --answers letter.json --auto
      lajur run theirs.bpmn --prepare --json | jq -r '.moves[].name'
    """
    settings = config.Settings.from_environment()
    path = diagrams.find(settings, name)
    source = diagrams.content(path)
    made: Mapping[str, bytes] = {}
    if prepare:
        prepared = preparing.prepare(source)
        source, made = prepared.source, prepared.forms
        diagrams.show({path.name: path}, {path.name: prepared.findings})
    diagram = reading.read(source)
    office = with_lanes(config.read_office(settings.bpmn / "office.toml"), diagram)
    # A file may be named anything; the key is what the process calls itself.
    files = {f"{diagram.main}.bpmn": source, **_around(settings, path, diagram), **_form_files(settings, path, made)}
    guesses = answers.Auto(diagram)
    answering: answers.Source = guesses
    if file is not None:
        answering = answers.read(file, guesses if auto else answers.Initial())
    with data.throwaway() as database:
        progress(f"Running {diagram.main} in a throw-away database")
        walk = Walk(database, office, answering, auto=auto or file is None)
        try:
            with database.begin() as session:
                done = deployments.deploy(session, files, actor=access.SYSTEM, now=data.now(), office=office)
                walk.hire(session, _groups(done.created, session))
        except errors.DiagramRefused as error:
            diagrams.show({f"{diagram.main}.bpmn": path}, error.place["files"])
            raise
        try:
            for move in walk.start(diagram.main):
                if not as_json:
                    walk.print(move)
        finally:
            _report(walk, as_json=as_json)
    if walk.status != "completed":
        raise SystemExit(NO)


def _report(walk: "Walk", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(walk.as_json(), ensure_ascii=False, indent=2, default=str))
        return
    if walk.status == "completed":
        click.echo(f"Completed after {len(walk.moves) - 1} steps.")
    elif walk.waiting:
        click.echo(f"The case waits for something that no person does: {', '.join(walk.waiting)}", err=True)


def with_lanes(office: config.Office, diagram: model.Diagram) -> config.Office:
    """Give the office with a group for each lane of a diagram that none of its groups has."""
    lanes = {lane.name for process in diagram.processes.values() for lane in process.body.lanes if lane.name.strip()}
    strange = [lane for lane in sorted(lanes) if office.group_of(lane) is None]
    if strange:
        progress(f"Lanes that office.toml does not know get a person for this run: {', '.join(strange)}")
    more = (config.Group(f"lane-{number}", lane) for number, lane in enumerate(strange, 1))
    return replace(office, groups=(*office.groups, *more))


def _around(settings: config.Settings, path: Path, diagram: model.Diagram) -> dict[str, bytes]:
    """Give the files of the processes that a diagram calls, and of those that they call."""
    found: dict[str, bytes] = {}
    todo = [diagram]
    while todo:
        for process in todo.pop().processes.values():
            for node in process.nodes():
                name = f"{node.called}.bpmn"
                if not node.called or name in found or node.called in diagram.processes:
                    continue
                for folder in (path.parent, settings.bpmn):
                    if (file := folder / name).is_file():
                        found[name] = diagrams.content(file)
                        todo.append(reading.read(found[name]))
                        break
    return found


def _form_files(settings: config.Settings, path: Path, made: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give every form: the installation's, those beside the diagram, those that preparing made; later ones win."""
    folders = [folder for folder in (settings.forms, path.parent) if folder.is_dir()]
    files = {file.name: file for folder in folders for file in sorted(folder.glob("*.form"))}
    return {
        **{name: diagrams.content(file) for name, file in files.items()},
        **{f"{key}.form": source for key, source in made.items()},
    }


def _groups(created: tuple[definitions.Definition, ...], session: db.Session) -> set[str]:
    office = groups.office(session)
    found = set()
    for each in created:
        for node in definitions.load(session, each.id).nodes.values():
            found |= {node.candidate_groups[0]} if node.candidate_groups else set()
            found |= {group} if node.lane and (group := office.group_of(node.lane)) else set()
    return found


# The walk ------------------------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """One case on its way. ``people`` maps each group to whoever acts for it; :meth:`hire` makes them."""

    database: db.Database
    office: config.Office
    answering: answers.Source
    auto: bool = True
    """Whether messages that the case waits for come by themselves."""
    people: dict[str, access.Actor] = field(default_factory=dict)
    moves: list[traces.Move] = field(default_factory=list)
    status: str = "not started"
    waiting: tuple[str, ...] = ()
    instance: instances.Instance | None = None
    _diagrams: tuple[model.Diagram, ...] = ()
    _serial: int = 0
    _ahead: timedelta = timedelta(0)  # of the real clock: who walks a case does not wait for its timers

    def hire(self, session: db.Session, keys: set[str]) -> None:
        """Make a person for each group, who can never sign in."""
        for key in sorted(keys):
            group = self.office.group(key)
            username = data.username_of(key)
            user = users.create(
                session,
                username=username,
                name=group.name if group else key,
                password=data.new_password(username),
                groups=[key],
                now=data.now(),
            )
            self.people[key] = access.actor_of(session, user.id, data.now())

    def start(self, key: str, *, business_key: str | None = None, most: int = MOST_TASKS) -> Iterator[traces.Move]:
        """Start a case and go on until it ends, waits for no person, or ``most`` tasks are done; give each move as it is made.

        Raises what starting and completing raise.
        """
        now = self._now()
        with self.database.begin() as session:
            definition = definitions.latest(session, key)
            loaded = definitions.load(session, definition.id)
            starter = self._starter(loaded)
            begin = loaded.begins[0] if loaded.begins else None
            timer = next(iter(steps.start_timers(loaded.spec, now=self.office.local(now))), None)
            if begin is None and timer is not None and definition.retired_at is None:
                event, begin = steps.StartEvent("timer", timer.node), loaded.nodes[timer.node]
                self.instance = instances.begin_at(
                    session, definition, event, {}, actor=access.SYSTEM, now=now, business_key=business_key
                )
            else:
                self.instance = instances.start(session, key, actor=starter, now=now, business_key=business_key)
        self._diagrams = (loaded.diagram, *loaded.called.values())
        name = begin.name or begin.id if begin else key
        yield self._moved(begin.id if begin else "", name, "", begin.lane or "" if begin else "", starter)
        while self.status == "active" and len(self.moves) <= most:
            task = self._next()
            move = self._happen() if task is None else self._complete(task)
            if move is None:
                break
            yield move

    def _starter(self, loaded: definitions.Loaded) -> access.Actor:
        """Give who begins such a case: somebody of the lane that it begins in."""
        beginning = [node.lane for node in loaded.begins if node.lane]
        entitled = [key for lane in loaded.starters if (key := self.office.group_of(lane))]
        keys = [key for lane in beginning if (key := self.office.group_of(lane))]
        able = (self.people[key] for key in (*keys, *entitled) if key in self.people)
        return next((actor for actor in able if access.may_start(actor, entitled)), access.SYSTEM)

    def _next(self) -> instances.Task | None:
        """Give the task that is open longest; note what is waited for where there is none."""
        assert self.instance is not None  # noqa: S101  # it was started
        with self.database.read() as session:
            view = instances.get(session, self.instance.id, actor=access.SYSTEM)
        open_ = [task for task in view.tasks if task.status == "open"]
        if not open_:
            self.waiting = tuple(f"{each.node} ({each.status})" for each in view.tokens)
        return min(open_, key=lambda task: task.token, default=None)

    def _complete(self, task: instances.Task) -> traces.Move:
        actor = self.people.get(task.group or "", access.SYSTEM)
        now = self._now()
        with self.database.read() as session:
            view = tasks.get(session, task.id, actor=actor)
        question = answers.Question(task.node, task.label, view.form, view.values, now.astimezone(self.office.zone))
        try:
            submission = self.answering.answer(question)
            with self.database.begin() as session:
                if actor is not access.SYSTEM:
                    tasks.claim(session, task.id, actor=actor, now=now)
                tasks.complete(session, task.id, submission, actor=actor, now=now)
        except errors.FormInvalid as error:
            raise Unanswered(node=task.node, reason=_reasons(error)) from error
        return self._moved(task.node, task.label, view.properties.get("sop.no", ""), task.lane or "", actor)

    def _now(self) -> datetime:
        return data.now() + self._ahead

    def _happen(self) -> traces.Move | None:
        """Let the next thing happen that needs no person; ``None`` where nothing will. Nothing outside is ever called."""
        found = self._do()
        while isinstance(found, queue.Job) and found.instance_id is None:  # a message on its way to nobody yet
            found = self._do()
        if found is None:
            with self.database.read() as session:
                due = queue.next_due(session, without=_UNAWAITED)
            if due is None:
                return self._hand_in() if self.auto else None
            self._ahead += max(timedelta(0), due - self._now())
            found = self._do()
        if found is None or isinstance(found, queue.Job):
            node = found.node if found else None
            return None if found is None else self._moved(node or "", self._name(node), "", "", access.SYSTEM)
        job, call = found
        with self.database.begin() as session:
            services.finish(session, call, {}, now=self._now())
        name = f"{self._name(job.node)} ({call.connector}: not called here)"
        return self._moved(job.node or "", name, "", "", access.SYSTEM)

    def _hand_in(self) -> traces.Move | None:
        """Tell the case that what it waits for has happened; ``None`` where it waits for nothing that can be told."""
        assert self.instance is not None  # noqa: S101  # it was started
        with self.database.begin() as session:
            view = instances.get(session, self.instance.id, actor=access.SYSTEM)
            wait = next((each for each in view.subscriptions if each.kind == "message" and each.may_tell), None)
            if wait is None:
                return None
            messages.tell(session, self.instance.id, wait.id, actor=access.SYSTEM, now=self._now())
        return self._moved(wait.node, f"{self._name(wait.node)} (told)", "", "", access.SYSTEM)

    def _do(self) -> queue.Job | tuple[queue.Job, services.Call] | None:
        """Do a job that is due now."""
        try:
            with self.database.begin() as session:
                return jobs.run(session, now=self._now(), lent=_LENT, without=("start",))
        except jobs.Failed as failed:
            raise failed.__cause__ or failed from None

    def _name(self, node: str | None) -> str:
        found = (each for diagram in self._diagrams for each in definitions.nodes(diagram) if each.id == node)
        return next((each.name for each in found if each.name), node or "")

    def _moved(self, node: str, name: str, sop_no: str, lane: str, actor: access.Actor) -> traces.Move:
        """Read from the history what the last step did."""
        assert self.instance is not None  # noqa: S101  # it was started
        with self.database.read() as session:
            page = instances.history(session, self.instance.id, actor=access.SYSTEM, after=self._serial, limit=200)
            found = instances.get(session, self.instance.id, actor=access.SYSTEM)
        self.status = found.instance.status
        self._serial = max((event.serial for event in page.items), default=self._serial)
        what = [event.data for event in page.items]
        flows = [element for each in what for kind, element in each.get("path", ()) if kind == "taken"]
        values = {each[0]: each[3] for data_ in what for each in data_.get("changes", ())}
        move = traces.Move(
            len(self.moves), node, name, sop_no, lane, actor.name, values, traces.route(self._diagrams, flows)
        )
        self.moves.append(move)
        return move

    def print(self, move: traces.Move) -> None:
        """Show a move on the terminal."""
        for line in traces.lines(move, decisions=traces.decisions(self._diagrams)):
            click.echo(line)

    def as_json(self) -> dict[str, object]:
        """Give plain data."""
        return {
            "key": self.instance.key if self.instance else None,
            "status": self.status,
            "waiting": self.waiting,
            "moves": [move.as_json() for move in self.moves],
        }


class Unanswered(errors.ExecutionError):
    """The form of {node} refuses the answers ({reason})."""


def _reasons(error: errors.FormInvalid) -> str:
    return "; ".join(
        f"{path}: {' '.join(answer.id.format_map(dict(answer.params)) for answer in messages)}"
        for path, messages in error.errors.items()
    )
