"""The hook that builds what a checkout leaves out."""

import gettext
import importlib.util
from pathlib import Path

import pytest

HOOK = Path(__file__).parents[2] / "webui" / "frontend" / "hatch_build.py"


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_is_built_twice(hook, monkeypatch, tmp_path):
    said: list[str] = []
    monkeypatch.setattr(hook, "DIST", tmp_path)
    (tmp_path / ".fingerprint").write_text(hook._fingerprint(hook._bundle_sources()))
    monkeypatch.setattr(hook, "_node", lambda *_: pytest.fail("node was started"))
    hook.build(log=said.append)
    assert said[-1] == "frontend: up to date"


def test_a_changed_source_is_noticed(hook, monkeypatch, tmp_path):
    monkeypatch.setattr(hook, "FRONTEND", tmp_path)
    source = tmp_path / "src" / "site.js"
    source.parent.mkdir()
    source.write_text("1")
    before = hook._fingerprint([source])
    assert hook._fingerprint([source]) == before
    source.write_text("2")
    assert hook._fingerprint([source]) != before


def test_translations_are_compiled_when_they_changed(hook, monkeypatch, tmp_path):
    monkeypatch.setattr(hook, "TRANSLATIONS", tmp_path)
    folder = tmp_path / "id" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Task"\nmsgstr "Tugas"\n'
    )
    said: list[str] = []
    hook._compile_translations(said.append)
    hook._compile_translations(said.append)
    assert said == ["translations: id compiled"]
    assert gettext.translation("messages", tmp_path, ["id"]).gettext("Task") == "Tugas"
