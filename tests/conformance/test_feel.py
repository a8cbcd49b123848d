import pytest

from tests.conformance import feel

pytestmark = pytest.mark.conformance


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", feel.cases() if feel.found() else [])


def test_meets_its_expectation(name):
    assert feel.play(feel.cases()[name]) is None


def test_all_are_there():
    assert {case["expect"] for case in feel.cases().values()} == {"value", "error", "limit", "harmless"}
