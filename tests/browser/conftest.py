"""The whole house in a real browser: a live server over a test's database, and people who watch their own console.

Everything runs on the loopback address with Debian's Chromium; where that is missing the tests skip and say so, in CI they fail.
"""

import os
import re
import shutil
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

import webui
from engine import config
from engine.forms import answers
from engine.people import access, groups, users
from engine.runtime import deployments, inbox, instances, tasks
from engine.store import db as db_
from tests import postgres
from webui import app as app_

STATIC = Path(webui.__file__).parent / "static"
AXE = Path(webui.__file__).parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-prefers-reduced-motion",
]
PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
PASSWORD = "kopi-tinutuan-2026"
PEOPLE = {
    "sitti": ("Sitti Aminah Djafar", ("operator-sandi",), ()),
    "rahmat": ("Rahmat Ishak", ("pengadministrasi-umum",), ()),
    "nurdin": ("Nurdin Ali", ("pengadministrasi-umum",), ()),
    "yusuf": ("Yusuf Lahay", ("kasi-persandian",), ()),
    "fatma": ("Fatma Hulopi", ("staf",), ()),
    "sri": ("Sri Wahyuni", ("sekretaris",), ("manager",)),
    "kadis": ("Ibrahim Dunggio", ("kadis",), ()),
    "kasie": ("Maryam Botutihe", ("kasie",), ()),
    "anton": ("Anton Mokodompit", (), ("analyst",)),
    "tamu": ("Tamu Tanpa Tugas", (), ()),
}
# A refused form is answered with one of these, which Chromium reports in the console; and bpmn-js uses what diagram-js deprecates
# when it opens the menu of an element's kinds.
_EXPECTED = re.compile(
    r"Failed to load resource: .* status of (401|403|404|409|422) |Error: ContextPad#getPad is deprecated"
)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium():
    missing = "Chromium is not installed" if not CHROMIUM else ""
    if not (STATIC / "dist" / "manifest.json").is_file():
        missing = "the npm bundle is not built"
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_args):
        """Say nothing: pytest shows what fails."""


