import pytest

from tests.conformance import diagrams

pytestmark = pytest.mark.conformance


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", diagrams.cases() if diagrams.found() else [])


def test_meets_its_expectation(name):
    assert diagrams.play(name, diagrams.cases()[name]) is None


def test_all_are_there():
    assert {case["expect"] for case in diagrams.cases().values()} == {"accept", "refuse", "refuse-or-safe"}
