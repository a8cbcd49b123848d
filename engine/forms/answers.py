"""Answers made from the form itself, so that a process can be run through before anybody works with it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final

from engine.errors import FormInvalid
from engine.forms import model, validation, values

_ROUNDS: Final = 12
"""Answers open other questions; a form whose questions still change after so many rounds has no plausible answer."""


def plausible(
    form: model.Form,
    variables: Mapping[str, object],
    *,
    now: datetime,
    steer: Mapping[str, object] | None = None,
    turn: int = 0,
) -> dict[str, object]:
    """Give a submission that the form accepts.

    What is stored already stays. ``steer`` says what to answer, by field path (``keputusan``; inside a list
    ``penerima.jabatan`` for every row). Of several choices the first is taken, on the next ``turn`` (0, 1, 2 ...) the next, so
    that a loop in a process ends. ``now`` is aware, in the office's zone.

    Raises:
        FormInvalid: no valid answers were found; it names the fields to steer.

    """
    zone, today = validation.zone_of(now), now.date()
    submission = validation.initial(form, variables, now=now)
    maker = _Maker(now, steer or {}, turn)
    for _ in range(_ROUNDS):
        sheet = validation.settle(form, submission, variables=variables, today=today, zone=zone)
        if not maker.complete(form.order, submission, sheet, ""):
            break
    result = validation.validate(form, submission, variables=variables, today=today, zone=zone)
    if result.errors:
        raise FormInvalid(result.errors)
    return submission


class _Maker:
    def __init__(self, now: datetime, steer: Mapping[str, object], turn: int) -> None:
        self.now = now
        self.steer = steer
        self.turn = turn

    def complete(
        self, order: Iterable[model.Field], submission: dict[str, object], sheet: validation.Sheet, prefix: str
    ) -> bool:
        """Answer what is open and unanswered; say whether anything was."""
        changed = False
        for one in order:
            state = sheet.states[one.id]
            if state.hidden or state.readonly:
                continue
            name = prefix + one.name
            answer = validation.at(submission, one.path)
            wish = self.steer.get(name, answer)
            if wish is answer and one.kind == "dynamiclist":
                changed |= self.rows(one, submission, state, name)
                continue
            if wish is answer and (values.empty(answer) or one.name in sheet.errors):
                wish = self.make(one, state)
            if wish != answer:
                validation.put(submission, one.path, wish)
                changed = True
        return changed

    def rows(self, one: model.Field, submission: dict[str, object], state: validation.State, name: str) -> bool:
        found = validation.at(submission, one.path)
        rows = list(found) if isinstance(found, list) else []
        changed = not rows and not one.fixed
        if changed:
            rows = [{} for _ in range(max(1, one.min_rows))]
            validation.put(submission, one.path, rows)
        for row, sheet in zip(rows, state.rows, strict=False):
            changed |= self.complete(one.order, row, sheet, f"{name}.")
        return changed

    def make(self, one: model.Field, state: validation.State) -> object:
        match one.kind:
            case "number":
                return self.number(one)
            case "datetime":
                moment = self.now.replace(tzinfo=None, second=0, microsecond=0)
                return {"date": moment.date(), "time": time(8)}.get(one.subtype, moment + timedelta(hours=1))
            case "checkbox":
                return one.required or self.turn % 2 == 0
            case "radio" | "select":
                return state.options[self.turn % len(state.options)].value if state.options else None
            case "checklist" | "taglist":
                return [state.options[self.turn % len(state.options)].value] if state.options else []
            case "filepicker":
                kind = next((kind for kind in one.accept if kind.startswith(".")), ".pdf")
                return values.Upload(f"contoh{kind}") if one.required else None
        return self.text(one)

    def number(self, one: model.Field) -> object:
        low, high = (bound if isinstance(bound, int | Decimal) else None for bound in (one.minimum, one.maximum))
        value = Decimal(low) if low is not None else Decimal(1)
        if high is not None:
            value = min(value, Decimal(high))
        if one.step:
            value = (value / one.step).to_integral_value(ROUND_CEILING) * one.step
        return int(value) if value == value.to_integral_value() else float(value)

    def text(self, one: model.Field) -> str:
        if one.pattern:
            return one.pattern.example()
        if one.format:
            return "nama@contoh.go.id" if one.format == "email" else "+62 812 3456 7890"
        label = model.TEMPLATE.sub("", one.label).strip()
        low, high = (bound if isinstance(bound, int) else None for bound in (one.min_length, one.max_length))
        text = f"Contoh {label}".strip()
        return text.ljust(low or 0, ".")[: values.MAX_LINE if high is None else high].strip()
