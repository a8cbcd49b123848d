"""`make conformance`: a rate per area, every failure by name. Exit code 1 where more fails than an area may."""

import importlib
import importlib.util
import sys

from _pytest.outcomes import Skipped

from tests.conformance import areas

say = sys.stdout.write


def main() -> int:
    failed = False
    for name in areas.AREAS:
        if importlib.util.find_spec(f"tests.conformance.{name}") is None:
            continue
        module = importlib.import_module(f"tests.conformance.{name}")
        try:
            outcome = module.run()
        except Skipped as skipped:
            say(f"{module.NAME}: skipped, {skipped.msg}\n")
            continue
        number = len(outcome.passed) + len(outcome.failures)
        kinds = ", ".join(f"{group} {passed}/{among}" for group, (passed, among) in outcome.groups.items())
        rate = f"{len(outcome.passed) / number:.1%}" if number else "none"
        say(f"{module.NAME}: {len(outcome.passed)} of {number} ({rate}){f': {kinds}' if kinds else ''}\n")
        for case, why in outcome.skipped.items():
            say(f"  skipped {case}: {why}\n")
        for case, why in outcome.failures.items():
            say(f"  FAILED {case}: {why}\n")
        failed = failed or len(outcome.passed) < outcome.enough * number
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
