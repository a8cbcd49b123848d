"""What the build hook makes: bundles that pages can name, and the licences of everything inside them."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "webui" / "frontend"
DIST = ROOT / "webui" / "static" / "dist"
ENTRIES = {"site", "viewer", "modeler"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, object]]:
    return json.loads((DIST / "manifest.json").read_text())


def test_the_manifest_names_files_that_are_there(manifest):
    assert set(manifest) >= ENTRIES
    for entry in manifest.values():
        for name in [entry["js"], entry["css"], *entry["preload"]]:
            assert (DIST / name).is_file(), name


def test_file_names_change_with_what_is_in_them(manifest):
    for entry in manifest.values():
        for name in [entry["js"], entry["css"]]:
            assert re.search(r"-[0-9A-Z]{8}\.(js|css)$", name), name


def test_pages_keep_to_a_strict_content_security_policy(manifest):
    for entry in manifest.values():
        style = (DIST / entry["css"]).read_text()
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", style), "style sheets load nothing from elsewhere"
        script = (DIST / entry["js"]).read_text()
        assert "//# sourceMappingURL" not in script


def test_every_bundled_package_is_in_the_notices_with_its_licence():
    notices = (DIST / "notices.html").read_text()
    sections = re.findall(r"<section>\n<h2>(\S+) (\S+)</h2>\n<p>([^<]+)</p>\n<pre>([^<]+)</pre>", notices)
    named = {name: text for name, _, _, text in sections}
    assert len(sections) == notices.count("<section>")
    assert {"bpmn-js", "bootstrap", "feelin", "htmx.org", "temporal-polyfill", "lezer-feel"} <= set(named)
    assert all(len(text) > 200 for text in named.values())
    assert "bpmn.io" in named["bpmn-js"], "its licence asks for the visible logo"


def test_notices_name_the_versions_of_the_lock_file():
    lock = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    notices = (DIST / "notices.html").read_text()
    for name, version in re.findall(r"<h2>(\S+) (\S+)</h2>", notices):
        assert version in {
            package["version"] for path, package in lock.items() if path.endswith(f"node_modules/{name}")
        }, name


def test_packages_are_pinned_and_locked_without_a_place_to_fetch_them_from():
    package = json.loads((FRONTEND / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    assert not any("resolved" in entry for entry in lock.values())
    assert all(entry.get("integrity") for path, entry in lock.items() if path and not entry.get("bundled"))
