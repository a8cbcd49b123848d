"""`lajur worker`: does what falls due, on any number of machines."""

import logging
import signal
from contextlib import nullcontext
from types import FrameType

import click

from engine import worker as workers
from engine.cli import data, probes, serving


@click.command(short_help="Do what falls due until interrupted.")
@click.option(
    "--callers",
    default=workers.CALLERS,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Service calls made at the same time.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Answer /healthz, /readyz and /metrics here.  [default: nowhere]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address for --port; nothing guards it.")
def worker(callers: int, port: int | None, host: str) -> None:
    """Fire timers, deliver messages and signals and make service calls until interrupted.

    With PostgreSQL any number of workers share the work, on any machines. With SQLite `lajur serve` does it; a worker beside
    it, on the same machine, is possible.

    SIGTERM or Ctrl+C ends it after the job and the service calls that it is at; a second one ends it at once, which loses
    nothing: whoever works next does it again.

    \b
    Examples:
      lajur worker
      lajur worker --port 9108    and Prometheus asks 127.0.0.1:9108/metrics
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    if port is not None:
        serving.require_port(host, port)
    with data.opened() as (settings, database):
        found = workers.Worker(database, settings, callers=callers)
        _end_on_signals(found)
        probed = nullcontext() if port is None else probes.answered(host, port, found, database)
        with probed:
            click.echo(f"Lajur works on {data.shown(settings.database)}   (Ctrl+C ends it)")
            found.run()
        done = found.done
    ended = {
        how: sum(count for (_, what), count in done.items() if what == how) for how in ("done", "failed", "incident")
    }
    click.echo("Ended: {done} jobs done, {failed} to be tried again, {incident} given up.".format_map(ended))


def _end_on_signals(found: workers.Worker) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        found.stop()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
