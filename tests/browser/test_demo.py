"""`make demo` as a newcomer meets it: the printed password opens the page, and the README's pictures are taken there."""

import re
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from engine import cli
from engine.bench import loads
from tests.browser.conftest import PICTURES


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """The demo office, served by the program itself, with everybody's printed password."""
    environment = {
        "LAJUR_DATABASE": f"sqlite:///{tmp_path}/lajur.db",
        "LAJUR_VAR": str(tmp_path),
        "LAJUR_SECRET_KEY": "a key that only this test knows, long enough",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(cli.main, ["demo", "--no-serve"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    passwords = dict(re.findall(r"^  (\S+) +(\w{6}-\w{6}-\d\d) ", said.stdout, re.MULTILINE))
    with loads.served(environment, tmp_path) as (port, _):
        yield SimpleNamespace(address=f"http://{loads.HOST}:{port}", passwords=passwords)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_newcomer_signs_in_and_finds_work(demo, visit):
    visitor = visit(demo)
    page = visitor.page
    visitor.open("/login")
    page.locator("#username").fill("kasie")
    page.locator("#password").fill(demo.passwords["kasie"])
    page.locator("form[action='/login'] button").click()
    page.wait_for_url(f"{demo.address}/")
    page.get_by_text("Agenda 409").first.wait_for()
    keep(page, "inbox")
    page.get_by_role("link", name=re.compile("Tindak lanjuti disposisi")).first.click()
    page.get_by_role("heading", name="Mutu baku").wait_for()
    keep(page, "task")
    page.get_by_role("link", name=re.compile("Agenda 409")).first.click()
    page.wait_for_selector("[data-drawn]")
    keep(page, "case")


def keep(page, name):
    """Take a picture of what a desk shows at once; `make screenshot` puts it where the README shows it."""
    page.wait_for_load_state("networkidle")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"readme-{name}.png")
