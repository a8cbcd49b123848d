import pytest

from tests.conformance import forms, submissions

pytestmark = pytest.mark.conformance


def pytest_generate_tests(metafunc):
    if "form" in metafunc.fixturenames:
        metafunc.parametrize("form", forms.cases() if forms.found() else [])
    if "submission" in metafunc.fixturenames:
        metafunc.parametrize("submission", submissions.cases() if forms.found() else [])


def test_form_meets_its_expectation(form):
    assert forms.play(form, forms.cases()[form]) is None


def test_submission_meets_its_expectation(submission):
    assert submissions.play(submissions.cases()[submission]) is None


def test_all_are_there():
    assert {case["expect"] for case in forms.cases().values()} == {"accept", "refuse", "refuse-or-safe"}
    assert {case["expect"] for case in submissions.cases().values()} == {"accept", "either", "reject"}
