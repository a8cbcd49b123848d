"""What is measured, and how: completions in this process beside the baseline's, then completions over HTTP."""

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from engine import config
from engine.bench import jobs as jobs_
from engine.bench import loads, samples
from engine.calendar.worktime import Calendar
from engine.execution.baseline import Baseline
from engine.people import access, groups, users
from engine.runtime import deployments, instances, tasks
from engine.store import db, models

Progress = Callable[[str], None]
USERNAME, CONNECTIONS = "bench", 4
_WARM = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Completions of a straight process: milliseconds, statements, bytes. ``ratio`` is to the baseline's median."""

    name: str
    completions: int
    median: float
    p95: float
    statements: float
    state: int
    baseline_median: float
    baseline_p95: float
    baseline_state: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop's completions, in milliseconds: around its 10th round and around its 199th."""

    name: str
    early: float
    late: float
    ratio: float
    state: int
    baseline_early: float
    baseline_late: float
    baseline_state: int


@dataclass(frozen=True, slots=True)
class Http:
    """Over HTTP: what one server process does in a second, and its memory in bytes."""

    completions: int
    per_second: float
    pages_per_second: float
    memory: int
    memory_of_supervisor: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run measured."""

    lines: tuple[Line, ...]
    loop: Loop
    http: Http | None
    jobs: jobs_.Jobs | None

    def as_json(self) -> dict[str, object]:
        """Give plain data."""
        return asdict(self)


@dataclass(frozen=True)
class _Bench:
    """A database in a temporary folder with one person who is in every group."""

    folder: Path
    url: str
    database: db.Database
    office: config.Office
    actor: access.Actor
    password: str

    def deploy(self, files: dict[str, bytes]) -> None:
        with self.database.begin() as session:
            deployments.deploy(session, files, actor=access.SYSTEM, now=_now(), office=self.office)

    def start(self, key: str) -> tuple[UUID, UUID]:
        """Start a case; give its id and its first task's."""
        with self.database.begin() as session:
            instance = instances.start(session, key, actor=self.actor, now=_now()).id
        return instance, self.open_task(instance)

    def open_task(self, instance: UUID) -> UUID:
        wanted = models.tasks
        statement = select(wanted.c.id).where(wanted.c.instance_id == instance, wanted.c.status == "open")
        with self.database.read() as session:
            found: UUID = session.execute(statement).scalar_one()
        return found

    def complete(self, task: UUID, values: dict[str, object]) -> UUID | None:
        """Complete a task in a transaction of its own; give the next one's id."""
        with self.database.begin() as session:
            done = tasks.complete(session, task, values, actor=self.actor, now=_now())
        return done.next_tasks[0].id if done.next_tasks else None

    def state_size(self, instance: UUID) -> int:
        statement = select(models.instances.c.state).where(models.instances.c.id == instance)
        with self.database.read() as session:
            return len(session.execute(statement).scalar_one())


def _now() -> datetime:
    return datetime.now(UTC)


