import pytest

from tests.conformance import miwg

pytestmark = pytest.mark.conformance


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", miwg.names() if miwg.found() else [])


def test_can_be_run(name):
    assert miwg.play(name) is None


def test_all_are_there():
    assert len(miwg.names()) == 21
