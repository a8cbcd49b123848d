import pytest

from tests.conformance import bpmn_semantics

pytestmark = pytest.mark.conformance


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", bpmn_semantics.names() if bpmn_semantics.found() else [])


def test_holds(case):
    assert bpmn_semantics.play(case, bpmn_semantics.read(case)) is None


def test_all_are_there():
    cases = [bpmn_semantics.read(name) for name in bpmn_semantics.names()]
    assert {bpmn_semantics.kind(case) for case in cases} == {"core", "core with time, messages, signals", "extended"}
