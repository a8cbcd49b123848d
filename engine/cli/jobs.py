"""`lajur jobs`: what falls due by itself, what failed, and having it tried again."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from engine import errors
from engine.cli import NO, data
from engine.jobs import incidents, listings
from engine.jobs.listings import Listed
from engine.people import access, groups
from engine.runtime import pages
from engine.store import db

_TITLES: dict[listings.Status, str] = {
    "failed": "Failed, for people to decide:",
    "due": "To be done, the earliest first:",
    "held": "Held with their suspended cases:",
}
_NOTHING: dict[listings.Status, str] = {
    "failed": "Nothing has failed.",
    "due": "Nothing is to be done.",
    "held": "Nothing is held.",
}


@click.group(short_help="What falls due by itself, and what failed.", invoke_without_command=True)
@click.option("--failed", "status", flag_value="failed", help="Only what failed; exit code 1 where there is any.")
@click.option("--due", "status", flag_value="due", help="Only what is to be done, also what is not due yet.")
@click.option("--held", "status", flag_value="held", help="Only what is held because its case is suspended.")
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="So many lines of each list.",
)
@click.pass_context
def jobs(context: click.Context, status: listings.Status | None, limit: int) -> None:
    """List the jobs of timers, messages, signals and service calls.

    \b
    Examples:
      lajur jobs --failed || mail -s "Lajur needs you" admin
      lajur jobs retry 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8
      lajur jobs retry --all-failed
    """
    if context.invoked_subcommand is not None:
        return
    with data.opened() as (_, store), store.read() as session:
        zone = groups.office(session).zone
        lists = {each: list(_found(session, each, limit)) for each in ([status] if status else _TITLES)}
    for each, found in lists.items():
        click.echo(_TITLES[each] if found else _NOTHING[each])
        for job in found[:limit]:
            click.echo("\n".join(_lines(job, zone)))
        if len(found) > limit:
            click.echo("... and more; see --limit")
    if status == "failed" and lists[status]:
        raise SystemExit(NO)


@jobs.command("retry")
@click.argument("ids", nargs=-1, metavar="ID...", type=click.UUID)
@click.option("--all-failed", "everything", is_flag=True, help="All that failed until now.")
def retry(ids: tuple[UUID, ...], *, everything: bool) -> None:
    """Have failed jobs tried again now, as if for the first time.

    Put right first why they failed: what fails again is back here soon.
    """
    if everything == bool(ids):
        raise click.UsageError("Give the IDs of failed jobs, or --all-failed.")
    at = data.now()
    with data.opened() as (_, store):
        done = 0
        for job_id in _failed_until(store, at) if everything else ids:
            try:
                # One transaction each: a job belongs to one case.
                with store.begin() as session:
                    incidents.retry(session, job_id, actor=access.SYSTEM, now=data.now())
                done += 1
            except (errors.JobGone, errors.NotFound):
                if not everything:
                    raise
    click.echo(f"To be tried again: {done}.")


def _found(session: db.Session, status: listings.Status, limit: int) -> Iterator[Listed]:
    """Give one more than ``limit`` where there are so many."""
    after, left = None, limit + 1
    while left > 0:
        page = listings.search(session, status=status, actor=access.SYSTEM, after=after, limit=min(left, pages.MOST))
        yield from page.items
        left -= len(page.items)
        after = page.next
        if after is None:
            return


def _failed_until(store: db.Database, at: datetime) -> Iterator[UUID]:
    """Give what has failed until then; a page at a time, for meanwhile it is tried again, and may fail again."""
    after = None
    while True:
        with store.read() as session:
            page = listings.search(session, status="failed", actor=access.SYSTEM, after=after, limit=pages.MOST)
        yield from (job.id for job in page.items if job.failed_at is not None and job.failed_at <= at)
        after = page.next
        if after is None:
            return


def _lines(job: Listed, zone: ZoneInfo) -> Iterator[str]:
    case = " ".join(filter(None, [job.business_key, job.process])) or "no case yet"
    tries = f", {job.tries} tries" if job.tries > 1 else ", 1 try" if job.tries else ""
    at = job.due_at if job.failed_at is None else job.failed_at
    what = " ".join(filter(None, [job.kind, job.node, job.name]))
    yield f"  {job.id}  {job.status} {at.astimezone(zone):%Y-%m-%d %H:%M:%S}{tries}  {what}  ({case})"
    if job.error is not None:
        yield f"      {job.error['message']}"
