"""A temporary PostgreSQL cluster from the system's programs: real, on a Unix socket only, gone when the tests are.

One cluster serves a whole run, its xdist workers included: whoever needs it first starts it under a file lock, and the
process that began the run stops it. A server left behind by a killed run is stopped by the next one.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest

_FOLDER = "LAJUR_TEST_CLUSTER"
_PREFIX = "lajur-pg-"
_PLENTY = 2 * 1024**3
_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "64MB",
    "max_connections": "100",
    # Tests kill clients, never the machine: what the server got is safe without waiting for the disk.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class Missing(Exception):
    """PostgreSQL's programs are not on this machine."""


def programs() -> Path:
    """Give the folder of initdb and pg_ctl, the newest version's where there are several."""
    if (found := shutil.which("pg_ctl")) and shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parent.parent.name))
    if not versions:
        raise Missing
    return versions[-1].parent


def prepare(*, lasting: bool = False) -> None:
    """Choose this run's folder, on a disk where it is to be ``lasting``; called once, before workers start and inherit it."""
    base = Path(tempfile.gettempdir()) if lasting else _base()
    for left in base.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            _stop(left)
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base)


def _base() -> Path:
    """Give memory where there is plenty: a test's own database is made ten times faster there than on a disk."""
    memory = Path("/dev/shm")  # noqa: S108  # the folder inside is ours alone
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _PLENTY:
        return memory
    return Path(tempfile.gettempdir())


def finish() -> None:
    """Stop this run's cluster, if any test needed one."""
    _stop(Path(os.environ.pop(_FOLDER)))


def start() -> str:
    """Start the run's cluster unless it runs; give its SQLAlchemy URL without a database. Raises :class:`Missing`."""
    folder = Path(os.environ[_FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _make(folder)
            (folder / "ready").touch()
    return _url(folder)


@contextlib.contextmanager
def another(namespace: str, listen: str, network: str) -> Iterator[str]:
    """Run a cluster of one's own in a network namespace, where it trusts a network; give its URL for this machine's socket.

    Raises :class:`Missing`.
    """
    folder = Path(tempfile.mkdtemp(prefix="another-", dir=os.environ[_FOLDER]))
    Path(os.environ[_FOLDER]).chmod(0o755)
    try:
        _make(folder, {"listen_addresses": listen}, network, ["ip", "netns", "exec", namespace])
        yield _url(folder)
    finally:
        _stop(folder)


def _make(
    folder: Path, settings: Mapping[str, str] = MappingProxyType({}), network: str = "", within: Sequence[str] = ()
) -> None:
    bin_, data = programs(), folder / "data"
    _own(folder)
    _run(bin_ / "initdb", "-D", data, "-A", "trust", "-U", "lajur", "-E", "UTF8", "--locale=C", "--no-sync")
    if network:
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")
    given = {**_SETTINGS, **settings, "unix_socket_directories": folder}
    options = " ".join(f"-c {name}={value}" for name, value in given.items())
    _run(bin_ / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start", within=within)


def _url(folder: Path) -> str:
    return f"postgresql+psycopg://lajur@/{{database}}?host={folder}"


def execute(url: str, *statements: str) -> None:
    """Run statements, each by itself, on the cluster's own database."""
    host = url.partition("host=")[2]
    with psycopg.connect(host=host, user="lajur", dbname="postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def missing(reason: str) -> None:
    """Skip the test; in CI fail it, there the programs are promised."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _stop(folder: Path) -> None:
    if (folder / "data" / "postmaster.pid").exists():
        with contextlib.suppress(subprocess.CalledProcessError, Missing):
            _run(programs() / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(folder, _servant())


def _run(program: Path, *arguments: object, within: Sequence[str] = ()) -> None:
    """Run a program of PostgreSQL, which refuses to be root, by another program that only root may run."""
    command = [str(program), *map(str, arguments)]
    if os.geteuid() == 0:
        person = pwd.getpwnam(_servant())
        command = ["setpriv", f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups", *command]
    command = [*within, *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")


def _servant() -> str:
    names = {person.pw_name for person in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
