"""The command as a terminal runs it, in a folder of its own with a small office."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine import cli
from engine.bench import samples

OFFICE = """
name = "Dinas Uji"
zone = "Asia/Makassar"
[groups.clerk]
name = "Juru Tulis"
[groups.reviewer]
name = "Pemeriksa"
[groups.finance]
name = "Bendahara"
"""


@pytest.fixture
def office_folder(tmp_path, monkeypatch) -> Path:
    """An installation's folder: office.toml and the loop process in bpmn/ and forms/; nothing in var/ yet."""
    for name in ("bpmn", "forms"):
        (tmp_path / name).mkdir()
    (tmp_path / "bpmn" / "office.toml").write_text(OFFICE)
    put(tmp_path, samples.loop(3))
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE", "SECRET_KEY", "COOKIE_SECURE", "LOCALE", "HOSTS"):
        monkeypatch.delenv(f"LAJUR_{name}", raising=False)
    monkeypatch.setenv("LAJUR_BPMN", "bpmn")
    monkeypatch.setenv("LAJUR_FORMS", "forms")
    monkeypatch.setenv("LAJUR_VAR", "var")
    return tmp_path


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Write diagrams into bpmn/ and forms into forms/."""
    for name, source in files.items():
        (folder / ("bpmn" if name.endswith(".bpmn") else "forms") / name).write_bytes(source)


@pytest.fixture
def lajur(office_folder) -> Callable[..., Result]:
    """Run the command with arguments; an exception that is no exit fails the test."""

    def run(*arguments: str | Path, code: int = 0, **more: str) -> Result:
        result = CliRunner().invoke(cli.main, [str(each) for each in arguments], **more)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def lajur_json(lajur) -> Callable[..., object]:
    """Run the command and read what it prints on stdout as JSON."""

    def run(*arguments: str | Path, code: int = 0) -> object:
        return json.loads(lajur(*arguments, code=code).stdout)

    return run
