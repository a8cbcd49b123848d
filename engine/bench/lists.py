"""How fast the inbox's pages come over HTTP from a database as large as :mod:`engine.bench.seeds` makes it."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from engine.bench import loads, seeds
from engine.bench.measures import office_toml

AIM = 60
"""Milliseconds in which 95 of 100 pages are to come."""
_PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("my tasks", {"scope": "mine"}),
    ("my groups", {"scope": "groups"}),
    ("late", {"scope": "late"}),
    ("waiting for others", {"scope": "waiting"}),
    ("done", {"scope": "done"}),
    ("my groups, most urgent first", {"scope": "groups", "sort": "priority"}),
    ("my groups, newest first", {"scope": "groups", "sort": "newest"}),
    ("my groups, by SOP", {"scope": "groups", "sort": "sop"}),
    ("waiting, by SOP", {"scope": "waiting", "sort": "sop"}),
    ("filter: SOP and step", {"scope": "groups", "process": "sop-03", "node": "task004"}),
    ("filter: very urgent, this week", {"scope": "groups", "priority": "2", "due": "week"}),
    ("filter: waiting, one group", {"scope": "waiting", "group": "unit20"}),
    ("search: a common word", {"scope": "groups", "q": "undangan"}),
    ("search: a number", {"scope": "groups", "q": "017/55"}),
    ("search: a step and a sender", {"scope": "groups", "q": "step 4 bappeda"}),
    ("search: a person", {"scope": "late", "q": "pegawai 17"}),
    ("search: nothing fits", {"scope": "groups", "q": "zzzz"}),
    ("search: nothing fits, of what waits", {"scope": "waiting", "q": "zzzz"}),
    ("search: nothing fits, of what is done", {"scope": "done", "q": "zzzz"}),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A page: milliseconds of it and of the page behind it."""

    name: str
    median: float
    p95: float


def measure(url: str, planted: seeds.Planted, rounds: int = 40) -> Sequence[Line]:
    """Ask one server process for each page in turn, as one person. Raises :class:`loads.Refused`."""
    with tempfile.TemporaryDirectory(prefix="lajur-bench-") as name:
        folder = Path(name)
        (folder / "office.toml").write_text(office_toml(seeds.office()), encoding="utf-8")
        environment = {
            "LAJUR_DATABASE": url,
            "LAJUR_VAR": name,
            "LAJUR_BPMN": name,
            "LAJUR_FORMS": name,
            "LAJUR_COOKIE_SECURE": "0",
            "LAJUR_HOSTS": "",
        }
        with loads.served(environment, folder) as (port, _):
            browser = loads.Browser(port)
            browser.sign_in(planted.username, planted.password)
            lines = [_line(browser, *page, rounds) for page in _PAGES]
            browser.close()
    return lines


def _line(browser: loads.Browser, name: str, words: dict[str, str], rounds: int) -> Line:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        browser.get(f"/?{urlencode(words)}")
        times.append((time.perf_counter() - begun) * 1000)
    return Line(name, round(median(times), 1), round(quantiles(times, n=20)[-1], 1))
