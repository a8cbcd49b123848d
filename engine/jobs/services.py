"""Service calls: a connector does something outside, so it is called between two transactions, never inside one.

The first transaction lends the job to this worker for so long (:func:`lend`), the second takes the result (:func:`finish`). A
worker that dies in between loses the job to another when the time is over, and the effect may happen again: at least once,
under the same key (the job's id), by which the other side can tell. A result that came but could not be taken is kept with the
job, so that trying again only takes it and calls nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from engine import connectors, errors
from engine.config import Settings
from engine.execution import steps
from engine.jobs import queue
from engine.jobs.queue import Job
from engine.people import access, groups
from engine.runtime import definitions, records, waits
from engine.runtime.records import Held
from engine.store import history as histories
from engine.store.db import Session

MARGIN = timedelta(seconds=10)
"""So much longer than a call may take is a job lent."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make: which connector, with which inputs. ``outputs`` are those of an earlier try whose taking failed."""

    job_id: UUID
    instance_id: UUID
    connector: str
    inputs: Mapping[str, object]
    outputs: Mapping[str, object] | None
    tries: int

    def make(self, settings: Settings) -> Mapping[str, object]:
        """Call the connector, or give what an earlier call gave. Raises :class:`errors.LajurError`."""
        if self.outputs is not None:
            return self.outputs
        return connectors.find(self.connector).call(self.inputs, key=str(self.job_id), settings=settings)


def lend(session: Session, job: Job, instance: Held, *, now: datetime, until: datetime) -> Call:
    """Lend a claimed job until then, with the inputs that its first try had.

    Raises :class:`errors.ExpressionError`, :class:`errors.ExecutionError` where an input cannot be told.
    """
    data = dict(job.data)
    if "inputs" not in data:
        inputs = steps.inputs(
            definitions.spec_of(session, instance.definition_id),
            instance.state,
            job.token or 0,
            now=groups.office(session, instance.office).local(now),
            library=definitions.Library(session),
        )
        data["inputs"] = waits.pack(inputs)
    queue.postpone(session, job, until, tries=job.tries + 1, data=data)
    outputs = waits.unpack(data["outputs"]) if "outputs" in data else None
    return Call(job.id, instance.id, data["connector"], waits.unpack(data["inputs"]), outputs, job.tries + 1)


def finish(session: Session, call: Call, outputs: Mapping[str, object], *, now: datetime) -> bool:
    """Let the case go on with what the connector gave; ``False``: it no longer waits for it.

    Raises :class:`errors.ExpressionError`, :class:`errors.ExecutionError`.
    """
    return _go_on(session, call, "service.completed", {}, partial(steps.resume, outputs=outputs), now, outputs)


def refuse(session: Session, call: Call, said: errors.ConnectorSaid, *, now: datetime) -> bool:
    """Let the case go on with the error that the other side told, where the diagram catches it; ``False`` as in :func:`finish`.

    Raises :class:`errors.ErrorUncaught` and what a step raises.
    """
    code, message = str(said.place.get("code", "")), str(said.place.get("message", ""))
    told = {"code": code, "reason": message[:1000]}
    return _go_on(session, call, "service.refused", told, partial(steps.fail, code=code, message=message), now)


def _go_on(
    session: Session,
    call: Call,
    kind: str,
    told: Mapping[str, object],
    step_of: Callable[..., steps.Step],
    now: datetime,
    outputs: Mapping[str, object] | None = None,
) -> bool:
    instance = records.hold_any(session, call.instance_id)
    if instance.status == "suspended":
        queue.keep_outputs(session, call.job_id, None if outputs is None else waits.pack(outputs))
        return True
    job = queue.hold(session, call.job_id)
    if job is None:
        return False
    step = step_of(
        definitions.spec_of(session, instance.definition_id),
        instance.state,
        job.token or 0,
        now=groups.office(session, instance.office).local(now),
        library=definitions.Library(session),
    )
    event = histories.Event(kind, job.node, data={"connector": call.connector, **told})
    records.record(session, instance, step, actor=access.SYSTEM, now=now, event=event)
    return True
