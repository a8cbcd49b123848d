"""The `lajur` command: an entry point like the web's views, so it opens transactions, reads the clock and speaks."""

import importlib
import sys

import click

from engine import errors

HELP = """Lajur runs an office's SOPs, drawn as BPMN diagrams with a lane per pelaksana.

\b
A diagram on its way to work:
  lajur check bpmn/                    what is wrong with the diagrams, and where
  lajur run surat-masuk --auto         walk one case to its end, nothing is kept
  lajur sop surat-masuk                the SOP as the office's table
  lajur db upgrade                     make or upgrade the database
  lajur deploy bpmn/ forms/            put the diagrams to work
  lajur users add sitti --name "Sitti Aminah" --group operator
  lajur serve                          inbox, instances and modeler on 127.0.0.1:8000
  lajur worker                         timers, messages and service calls, where serve does not do them (PostgreSQL)
  lajur jobs                           what falls due, is held or has failed; retry it
  lajur message "Surat balasan" --key 094/17 --data '{"nomor": "1"}'    hand a message to the case that waits for it
  lajur messages                       those that nobody waits for yet
  lajur tokens add srikandi            let another system send messages and signals by HTTP

Or all of it at once with demo people: lajur demo

\b
Settings are environment variables, for example
  LAJUR_DATABASE    sqlite:///var/lajur.db, or postgresql://USER@HOST/NAME
  LAJUR_BPMN, LAJUR_FORMS, LAJUR_VAR    folders; LAJUR_LOCALE    id or en
  LAJUR_SMTP, LAJUR_MAIL_FROM, LAJUR_HTTP_HOSTS    what service tasks may reach; LAJUR_WORKER    auto, 1 or 0

\b
Exit codes:
  0  done
  1  it ran, and the answer is no: findings, a broken history, a process that cannot go on
  2  the command line, a setting or an input file is wrong
  3  the database is gone, busy or of another version
  4  the server cannot start here, for example because the port is taken
  130  interrupted
"""

NO, WRONG, STORAGE, SERVER, INTERRUPTED = 1, 2, 3, 4, 130
_CODES: tuple[tuple[type[errors.LajurError], int], ...] = (
    (errors.StorageError, STORAGE),
    (errors.DiagramRefused, NO),
    (errors.FormInvalid, NO),
    (errors.NotFound, WRONG),
    (errors.InputError, WRONG),
    (errors.LajurError, NO),
)
# name -> module and function; imported when asked for, so that a server's parent process stays small.
_COMMANDS = {
    "bench": "engine.cli.benching:bench",
    "check": "engine.cli.diagrams:check",
    "db": "engine.cli.data:database",
    "demo": "engine.cli.demos:demo",
    "deploy": "engine.cli.diagrams:deploy",
    "history": "engine.cli.data:history",
    "jobs": "engine.cli.jobs:jobs",
    "message": "engine.cli.messaging:message",
    "messages": "engine.cli.messaging:kept",
    "run": "engine.cli.running:run",
    "serve": "engine.cli.serving:serve",
    "signal": "engine.cli.messaging:signal",
    "sop": "engine.cli.diagrams:sop",
    "tokens": "engine.cli.messaging:tokens",
    "users": "engine.cli.data:users",
    "worker": "engine.cli.working:worker",
}


def code_of(error: errors.LajurError) -> int:
    """Give the exit code of an error."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


class Commands(click.Group):
    """A group whose commands are imported when they are used and whose errors are one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands' names."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  # for the type checker
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; turn what Lajur itself raises into a line on stderr."""
        try:
            return super().invoke(ctx)
        except errors.LajurError as error:
            click.echo(f"lajur: {error}", err=True)
            ctx.exit(code_of(error))
        except KeyboardInterrupt:
            click.echo("lajur: interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(
    cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="lajur", prog_name="lajur")
def main() -> None:
    """Start here."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 must not end a command


def progress(text: str) -> None:
    """Tell a person who waits, on stderr, what is being done."""
    click.echo(click.style(text, dim=True), err=True)
