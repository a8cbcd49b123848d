"""Deployments: diagrams and forms become definitions that can be started, all of them together or none.

A definition freezes its diagram, the forms it uses and every process it calls with theirs; its content hash covers all of it.
Deploying what is there already changes nothing. When a form or a called process changes, the newest definitions that use it
get a new version too, so that new cases never mix old and new; running cases stay on the version they began with. An SOP that
says what superseded it becomes a retired definition: it can be read, and no case of it starts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from engine import errors
from engine.config import Office
from engine.people import access, groups
from engine.runtime import starts
from engine.runtime.definitions import Definition as Definition  # noqa: PLC0414  # the wing's front door
from engine.runtime.definitions import forms_of as forms_of  # noqa: PLC0414
from engine.runtime.definitions import get as get  # noqa: PLC0414
from engine.runtime.definitions import latest as latest  # noqa: PLC0414
from engine.runtime.definitions import list_latest as list_latest  # noqa: PLC0414
from engine.runtime.definitions import source as source  # noqa: PLC0414
from engine.runtime.definitions import spec_of as spec_of  # noqa: PLC0414
from engine.runtime.definitions import versions as versions  # noqa: PLC0414
from engine.runtime.plans import RULES as RULES  # noqa: PLC0414
from engine.runtime.plans import Connectors as Connectors  # noqa: PLC0414
from engine.runtime.plans import Draft, Plan, refusal
from engine.runtime.plans import Findings as Findings  # noqa: PLC0414
from engine.store import db, keys, models

_TURN = 0x6465706C6F79  # "deploy"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a deployment did. ``forms`` are the keys of new forms; ``findings`` by file are those that are no errors.

    ``created`` also holds definitions that were not among the files but use what changed.
    """

    created: tuple[Definition, ...]
    unchanged: tuple[Definition, ...]
    forms: tuple[str, ...]
    findings: Findings


_definitions, _forms = models.definitions, models.forms
_retire = (
    update(_definitions)
    .where(_definitions.c.id == bindparam("definition"), _definitions.c.retired_at.is_(None))
    .values(retired_at=bindparam("now"), retired_by=bindparam("user"))
)


def check(
    session: db.Session, files: Mapping[str, bytes], office: Office, *, connectors: Connectors | None = None
) -> Findings:
    """Judge files as :func:`deploy` would, and store nothing: findings by file, errors first, empty where all is well.

    ``files``: names ending in ``.bpmn`` or ``.form`` to contents; ``connectors`` (name -> input -> required) are
    the registry's unless a caller has others. Raises :class:`errors.InputError` for another name.
    """
    return Plan(session, files, office, connectors).findings()


def deploy(
    session: db.Session,
    files: Mapping[str, bytes],
    *,
    actor: access.Actor,
    now: datetime,
    office: Office,
    connectors: Connectors | None = None,
) -> Deployment:
    """Make new versions of what changed, and make the office's groups the given ones.

    Raises :class:`errors.DiagramRefused` where any file has an error (``place["files"]`` holds the findings by file),
    :class:`errors.RoleNeeded`, :class:`errors.InputError`; nothing is stored then.
    """
    access.require_deploy(actor)
    groups.sync(session, office)
    db.take_turns(session, _TURN)
    plan = Plan(session, files, office, connectors)
    found = plan.findings()
    bad = [name for name, each in found.items() if any(finding.severity == "error" for finding in each)]
    if bad:
        raise errors.DiagramRefused(
            [finding for name in bad for finding in found[name]],
            name=bad[0],
            files=found,
        )
    new = [draft for draft in plan.drafts.values() if not plan.is_current(draft)]
    forms = plan.changed_forms()
    if new or forms:
        deployment = keys.new()
        row = {"id": deployment, "deployed_at": now, "deployed_by": actor.user_id}
        session.execute(insert(models.deployments), row)
        _store_forms(session, plan, forms, deployment)
        _store_definitions(session, plan, new, deployment, office)
        for draft in new:
            before = [plan.stored[draft.key].id] if draft.key in plan.stored else []
            if draft.superseded:
                starts.remove(session, before)
                retire(session, latest(session, draft.key).id, actor=actor, now=now)
                continue
            try:
                starts.replace(session, before, latest(session, draft.key).id, now=now)
            except (errors.TimerRefused, errors.ExpressionError) as error:
                element = str(error.place.get("element") or "") or None
                wrong = (*draft.findings, refusal("start-time", error, element))
                name = draft.file or f"{draft.key}.bpmn"
                raise errors.DiagramRefused(wrong, name=name, files={**found, name: wrong}) from error
    made = {draft.key for draft in new}
    return Deployment(
        tuple(latest(session, draft.key) for draft in new),
        tuple(latest(session, draft.key) for draft in plan.drafts.values() if draft.key not in made and draft.file),
        tuple(forms),
        found,
    )


def retire(session: db.Session, definition_id: UUID, *, actor: access.Actor, now: datetime) -> None:
    """Withdraw a definition: no more cases start, those that run go on.

    Raises :class:`errors.NotFound`, :class:`errors.DefinitionRetired` where it already is, :class:`errors.RoleNeeded`.
    """
    access.require_deploy(actor)
    definition = get(session, definition_id)
    done = session.execute(_retire, {"definition": definition_id, "now": now, "user": actor.user_id})
    if done.rowcount != 1:
        raise errors.DefinitionRetired(key=definition.key)
    starts.remove(session, [definition_id])


def _store_forms(session: db.Session, plan: Plan, changed: Iterable[str], deployment: UUID) -> None:
    rows = [
        {
            "key": key,
            "version": (plan.stored_forms[key].version if key in plan.stored_forms else 0) + 1,
            "hash": plan.forms[key][1],
            "source": plan.forms[key][2],
            "deployment_id": deployment,
        }
        for key in changed
    ]
    if rows:
        session.execute(insert(_forms), rows)


def _store_definitions(
    session: db.Session, plan: Plan, drafts: Iterable[Draft], deployment: UUID, office: Office
) -> None:
    ids = {draft.key: keys.new() for draft in drafts}
    for draft in drafts:
        process = draft.diagram.process
        lanes = plan.lanes(draft)
        session.execute(
            insert(_definitions),
            {
                "id": ids[draft.key],
                "key": draft.key,
                "version": (plan.stored[draft.key].version if draft.key in plan.stored else 0) + 1,
                "hash": draft.hash,
                "name": (process.name or process.properties.get("sop.nama") or draft.key)[:500],
                "source": draft.source,
                "forms": draft.forms,
                "calls": {key: str(ids.get(key) or plan.stored[key].id) for key in draft.called},
                "lanes": lanes,
                "deployment_id": deployment,
            },
        )
        groups.take_part(session, ids[draft.key], lanes, office)
