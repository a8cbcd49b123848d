"""Foreign diagrams made runnable: what another tool drew is changed where nothing here could run it, and every change told.

One module per idea: ``flows`` (starts, ends, choices), ``events``, ``activities``, ``translating`` (expressions).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.diagrams import markup
from engine.diagrams.checking.findings import Finding, Rule
from engine.diagrams.preparing import activities, events, flows
from engine.diagrams.preparing.drafts import Draft

__all__ = ["RULES", "Prepared", "prepare"]

RULES: Mapping[str, Rule] = {**flows.rules.rules, **events.rules.rules, **activities.rules.rules}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared diagram: its file, what was changed, and forms for the choices that people were given (key to JSON).

    The file is the given one, byte for byte, where nothing had to change. Added nodes have no shape; lay the diagram out.
    """

    source: bytes
    findings: tuple[Finding, ...]
    forms: Mapping[str, bytes] = field(default_factory=dict)


def prepare(source: bytes, *, processes: Collection[str] = ()) -> Prepared:
    """Make a foreign diagram runnable; ``processes`` are deployed keys that call activities may call.

    Every change is a warning with the element's id. What is broken rather than foreign (a flow to nowhere, an id used
    twice) stays, for the check to refuse. Raises :class:`engine.errors.DiagramUnreadable`.
    """
    draft = Draft(markup.parse(source))
    flows.make_executable(draft)
    activities.prepare(draft, processes)
    events.expressions(draft)
    events.prepare(draft)
    flows.add_ends_and_starts(draft)
    flows.add_choices(draft)
    if not draft.findings:
        return Prepared(source, ())
    return Prepared(markup.write(draft.root), tuple(draft.findings), draft.forms)
