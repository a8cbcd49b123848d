"""`lajur worker`: does what falls due, on any number of machines."""

import logging
import signal
from types import FrameType

import click

from engine import worker as workers
from engine.cli import data


@click.command(short_help="Do what falls due until interrupted.")
@click.option(
    "--callers",
    default=workers.CALLERS,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Service calls made at the same time.",
)
def worker(callers: int) -> None:
    """Fire timers, deliver messages and signals and make service calls until interrupted.

    With PostgreSQL any number of workers share the work, on any machines. With SQLite `lajur serve` does it; a worker beside
    it, on the same machine, is possible.

    SIGTERM or Ctrl+C ends it after the job and the service calls that it is at; a second one ends it at once, which loses
    nothing: whoever works next does it again.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    with data.opened() as (settings, database):
        found = workers.Worker(database, settings, callers=callers)
        _end_on_signals(found)
        click.echo(f"Lajur works on {data.shown(settings.database)}   (Ctrl+C ends it)")
        found.run()
        done = found.done
    told = {
        how: sum(count for (_, what), count in done.items() if what == how) for how in ("done", "failed", "incident")
    }
    click.echo("Ended: {done} jobs done, {failed} to be tried again, {incident} incidents.".format_map(told))


def _end_on_signals(found: workers.Worker) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        found.stop()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
