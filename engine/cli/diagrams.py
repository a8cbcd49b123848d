"""Diagrams and forms as files: check them, deploy them, print a SOP as the office's table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from engine import config, errors
from engine.cli import NO, data, progress, tables
from engine.diagrams import checking, reading
from engine.people import access
from engine.runtime import deployments

DIAGRAM, FORM = ".bpmn", ".form"


def gather(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Read the diagrams and forms among ``paths`` and directly inside their folders.

    Raises :class:`errors.InputError` where a path is something else or two files have one name.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix in {DIAGRAM, FORM} and each.is_file())
        elif path.suffix in {DIAGRAM, FORM}:
            inside = [path]
        else:
            raise errors.InputError(reason=f"{path} is neither a folder nor a .bpmn or .form file")
        for each in inside:
            if found.setdefault(each.name, each).resolve() != each.resolve():
                raise errors.InputError(reason=f"{found[each.name]} and {each} have one name")
    return {path: content(path) for path in found.values()}


def content(path: Path) -> bytes:
    """Read a file. Raises :class:`errors.InputError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise errors.InputError(reason=f"{path}: {error.strerror}") from None


def known(settings: config.Settings) -> dict[Path, bytes]:
    """Read the installation's own diagrams and forms."""
    return gather(folder for folder in (settings.bpmn, settings.forms) if folder.is_dir())


def find(settings: config.Settings, name: str) -> Path:
    """Find a diagram by its path or by its key in LAJUR_BPMN. Raises :class:`errors.NotFound`."""
    path = Path(name)
    if path.suffix != DIAGRAM:
        path = settings.bpmn / f"{path.name}{DIAGRAM}"
    if not path.is_file():
        raise errors.NotFound(kind="Diagram", key=name)
    return path


# check ---------------------------------------------------------------------------------------------------------------


@click.command(short_help="Say what is wrong with diagrams and forms.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
def check(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Say what is wrong with diagrams and forms, where, and the way out.

    PATHS are .bpmn and .form files and folders of them. The forms of LAJUR_FORMS, the diagrams of LAJUR_BPMN and the groups
    of its office.toml count as known. Exit code 1 where there is an error, 0 for warnings alone. Needs no database.

    \b
    Examples:
      lajur check bpmn/
      lajur check draft.bpmn disposisi.form --json
    """
    settings = config.Settings.from_environment()
    given = gather(paths)
    found = judge(given, known(settings), config.read_office(settings.bpmn / "office.toml"))
    if as_json:
        rows = [{"file": str(path), **_row(each)} for path, findings in found.items() for each in findings]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    else:
        for path, findings in found.items():
            for each in findings:
                click.echo(_line(path, each))
    every = [each for findings in found.values() for each in findings]
    wrong = sum(each.severity == "error" for each in every)
    progress(f"{len(given)} files, {wrong} errors, {len(every) - wrong} other findings")
    if wrong:
        raise SystemExit(NO)


def judge(
    given: Mapping[Path, bytes], around: Mapping[Path, bytes], office: config.Office
) -> dict[Path, tuple[checking.Finding, ...]]:
    """Check every given file as a deployment would; ``around`` are files that exist besides and are not judged."""
    files = {**_named(around), **_named(given)}
    with data.throwaway() as database, database.read() as session:
        found = deployments.check(session, files, office)
    return {path: found[path.name] for path in sorted(given)}


def _row(finding: checking.Finding) -> dict[str, object]:
    return {name: value for name, value in asdict(finding).items() if "template" not in name}


def _line(path: Path, finding: checking.Finding) -> str:
    where = f"{path}:{finding.line}" if finding.line else str(path)
    colour = {"error": "red", "warning": "yellow"}.get(finding.severity)
    hint = f"\n    {finding.hint}" if finding.hint else ""
    return f"{where}: {click.style(finding.severity, fg=colour)}: {finding.message} ({finding.code}){hint}"


# deploy --------------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def deploy(paths: tuple[Path, ...]) -> None:
    """Put diagrams and forms to work.

    PATHS are .bpmn and .form files and folders of them; all of them become a new version together, or none does. What did not
    change keeps its version, so deploying twice is harmless. Running instances stay on the version they began with.

    \b
    Example:
      lajur deploy bpmn/ forms/
    """
    files = gather(paths)
    with data.opened() as (settings, database):
        office = config.read_office(settings.bpmn / "office.toml")
        try:
            with database.begin() as session:
                done = deployments.deploy(session, _named(files), actor=access.SYSTEM, now=data.now(), office=office)
        except errors.DiagramRefused as error:
            show(_paths(files), error.place["files"])
            raise
    show(_paths(files), done.findings)
    for each in done.created:
        click.echo(f"new        {each}")
    for key in done.forms:
        click.echo(f"new        form {key}")
    for each in done.unchanged:
        click.echo(f"unchanged  {each}")


def _named(files: Mapping[Path, bytes]) -> dict[str, bytes]:
    return {path.name: source for path, source in files.items()}


def _paths(files: Iterable[Path]) -> dict[str, Path]:
    return {path.name: path for path in files}


def show(paths: Mapping[str, Path], findings: object) -> None:
    """Print the findings of a deployment, by file name, on stderr with the files' paths."""
    for name, found in findings.items() if isinstance(findings, dict) else ():
        for each in found:
            click.echo(_line(paths.get(name, Path(name)), each), err=True)


# sop -----------------------------------------------------------------------------------------------------------------


@click.command(short_help="Print a SOP as the office's table.")
@click.argument("name", metavar="KEY|FILE.bpmn")
@click.option("--json", "as_json", is_flag=True, help="Print identity and steps as JSON.")
def sop(name: str, *, as_json: bool) -> None:
    """Print a SOP as the office's table: its identity, then No, Kegiatan, Pelaksana and mutu baku of each step.

    KEY is a diagram of LAJUR_BPMN. Needs no database.

    \b
    Examples:
      lajur sop surat-masuk
      lajur sop surat-masuk --json | jq '.rows[].waktu'
    """
    path = find(config.Settings.from_environment(), name)
    process = reading.read(content(path)).process
    if as_json:
        click.echo(json.dumps(tables.document(process), ensure_ascii=False, indent=2))
    else:
        for line in tables.lines(tables.document(process)):
            click.echo(line)