def run(
    *,
    scale: float = 1.0,
    http: bool = True,
    jobs: bool = True,
    postgresql: str | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Measure everything; ``scale`` shortens or lengthens it.

    ``postgresql`` is the URL of a server on which databases may be made; without it jobs are measured on SQLite only.
    """
    with _bench() as bench:
        lines = []
        for length, cases in ((10, 40), (100, 4)):
            progress(f"linear{length}: the same cases by Lajur and by the baseline, in turn")
            lines.append(_line(bench, length, max(1, round(cases * scale))))
        progress("loop200: 200 rounds")
        loop = _loop(bench, 200, max(1, round(3 * scale)))
        measured = None
        if http:
            progress("HTTP: one server process, four connections")
            measured = _http(bench, max(40, round(1000 * scale)))
        due = None
        if jobs:
            progress("jobs: what falls due, by one worker and by two, and among very many that wait")
            due = jobs_.run(bench.folder, bench.office, postgresql, scale=scale)
    return Report(tuple(lines), loop, measured, due)


@contextmanager
def _bench() -> Iterator[_Bench]:
    with tempfile.TemporaryDirectory(prefix="lajur-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'lajur.db'}"
        office = config.Office(
            "Bench",
            Calendar(ZoneInfo("Asia/Makassar")),
            tuple(config.Group(key, key.title(), (key,)) for key in samples.OFFICE),
        )
        password = f"{secrets.token_hex(8)}-kata-7"
        db.upgrade(url)
        database = db.open(url)
        try:
            with database.begin() as session:
                groups.sync(session, office)
                user = users.create(
                    session, username=USERNAME, name="Bench", password=password, groups=samples.OFFICE, now=_now()
                )
                actor = access.actor_of(session, user.id, _now())
            yield _Bench(folder, url, database, office, actor, password)
        finally:
            database.close()


def _line(bench: _Bench, length: int, cases: int) -> Line:
    files = samples.line(length)
    key = f"linear{length}"
    bench.deploy(files)
    baseline = Baseline(key, files[f"{key}.bpmn"], bench.folder / f"{key}.db")
    answers: list[dict[str, object]] = [{f"f{number}": f"value {number}"} for number in range(1, length + 1)]
    ours: list[float] = []
    theirs: list[float] = []
    try:
        _walk(bench, key, answers[:_WARM])
        _walk_baseline(baseline, answers[:_WARM])
        for _ in range(cases):  # in turn, so that whatever else the machine does meets both
            times, size = _walk(bench, key, answers)
            ours += times
            times, baseline_size = _walk_baseline(baseline, answers)
            theirs += times
    finally:
        baseline.close()
    return Line(
        name=key,
        completions=len(ours),
        median=_ms(statistics.median(ours)),
        p95=_ms(_p95(ours)),
        statements=_statements(bench, key, answers[:_WARM]),
        state=size,
        baseline_median=_ms(statistics.median(theirs)),
        baseline_p95=_ms(_p95(theirs)),
        baseline_state=baseline_size,
        ratio=_ratio(statistics.median(ours), statistics.median(theirs)),
    )


def _loop(bench: _Bench, rounds: int, cases: int) -> Loop:
    files = samples.loop(rounds)
    key = f"loop{rounds}"
    bench.deploy(files)
    baseline = Baseline(key, files[f"{key}.bpmn"], bench.folder / f"{key}.db")
    answers: list[dict[str, object]] = [{"n": number} for number in range(1, rounds)]
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    try:
        _walk(bench, key, answers[:_WARM])
        for _ in range(cases):
            times, size = _walk(bench, key, answers)
            ours.append(times)
            times, baseline_size = _walk_baseline(baseline, answers)
            theirs.append(times)
    finally:
        baseline.close()
    # A few rounds around the 10th and the last ones: one completion alone would measure the disk's mood.
    early, late = slice(5, 15), slice(rounds - 11, rounds - 1)
    return Loop(
        name=key,
        early=_ms(_median_of(ours, early)),
        late=_ms(_median_of(ours, late)),
        ratio=_ratio(_median_of(ours, late), _median_of(ours, early)),
        state=size,
        baseline_early=_ms(_median_of(theirs, early)),
        baseline_late=_ms(_median_of(theirs, late)),
        baseline_state=baseline_size,
    )


def _walk(bench: _Bench, key: str, answers: Sequence[dict[str, object]]) -> tuple[list[float], int]:
    """Start a case and complete its tasks one after the other; give each one's seconds and the bytes of state at the end."""
    times: list[float] = []
    instance, first = bench.start(key)
    task: UUID | None = first
    for values in answers:
        assert task is not None  # noqa: S101  # there are as many tasks as answers
        begun = time.perf_counter()
        task = bench.complete(task, values)
        times.append(time.perf_counter() - begun)
    return times, bench.state_size(instance)


def _walk_baseline(baseline: Baseline, answers: Sequence[dict[str, object]]) -> tuple[list[float], int]:
    """Do the same with the plain library."""
    times: list[float] = []
    row = baseline.start()
    for values in answers:
        begun = time.perf_counter()
        baseline.complete(row, values)
        times.append(time.perf_counter() - begun)
    return times, baseline.size(row)


def _http(bench: _Bench, completions: int) -> Http:
    bench.deploy(samples.line(10))
    waiting = [bench.start("linear10")[1] for _ in range(completions)]
    bpmn = bench.folder / "bpmn"
    bpmn.mkdir()
    (bpmn / "office.toml").write_text(_toml(bench.office), encoding="utf-8")
    environment = {
        "LAJUR_DATABASE": bench.url,
        "LAJUR_VAR": str(bench.folder),
        "LAJUR_BPMN": str(bpmn),
        "LAJUR_FORMS": str(bpmn),
        "LAJUR_COOKIE_SECURE": "0",
        "LAJUR_HOSTS": "",
    }
    with loads.served(environment, bench.folder) as (port, pid):
        browsers = [loads.Browser(port) for _ in range(CONNECTIONS)]
        for browser in browsers:
            browser.sign_in(USERNAME, bench.password)
        forms: dict[UUID, tuple[str, dict[str, str]]] = {}

        def look(browser: loads.Browser, task: UUID) -> None:
            forms[task] = loads.Page(browser.get(f"/tasks/{task}")).form(f"/tasks/{task}")

        def complete(browser: loads.Browser, task: UUID) -> None:
            action, fields = forms[task]
            browser.post(action, {name: "value 1" if name.endswith("f1") else fields[name] for name in fields})

        looked = loads.spread(waiting, browsers, look)
        took = loads.spread(waiting, browsers, complete)
        sizes = loads.memory(pid)
        for browser in browsers:
            browser.close()
    supervisor = sizes.pop(pid)
    return Http(
        completions=completions,
        per_second=round(completions / took, 1),
        pages_per_second=round(completions / looked, 1),
        memory=max(sizes.values(), default=supervisor),
        memory_of_supervisor=supervisor if sizes else 0,
    )


def _toml(office: config.Office) -> str:
    tables = "".join(f'[groups.{group.key}]\nname = "{group.name}"\nlanes = []\n' for group in office.groups)
    return f'name = "{office.name}"\nzone = "{office.zone.key}"\n{tables}'


def _statements(bench: _Bench, key: str, answers: Sequence[dict[str, object]]) -> float:
    """Count the statements of a completion, without BEGIN and COMMIT: a mean over a few."""
    count = 0

    def executed(*arguments: object) -> None:
        nonlocal count
        count += not str(arguments[2]).startswith("BEGIN")

    _, task = bench.start(key)
    event.listen(bench.database.engine, "before_cursor_execute", executed)
    try:
        for values in answers:
            following = bench.complete(task, values)
            task = following or task
    finally:
        event.remove(bench.database.engine, "before_cursor_execute", executed)
    return round(count / len(answers), 1)


def _median_of(rows: Sequence[Sequence[float]], part: slice) -> float:
    return statistics.median(each for row in rows for each in row[part])


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _ratio(one: float, other: float) -> float:
    return round(one / other, 2)
