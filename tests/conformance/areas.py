"""What `make conformance` counts. An area is a module of this folder with a ``NAME`` and ``run() -> Outcome``.

``run`` may raise pytest's Skipped (as :func:`tests.shared.shared` does) where the material is absent.
"""

from dataclasses import dataclass, field

# modules of this folder, in the order in which they are printed
AREAS = ("bpmn_semantics", "feel", "tck", "diagrams", "miwg", "forms", "submissions")


@dataclass(slots=True)
class Outcome:
    """How an area did: names of the cases that hold, and for the others why not; ``groups`` count (passed, all) by kind."""

    passed: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)
    enough: float = 1.0  # the share that must hold: suites of a standard are met by nobody whole

    def count(self, group: str, name: str, wrong: str | None) -> None:
        """Add one case; ``wrong`` says what does not hold, ``None`` that all does."""
        if wrong is None:
            self.passed.append(name)
        else:
            self.failures[name] = wrong
        passed, number = self.groups.get(group, (0, 0))
        self.groups[group] = (passed + (wrong is None), number + 1)
