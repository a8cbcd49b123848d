"""Completions over HTTP: one server process as a subprocess, people with real sessions on the loopback address."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
"""Where this copy of Lajur lies: a subprocess runs the same one, from any folder."""
_PATIENCE = 30.0
Job = TypeVar("Job")


class Refused(Exception):
    """The server answered something else than it should."""


class Page(HTMLParser):
    """The forms of a page: action -> its fields as a browser would send them untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect forms and their inputs."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((found.get("action", ""), {}))
        elif tag in {"input", "textarea"} and self.forms and found.get("name"):
            self.forms[-1][1][found["name"]] = found.get("value", "")

    def form(self, ending: str) -> tuple[str, dict[str, str]]:
        """Give the form whose action ends so. Raises :class:`Refused`."""
        for action, fields in self.forms:
            if action.endswith(ending):
                return action, fields
        raise Refused(f"the page has no form for {ending}")


class Browser:
    """One connection that stays open, with its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=_PATIENCE)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Give a page's text. Raises :class:`Refused` where it is not 200."""
        return self._ask("GET", path, None, 200)

    def post(self, path: str, fields: Mapping[str, str]) -> None:
        """Send a form. Raises :class:`Refused` where the answer is not the redirect of a success."""
        self._ask("POST", path, urlencode(fields).encode(), 303)

    def sign_in(self, username: str, password: str) -> None:
        """Sign in as a person would."""
        action, fields = Page(self.get("/login")).form("/login")
        self.post(action, {**fields, "username": username, "password": password})

    def _ask(self, method: str, path: str, body: bytes | None, wanted: int) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self._cookies[cookie] = content
        if answer.status != wanted:
            raise Refused(f"{method} {path}: {answer.status} instead of {wanted}: {_said(text)}")
        return text

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _said(text: str) -> str:
    return " ".join(re.sub(r"<(style|script|svg).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())[:300]


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(environment: Mapping[str, str], folder: Path) -> Iterator[tuple[int, int]]:
    """Run ``lajur serve`` in a process of its own; give its port and process id. Its output goes to ``folder``/server.log.

    Raises :class:`Refused` with the log's end where it does not come up.
    """
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "engine.cli", "serve", "--port", str(port)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(process, port, log)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        browser = Browser(port)
        try:
            browser.get("/login")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            browser.close()
    raise Refused(f"the server did not come up: {log.read_text(errors='replace')[-1000:]}")


def spread(jobs: Sequence[Job], workers: Sequence[Browser], work: Callable[[Browser, Job], None]) -> float:
    """Do ``work`` for every job, each browser in a thread of its own; give the seconds it took.

    Raises what the first failing job raised.
    """
    failures: list[BaseException] = []

    def run(browser: Browser, mine: Sequence[Job]) -> None:
        try:
            for job in mine:
                if failures:
                    return
                work(browser, job)
        except BaseException as error:  # noqa: BLE001  # raised again below, in the caller's thread
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(browser, jobs[number :: len(workers)]))
        for number, browser in enumerate(workers)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    if failures:
        raise failures[0]
    return took


def memory(pid: int) -> dict[int, int]:
    """Give the resident memory, in bytes, of a process and its descendants: process id -> bytes. Needs ``ps`` or ``/proc``."""
    rows = list(_processes())
    family, size = {pid}, 0
    while size != len(family):
        size = len(family)
        family |= {child for child, parent, _ in rows if parent in family}
    return {each: resident for each, _, resident in rows if each in family}


def _processes() -> Iterator[tuple[int, int, int]]:
    """Give process id, parent's id and resident bytes of every process."""
    if Path("/proc/self/statm").exists():
        page = os.sysconf("SC_PAGE_SIZE")
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                try:
                    parent = (each / "stat").read_text().rpartition(")")[2].split()[1]
                    resident = (each / "statm").read_text().split()[1]
                except OSError:  # it ended meanwhile
                    continue
                yield int(each.name), int(parent), int(resident) * page
        return
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)  # noqa: S607
    for line in listed.stdout.splitlines():
        numbers = [int(part) for part in line.split()]
        yield numbers[0], numbers[1], numbers[2] * 1024
