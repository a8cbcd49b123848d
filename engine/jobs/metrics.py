"""Figures about jobs for Prometheus, in its text format: what waits in the database, and what a worker did.

Every figure of the database is read from an index and counts at most :data:`MOST` rows, so that asking costs the same however
long the lists have become.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, bindparam, func, literal, literal_column, select

from engine.jobs import queue
from engine.store import models
from engine.store.db import Session

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST = 10_000
"""A list longer than this is told to be this long."""

Labels = tuple[tuple[str, str], ...]
_KINDS = ("timer", "start", "message", "signal", "service")
_OUTCOMES = ("done", "failed", "incident")
_MESSAGES = ("waiting", "expired")

_jobs, _instances, _messages = models.jobs, models.instances, models.messages
_now = bindparam("now", type_=_jobs.c.due_at.type)


def _by_kind(rows: Select[Any]) -> Select[Any]:
    some = rows.limit(literal_column(str(MOST))).subquery()
    return select(some.c[0], func.count()).group_by(some.c[0])


_due = _by_kind(select(_jobs.c.kind).where(queue.DUE, _jobs.c.due_at <= _now).order_by(_jobs.c.due_at, _jobs.c.id))
_failed = _by_kind(select(_jobs.c.kind).where(queue.FAILED).order_by(_jobs.c.failed_at, _jobs.c.id))
_held = _by_kind(
    select(_jobs.c.kind)
    .select_from(_instances.join(_jobs, _jobs.c.instance_id == _instances.c.id))
    .where(_instances.c.status == "suspended", _jobs.c.status == "held")
)
_oldest = select(_jobs.c.due_at).where(queue.DUE).order_by(_jobs.c.due_at, _jobs.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its samples: labels -> value. A counter's ``name`` ends in ``_total``."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: Mapping[Labels, float]


def of_database(session: Session, *, now: datetime) -> Iterator[Metric]:
    """Give what waits in the database. Raises :class:`errors.StorageError`."""
    most = f"at most {MOST} are counted"
    due = _kinds(session, _due, {"now": now})
    yield Metric("lajur_jobs_due", "gauge", f"Jobs that are due now and not yet done; {most}.", due)
    oldest = session.execute(_oldest).scalar()
    late = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    yield Metric("lajur_jobs_oldest_due_seconds", "gauge", "How long the job that is due longest is due.", {(): late})
    failed = _kinds(session, _failed)
    yield Metric("lajur_jobs_failed", "gauge", f"Incidents: jobs that wait for a person; {most}.", failed)
    yield Metric("lajur_jobs_held", "gauge", f"Jobs of suspended cases; {most}.", _kinds(session, _held))
    messages: dict[Labels, float] = {(("status", status),): float(_count(session, status)) for status in _MESSAGES}
    yield Metric(
        "lajur_messages", "gauge", f"Messages that are kept (waiting) or came for nobody (expired); {most}.", messages
    )


def of_worker(done: Mapping[tuple[str, str], int], *, healthy: bool) -> Iterator[Metric]:
    """Give what this process's worker did since it began; ``done`` as :attr:`worker.Worker.done`."""
    yield Metric("lajur_worker_healthy", "gauge", "Whether this process's worker looks for work.", {(): float(healthy)})
    tries: dict[Labels, float] = {
        (("kind", kind), ("outcome", outcome)): float(done.get((kind, outcome), 0))
        for kind in _KINDS
        for outcome in _OUTCOMES
    }
    told = "Tries of jobs by this process: done, failed (to be tried again) or incident (given up)."
    yield Metric("lajur_worker_jobs_total", "counter", told, tries)


def text(metrics: Iterable[Metric]) -> str:
    """Write metrics in Prometheus's text format 0.0.4."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escaped(metric.help)}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples.items():
        named = ",".join('{}="{}"'.format(name, _escaped(each).replace('"', '\\"')) for name, each in labels)
        yield f"{metric.name}{{{named}}} {value:.15g}" if named else f"{metric.name} {value:.15g}"


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("\n", "\\n")


def _kinds(session: Session, query: Select[Any], given: Mapping[str, object] | None = None) -> dict[Labels, float]:
    """Give a sample for every kind: one that comes and goes is no series."""
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(query, given)}
    return {(("kind", kind),): float(found.get(kind, 0)) for kind in _KINDS}


def _count(session: Session, status: str) -> int:
    some = select(literal(1)).where(_messages.c.status == status).limit(literal_column(str(MOST))).subquery()
    found: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return found
