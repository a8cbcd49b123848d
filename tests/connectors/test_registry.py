"""An office adds connectors of its own by an entry point; one that is broken stops neither the others nor Lajur."""

import sys
from pathlib import Path

import pytest

from engine import config, connectors, errors

CONNECTOR = """
class Sms:
    inputs = {"to": True, "text": True, "urgent": False}
    outputs = ("id",)

    def call(self, given, *, key, settings):
        return {"id": f"{key}:{given['to']}"}

sms = Sms()
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package as pip does: a module and a dist-info with its entry points."""
    monkeypatch.syspath_prepend(tmp_path)
    connectors._loaded.cache_clear()
    modules = []

    def package(name: str, source: str, **points: str) -> None:
        module = f"kantor_{name}"
        (tmp_path / f"{module}.py").write_text(source)
        info: Path = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kantor-{name}\nVersion: 1.0\n")
        lines = "".join(f"{point} = {module}:{value}\n" for point, value in points.items())
        (info / "entry_points.txt").write_text(f"[{connectors.GROUP}]\n{lines}")
        modules.append(module)

    yield package
    connectors._loaded.cache_clear()
    for module in modules:
        sys.modules.pop(module, None)


def test_lajur_brings_two_connectors():
    assert set(connectors.registry()) >= {"http", "mail"}
    assert connectors.inputs()["mail"]["to"] is True
    assert connectors.inputs()["http"]["method"] is False
    for name in connectors.BUILT_IN:
        assert connectors.find(name) is connectors.registry()[name]
        assert connectors.find(name).outputs


def test_an_unknown_connector_is_told_with_the_known_ones():
    with pytest.raises(errors.ConnectorUnknown, match=r"fax.*http, mail") as caught:
        connectors.find("fax")
    assert isinstance(caught.value, errors.NotFound)


@pytest.mark.parametrize("value", ["sms", "Sms"])
def test_an_office_adds_its_own(install, key, value):
    install("sms", CONNECTOR, sms=value)
    assert connectors.inputs()["sms"] == {"to": True, "text": True, "urgent": False}
    found = connectors.find("sms")
    assert found.outputs == ("id",)
    assert found.call({"to": "0812"}, key=key, settings=config.Settings()) == {"id": f"{key}:0812"}
    assert connectors.broken() == {}


@pytest.mark.parametrize(
    ("source", "value", "reason"),
    [
        ("import no_such_module_anywhere", "sms", "ModuleNotFoundError"),
        ("1 / 0", "sms", "ZeroDivisionError"),
        (CONNECTOR, "missing", "AttributeError"),
        ("def sms(): pass", "sms", "inputs"),
        (CONNECTOR.replace('{"to": True, "text": True, "urgent": False}', '["to"]'), "Sms", "inputs"),
        (CONNECTOR.replace('"to": True', '"to": "yes"'), "Sms", "inputs"),
        (CONNECTOR.replace('("id",)', '"id"'), "Sms", "outputs"),
        (CONNECTOR.replace("def call", "def ring"), "Sms", "called"),
        (CONNECTOR.replace("    inputs", "    def __init__(self, x): pass\n    inputs"), "Sms", "TypeError"),
    ],
)
def test_a_broken_one_is_named_and_the_others_work(install, caplog, source, value, reason):
    install("sms", source, sms=value)
    install("fine", CONNECTOR, fine="Sms")
    assert set(connectors.registry()) == {"http", "mail", "fine"}
    assert set(connectors.broken()) == {"sms"}
    with pytest.raises(errors.ConnectorBroken, match=reason) as caught:
        connectors.find("sms")
    assert "sms" in str(caught.value)
    assert "kantor-sms" in str(caught.value)
    assert isinstance(caught.value, errors.ConnectorUnknown)
    assert str(caught.value) in caplog.text


def test_an_own_one_does_not_take_the_place_of_a_built_in(install):
    built_in = connectors.find("mail")
    connectors._loaded.cache_clear()
    install("mail", CONNECTOR, mail="Sms")
    assert connectors.find("mail") is built_in
    assert "Lajur's own" in str(connectors.broken()["mail"])


def test_of_two_with_one_name_neither_counts(install):
    install("one", CONNECTOR, sms="Sms")
    install("two", CONNECTOR, sms="Sms")
    with pytest.raises(errors.ConnectorBroken, match="kantor-one, kantor-two"):
        connectors.find("sms")


@pytest.mark.parametrize("name", ["SMS", "9sms", "s" * 33, "kirim.sms"])
def test_a_name_is_a_short_key(install, name):
    install("sms", CONNECTOR, **{name: "Sms"})
    assert name in connectors.broken()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("1 / 0", errors.ConnectorFailed),
        ("return 7", errors.ConnectorRefused),
        (
            "from engine import errors; raise errors.ConnectorRefused(connector='sms', reason='x')",
            errors.ConnectorRefused,
        ),
        (
            "from engine import errors; raise errors.ConnectorSaid(connector='sms', code='c', message='m')",
            errors.ConnectorSaid,
        ),
    ],
)
def test_whatever_an_own_one_does_is_a_failure_that_can_be_handled(install, key, body, error):
    install("sms", CONNECTOR.replace('return {"id": f"{key}:{given[\'to\']}"}', body), sms="Sms")
    with pytest.raises(errors.LajurError) as caught:
        connectors.find("sms").call({}, key=key, settings=config.Settings())
    assert type(caught.value) is error
    assert "sms" in str(caught.value)
