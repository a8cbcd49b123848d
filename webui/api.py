"""The interface for other systems: messages and signals by HTTP, with a token instead of a sign-in.

``POST /api/messages/NAME`` and ``POST /api/signals/NAME`` take ``application/json`` and the header ``Authorization: Bearer TOKEN``;
``Idempotency-Key`` makes a request that is sent again count once. No cookie is looked at and none is set.
"""

import re
from collections.abc import Mapping
from uuid import UUID

import flask
from werkzeug.exceptions import UnsupportedMediaType

from engine import errors
from engine.jobs import messages, payloads, signals
from engine.people import access, tokens
from engine.runtime import waits
from webui import machines, work

blueprint = flask.Blueprint("api", __name__, url_prefix=machines.PREFIX.rstrip("/"))

LARGEST_BODY = 4_100_000
"""Bytes; room for the largest payload in UTF-8."""
LONGEST_KEY = 128
"""Characters of an Idempotency-Key."""

_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
_STATUS = {"delivered": 200, "started": 201, "kept": 202}


@blueprint.post("/messages/<path:name>")
def message(name: str) -> tuple[dict[str, object], int]:
    """Send a message: 200 a case got it, 201 it started one, 202 it is kept for somebody who begins to wait for it.

    The body may say ``key``, ``data`` (an object), ``instance`` (a case's id) and ``keep`` (an ISO 8601 duration, P7D unless said).
    """
    actor = _sender()
    given = _body("key", "data", "instance", "keep")
    key, instance, keep = (_text(given, each) for each in ("key", "instance", "keep"))
    data, idempotency = _data(given), _idempotency(actor)
    case = None if instance is None else _case(instance)
    kept = waits.KEPT if keep is None else payloads.keeping(keep, work.now())
    with work.place().database.begin() as session:
        receipt = messages.send(
            session,
            name,
            data=data,
            actor=actor,
            now=work.now(),
            key=key,
            instance_id=case,
            keep=kept,
            idempotency=idempotency,
        )
    if receipt.status == "expired":
        raise errors.MessageUnwanted(name=name)
    told: dict[str, object] = {"status": receipt.status, "message": str(receipt.message_id)}
    if receipt.instance_id is not None:
        told["instance"] = str(receipt.instance_id)
    if receipt.until is not None:
        told["until"] = receipt.until.isoformat()
    return told, _STATUS[receipt.status]


@blueprint.post("/signals/<path:name>")
def signal(name: str) -> tuple[dict[str, object], int]:
    """Send a signal: 202, with how many cases and starts hear it in a moment. The body may say ``data``, an object."""
    actor = _sender()
    data = _data(_body("data"))
    idempotency = _idempotency(actor)
    with work.place().database.begin() as session:
        listeners = signals.send(session, name, data=data, actor=actor, now=work.now(), idempotency=idempotency)
    return {"status": "sent", "listeners": listeners}, 202


def _sender() -> access.Actor:
    """Give who sends, before a byte of the body is read. Raises :class:`errors.TokenInvalid`."""
    given = flask.request.authorization
    if given is None or given.type != "bearer" or given.token is None:
        raise errors.TokenInvalid
    with work.place().database.read() as session:
        return tokens.actor_of(session, given.token, work.now())


def _body(*names: str) -> Mapping[str, object]:
    """Read the body to its end, before any transaction that writes. Raises what makes it none."""
    if flask.request.mimetype != "application/json":
        raise UnsupportedMediaType
    flask.request.max_content_length = min(LARGEST_BODY, work.place().settings.max_request_bytes)
    found = payloads.read(flask.request.get_data(cache=False))
    if strange := sorted(found.keys() - set(names)):
        raise errors.MessageInvalid(reason=f'it says "{strange[0][:100]}", but may say only {", ".join(names)}')
    return found


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise errors.MessageInvalid(reason=f"its {name} is no text")
    return value


def _data(given: Mapping[str, object]) -> Mapping[str, object]:
    value = given.get("data", {})
    if not isinstance(value, dict):
        raise errors.MessageInvalid(reason="its data is no object")
    return value


def _case(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise errors.NotFound(kind="Instance", key=text[:100]) from None


def _idempotency(actor: access.Actor) -> str | None:
    """Give the request's key together with the name of who sends: two systems never mean the same. Names hold no colon."""
    given = flask.request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        raise errors.IdempotencyInvalid(longest=LONGEST_KEY)
    return f"{actor.name}:{given}"
