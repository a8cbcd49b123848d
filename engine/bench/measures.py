"""What is measured, and how: completions in this process beside the baseline's, then completions over HTTP, then workers."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from engine import config
from engine.bench import jobs as jobs_
from engine.bench import loads, samples
from engine.bench.installations import USERNAME, Installation, counted, installed, require_server
from engine.execution.baseline import Baseline
from engine.worker import Worker, beside

Progress = Callable[[str], None]
CONNECTIONS = 4
_WARM = 10
_CASES = 5  # one after the other, before it is the other way's turn


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
class Beside:
    """Completions while an idle worker is beside them, a thread of the same process, and without, in milliseconds."""

    name: str
    median: float
    p95: float
    alone_median: float
    alone_p95: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run measured."""

    lines: tuple[Line, ...]
    loop: Loop
    beside: Beside
    http: Http | None
    jobs: jobs_.Jobs | None

    def as_json(self) -> dict[str, object]:
        """Give plain data."""
        return asdict(self)


def run(
    *,
    scale: float = 1.0,
    http: bool = True,
    jobs: bool = True,
    postgresql: str | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Measure everything; ``scale`` shortens or lengthens it.

    ``postgresql`` is the URL of a server on which databases may be made; without it jobs are measured on SQLite only. Raises
    :class:`loads.Refused` where something does not do what is measured, :class:`errors.ConfigurationError`,
    :class:`errors.StorageError`.
    """
    if jobs and postgresql is not None:
        require_server(postgresql)
    with installed() as bench:
        lines = []
        for length, cases in ((10, 40), (100, 4)):
            progress(f"linear{length}: the same cases by Lajur and by the baseline, in turn")
            lines.append(_line(bench, length, max(1, round(cases * scale))))
        progress("loop200: 200 rounds")
        loop = _loop(bench, 200, max(1, round(3 * scale)))
        progress("linear10: with an idle worker beside it and without, in turn")
        together = _beside(bench, max(1, round(8 * scale)))
        measured = None
        if http:
            progress("HTTP: one server process, four connections")
            measured = _http(bench, max(40, round(1000 * scale)))
    due = jobs_.run(postgresql, scale=scale, progress=progress) if jobs else None
    return Report(tuple(lines), loop, together, measured, due)


def _line(bench: Installation, length: int, cases: int) -> Line:
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


def _loop(bench: Installation, rounds: int, cases: int) -> Loop:
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


def _beside(bench: Installation, rounds: int) -> Beside:
    """Walk cases of the line of ten, some alone and some beside an idle worker, in turn."""
    answers: list[dict[str, object]] = [{f"f{number}": f"value {number}"} for number in range(1, 11)]
    alone: list[float] = []
    together: list[float] = []
    for _ in range(rounds):
        for _ in range(_CASES):
            alone += _walk(bench, "linear10", answers)[0]
        with beside(Worker(bench.database, config.Settings(var=bench.folder))):
            for _ in range(_CASES):
                together += _walk(bench, "linear10", answers)[0]
    return Beside(
        name="linear10",
        median=_ms(statistics.median(together)),
        p95=_ms(_p95(together)),
        alone_median=_ms(statistics.median(alone)),
        alone_p95=_ms(_p95(alone)),
        ratio=_ratio(statistics.median(together), statistics.median(alone)),
    )


def _walk(bench: Installation, key: str, answers: Sequence[dict[str, object]]) -> tuple[list[float], int]:
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


def _http(bench: Installation, completions: int) -> Http:
    bench.deploy(samples.line(10))
    waiting = [bench.start("linear10")[1] for _ in range(completions)]
    bpmn = bench.folder / "bpmn"
    bpmn.mkdir()
    (bpmn / "office.toml").write_text(office_toml(bench.office), encoding="utf-8")
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


def office_toml(office: config.Office) -> str:
    """Give an office as its file."""
    tables = "".join(f'[groups.{group.key}]\nname = "{group.name}"\nlanes = []\n' for group in office.groups)
    return f'name = "{office.name}"\nzone = "{office.zone.key}"\n{tables}'


def _statements(bench: Installation, key: str, answers: Sequence[dict[str, object]]) -> float:
    """Count the statements of a completion: a mean over a few."""
    _, task = bench.start(key)
    with counted(bench.database.engine) as count:
        for values in answers:
            following = bench.complete(task, values)
            task = following or task
    return round(count.statements / len(answers), 1)


def _median_of(rows: Sequence[Sequence[float]], part: slice) -> float:
    return statistics.median(each for row in rows for each in row[part])


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _ratio(one: float, other: float) -> float:
    return round(one / other, 2)
