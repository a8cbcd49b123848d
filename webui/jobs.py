"""What should happen by itself and did not: every incident, also those of no case, and the messages that nobody took."""

from typing import NamedTuple
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from engine.jobs import incidents, listings, mailbox
from webui import i18n, pages, waits, work
from webui.words import gettext as _

blueprint = flask.Blueprint("jobs", __name__, url_prefix="/jobs")

_MESSAGES = 50


class Line(NamedTuple):
    """A job that failed, with what was to happen and why it failed in words."""

    job: listings.Listed
    what: str
    error: str


@blueprint.get("")
def found() -> str:
    """List the incidents, the oldest first, and the messages that nobody took in their time."""
    with work.reading() as (session, actor):
        page = listings.search(session, status="failed", actor=actor, after=flask.request.args.get("after"))
        vain = list(mailbox.read(session, "expired", actor=actor, limit=_MESSAGES))
    lines = [
        Line(job, waits.failure(job.kind, with_case=job.instance_id is not None), i18n.told(job.error or _UNTOLD))
        for job in page.items
    ]
    return flask.render_template("jobs.html", lines=lines, next_jobs=page.next, vain=vain)


@blueprint.post("/<uuid:job_id>/retry")
def retry(job_id: UUID) -> Response:
    """Have what failed tried again."""
    with work.writing() as (session, actor):
        incidents.retry(session, job_id, actor=actor, now=work.now())
    pages.notice(_("It will be tried again at once. Reload this page in a moment to see how it went."))
    return flask.redirect(flask.url_for("jobs.found"), 303)


_UNTOLD = {"message": "", "template": "", "place": {}}
