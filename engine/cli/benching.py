"""The bench on a terminal."""

import json
import os
import platform
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from engine import config
from engine.bench import jobs as jobs_
from engine.bench import lists, loads, measures, seeds
from engine.cli import NO, progress
from engine.store import db

TARGETS = {"linear10": 1.5, "linear100": 0.5}
LOOP_TARGET, HTTP_TARGET, MEMORY_TARGET = 1.3, 150, 130
JOBS_TARGETS = {"SQLite": 300, "PostgreSQL": 250}  # a second and worker
LATE_TARGET = 250  # milliseconds
BESIDE_TARGET = 1.1


@click.command(short_help="Measure how fast it is here.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.05, 20), help="Shorter or longer.")
@click.option("--http/--no-http", default=True, show_default=True, help="Measure a server process, too.")
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Measure workers, too.")
@click.option(
    "--postgresql", metavar="URL", help="A server for measuring workers; a database is made there and dropped."
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(1, 10_000_000),
    help="Fill the database of LAJUR_DATABASE, which must be empty, with N open tasks; then measure the inbox.",
)
def bench(*, as_json: bool, scale: float, http: bool, jobs: bool, postgresql: str | None, seed: int | None) -> None:
    """Measure completions beside plain SpiffWorkflow, and workers, on this machine; takes a minute or two.

    Both walk the same cases in turn, in temporary SQLite files with full durability (WAL, synchronous FULL). Lajur does all
    that a completion is: access, form, engine, tasks, history. The baseline loads, steps, dumps and commits one row with the
    library's own serializer, and nothing else. Workers do timers: each job is a transaction that takes a small case from its
    timer to its task.

    With --seed nothing of that: a database with N open tasks and ten history events for each is made, or used where it was made
    before, and the pages of the inbox are asked for over HTTP.
    """
    if seed is not None:
        _lists(seed, as_json=as_json)
        return
    try:
        report = measures.run(scale=scale, http=http, jobs=jobs, postgresql=postgresql, progress=progress)
    except loads.Refused as error:
        click.echo(f"lajur: this cannot be measured: {error}", err=True)
        raise SystemExit(NO) from None
    if as_json:
        click.echo(json.dumps({"machine": _machine(), **report.as_json()}, indent=2))
        return
    for line in lines(report):
        click.echo(line)


def _lists(number: int, *, as_json: bool) -> None:
    settings = config.Settings.from_environment()
    database = db.open(settings.database)
    try:
        password = f"{secrets.token_hex(8)}-kata-7"
        planted = seeds.plant(database, number, password=password, now=datetime.now(UTC), progress=progress)
        found = lists.measure(settings.database, planted)
    except loads.Refused as error:
        click.echo(f"lajur: this cannot be measured: {error}", err=True)
        raise SystemExit(NO) from None
    finally:
        database.close()
    if as_json:
        rows = [asdict(line) for line in found]
        click.echo(json.dumps({"machine": _machine(), "tasks": planted.tasks, "pages": rows}, indent=2))
        return
    click.echo(f"| Inbox, {planted.tasks:,} open tasks | median | p95 | aim |")
    click.echo("|---|---|---|---|")
    for line in found:
        click.echo(f"| {line.name} | {line.median} ms | {line.p95} ms | at most {lists.AIM} ms |")


def _machine() -> dict[str, object]:
    return {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}


def lines(report: measures.Report) -> Iterator[str]:
    """Give a report as a Markdown table, the way the README shows it."""
    yield "| | Lajur | plain SpiffWorkflow | ratio | aim |"
    yield "|---|---|---|---|---|"
    for line in report.lines:
        aim = f"at most {TARGETS[line.name]}" if line.name in TARGETS else ""
        yield (
            f"| {line.name}: a completion, median (p95) | {line.median:.2f} ms ({line.p95:.2f}) "
            f"| {line.baseline_median:.2f} ms ({line.baseline_p95:.2f}) | {line.ratio:.2f} | {aim} |"
        )
        yield (
            f"| {line.name}: SQL statements; bytes of state at the end | {line.statements:g}; {line.state} "
            f"| 2; {line.baseline_state} | | |"
        )
    loop = report.loop
    yield (
        f"| {loop.name}: round 10, round 199 | {loop.early:.2f} ms, {loop.late:.2f} ms "
        f"| {loop.baseline_early:.2f} ms, {loop.baseline_late:.2f} ms | {loop.ratio:.2f} (199 to 10) "
        f"| at most {LOOP_TARGET} |"
    )
    yield f"| {loop.name}: bytes of state after round 199 | {loop.state} | {loop.baseline_state} | | |"
    beside = report.beside
    yield (
        f"| {beside.name}: a completion, median (p95), while an idle worker is beside it; without "
        f"| {beside.median:.2f} ms ({beside.p95:.2f}); {beside.alone_median:.2f} ms ({beside.alone_p95:.2f}) "
        f"| | {beside.ratio:.2f} (with to without) | at most {BESIDE_TARGET} |"
    )
    if report.http is not None:
        web = report.http
        yield f"| HTTP, one process: completions a second | {web.per_second:.0f} | | | at least {HTTP_TARGET} |"
        yield f"| HTTP, one process: task pages a second | {web.pages_per_second:.0f} | | | |"
        yield (
            f"| HTTP: resident memory of the serving process (and of its supervisor) "
            f"| {_mb(web.memory)} ({_mb(web.memory_of_supervisor)}) | | | at most {MEMORY_TARGET} MB |"
        )
    if report.jobs is not None:
        yield from _jobs(report.jobs)


def _jobs(jobs: jobs_.Jobs) -> Iterator[str]:
    for drained in jobs.drained:
        workers = "1 worker" if drained.workers == 1 else f"{drained.workers} workers"
        aim = f"at least {JOBS_TARGETS[drained.database] * drained.workers}"
        yield f"| {drained.database}, {workers}: timers a second | {drained.per_second:.0f} | | | {aim} |"
    for late in jobs.late:
        yield (
            f"| {late.database}: from a timer's time to its commit, {late.waiting:,} others waiting, median (p95) "
            f"| {late.median:.0f} ms ({late.p95:.0f}) | | | at most {LATE_TARGET} ms |"
        )
    for idle in jobs.idle:
        yield f"| {idle.database}: statements a minute of an idle worker | {idle.statements_per_minute:g} | | | |"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