@dataclass
class Visitor:
    """Somebody's browser: ``page`` is what they look at; what the console said is judged at the end."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)

    def open(self, path):
        self.page.goto(self.address + path)

    def sign_in(self, username):
        self.open("/login")
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("form[action='/login'] button").click()
        self.page.wait_for_url(f"{self.address}/")
        return self

    def watch(self):
        """Note what should never happen: script errors, refused resources, other hosts, broken pages."""
        own = urlsplit(self.address).netloc

        def console(message):
            if message.type in {"error", "warning"} and not _EXPECTED.match(message.text):
                self.said.append(f"console: {message.text}")

        def asked(request):
            if urlsplit(request.url).scheme in {"http", "https", "ws"} and urlsplit(request.url).netloc != own:
                self.said.append(f"asked elsewhere: {request.url}")

        self.page.on("console", console)
        self.page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        self.page.on("request", asked)
        self.page.on("response", lambda got: self.said.append(f"{got.status} {got.url}") if got.status >= 500 else None)

    def judge(self):
        """Let axe look at the page: every rule of WCAG 2.2 A and AA, and its best practices.

        It looks at the whole page at once: what scrolls by under the bar at a phone's bottom is not hidden for good.
        """
        size = self.page.viewport_size
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**size, "height": max(height, size["height"])})
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            """async () => {
              const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
              const { violations } = await axe.run(document, { runOnly: tags });
              return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary).join('\\n')}`);
            }"""
        )
        self.page.set_viewport_size(size)
        assert found == []

    def picture(self, name):
        """Keep a picture to look at, in a folder that git ignores."""
        size = self.page.viewport_size["width"]
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=True)


@dataclass
class Office:
    """A served office with its people and the shipped SOPs."""

    address: str
    database: db_.Database
    office: config.Office
    now: datetime
    ids: dict[str, object]
    definitions: dict[str, object] = field(default_factory=dict)

    def actor(self, session, name, now=None):
        return access.actor_of(session, self.ids[name], now or self.now)

    def start(self, key, who, *, steps=0, ago=timedelta(0), business_key=None):
        """Start a case some time ago and do its first steps with made-up answers."""
        moment = self.now - ago
        with self.database.begin() as session:
            actor = self.actor(session, who, moment)
            case = instances.start(session, key, actor=actor, now=moment, business_key=business_key)
        for _ in range(steps):
            moment += timedelta(minutes=3)
            if not self._step(case.id, moment):
                break
        return case

    def _step(self, case_id, moment):
        with self.database.begin() as session:
            view = instances.get(session, case_id, actor=access.SYSTEM)
            task = next((each for each in view.tasks if each.status == "open"), None)
            if task is None:
                return False
            who = next(name for name, (_, keys, _) in PEOPLE.items() if task.group in keys)
            actor = self.actor(session, who, moment)
            shown = tasks.get(session, task.id, actor=actor)
            local = moment.astimezone(self.office.zone)
            sent = answers.plausible(shown.form, shown.values, now=local) if shown.form else {}
            tasks.complete(session, task.id, sent, actor=actor, now=moment)
        return True

    def open_tasks(self, who, scope="groups"):
        with self.database.read() as session:
            return inbox.search(session, actor=self.actor(session, who), scope=scope).items


@pytest.fixture
def make_office(tmp_path):
    """Give a function that furnishes a database with the shipped office and serves it."""
    with ExitStack() as ending:

        def make(url):
            settings = config.Settings(database=url, secret_key="a key of the tests" * 3, var=tmp_path / "var")
            office = config.read_office(settings.bpmn / "office.toml")
            now = datetime.now(UTC)
            database = db_.open(url)
            ending.callback(database.close)
            with database.begin() as session:
                groups.sync(session, office)
                ids = {
                    name: users.create(
                        session,
                        username=name,
                        name=full,
                        password=PASSWORD,
                        groups=keys,
                        roles=roles,
                        now=now - timedelta(days=30),
                    ).id
                    for name, (full, keys, roles) in PEOPLE.items()
                }
            files = {
                file.name: file.read_bytes() for file in (*settings.bpmn.glob("*.bpmn"), *settings.forms.glob("*.form"))
            }
            with database.begin() as session:
                long_ago = now - timedelta(days=29)
                deployments.deploy(session, files, actor=access.SYSTEM, now=long_ago, office=office)
            app = app_.create_app(replace(settings), office=office, database=database)
            server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            ending.callback(server.server_close)
            ending.callback(thread.join)
            ending.callback(server.shutdown)
            return Office(f"http://127.0.0.1:{server.server_port}", database, office, now, ids)

        yield make


@pytest.fixture
def empty_url(tmp_path):
    """The URL of a fresh SQLite database with nobody in it."""
    url = f"sqlite:///{tmp_path}/office.db"
    db_.upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request, empty_url):
    """The URL of a fresh database of each kind in turn."""
    if request.param == "sqlite":
        yield empty_url
        return
    server, _, _ = request.getfixturevalue("_postgresql")
    name = f"browser_{uuid4().hex}"
    postgres.execute(server, f"CREATE DATABASE {name}")
    url = server.format(database=name)
    db_.upgrade(url)
    yield url
    postgres.execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def office_at_work(make_office, empty_url):
    """An office with some letters under way."""
    office = make_office(empty_url)
    sanapati, letter = "sanapati-penerimaan", "surat-masuk"
    office.start(sanapati, "sitti", steps=40, ago=timedelta(days=6), business_key="R-011/KOMINFO/XI/2026")
    office.start(sanapati, "sitti", steps=5, ago=timedelta(days=2), business_key="R-017/BSSN/XI/2026")
    office.start(sanapati, "sitti", steps=4, ago=timedelta(minutes=13), business_key="R-018/BSSN/XI/2026")
    office.start(sanapati, "sitti", ago=timedelta(minutes=2), business_key="R-019/BSSN/XI/2026")
    office.start(letter, "fatma", steps=2, ago=timedelta(minutes=8), business_key="005/1213/Bag.Umum")
    office.start(letter, "fatma", ago=timedelta(minutes=1))
    return office


@pytest.fixture
def visit(chromium, request):
    """Give a function that opens a browser for somebody; at the end every console must be clean."""
    visitors = []

    def open_(office, username=None, **options):
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "id-ID", **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        visitor = Visitor(context.new_page(), office.address)
        visitor.watch()
        visitors.append(visitor)
        return visitor.sign_in(username) if username else visitor

    yield open_
    said = [line for visitor in visitors for line in visitor.said]
    for visitor in visitors:
        visitor.page.context.close()
    assert said == []
