import pytest

from tests.conformance import tck

pytestmark = pytest.mark.conformance


def test_enough_of_it_holds():
    outcome = tck.run()
    number = len(outcome.passed) + len(outcome.failures)
    assert len(outcome.passed) >= tck.ENOUGH * number, outcome.failures
