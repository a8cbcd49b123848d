import gzip
import json

import pytest

from tests.webui.browsing import enter, somebody
from webui import assets

DIST = assets._DIST


@pytest.fixture
def bundle():
    if not (DIST / "manifest.json").is_file():
        pytest.skip("the npm bundle is not built")
    return json.loads((DIST / "manifest.json").read_text())


def test_bundles_are_kept_for_ever_under_their_name(site, bundle):
    name = bundle["site"]["css"]
    answer = somebody(site).get(f"/static/dist/{name}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.data) == (DIST / name).read_bytes()
    assert answer.mimetype == "text/css"
    plain = somebody(site).get(f"/static/dist/{name}")
    assert plain.data == (DIST / name).read_bytes()
    again = somebody(site).get(
        f"/static/dist/{name}", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_pictures_are_kept_for_an_hour(site):
    answer = enter(site, "sitti").get("/static/logo.svg")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert somebody(site).get("/favicon.ico").mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "..%2fapp.py",
        "dist/../../app.py",
        "%2e%2e/app.py",
        "/etc/passwd",
        "dist",
        "",
        "dist/.fingerprint/x",
        "nope.js",
    ],
)
def test_nothing_outside_is_sent(site, path):
    answer = somebody(site).get(f"/static/{path}")
    assert answer.status_code in {303, 404}
    assert b"create_app" not in answer.data


def test_ranges_are_not_served(site):
    headers = {"Range": "bytes=" + ",".join(f"{at}-{at + 5}" for at in range(1000))}
    answer = somebody(site).get("/static/logo.svg", headers=headers)
    assert answer.status_code == 200


def test_a_file_changed_under_a_running_server_is_sent_anew(tmp_path):
    path = tmp_path / "a.css"
    path.write_text("a")
    first = assets._content(path, path.stat().st_mtime_ns, squeezed=True)
    path.write_text("b")
    assert assets._content(path, path.stat().st_mtime_ns + 1, squeezed=True) != first


def test_a_first_page_weighs_little(site, bundle):
    """Sign-in, its style and its scripts, as they go over the wire: at most 120 kB."""
    person = somebody(site)
    page = person.client.get("/login", headers={"Accept-Encoding": "gzip"})
    names = [bundle["site"]["css"], bundle["site"]["js"], *bundle["site"]["preload"]]
    parts = [person.client.get(f"/static/dist/{name}", headers={"Accept-Encoding": "gzip"}) for name in names]
    assert page.headers["Content-Encoding"] == "gzip"
    assert sum(len(each.data) for each in (page, *parts)) < 120_000


def test_a_page_without_bundles_still_speaks(site, monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(assets, "_DIST", tmp_path)
    assert somebody(site).get("/login").status_code == 200
    assert "no bundle site" in caplog.text
