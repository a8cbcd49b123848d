import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from engine.forms import definition, validation


@pytest.fixture
def form():
    """Make a form of components."""

    def make(*components, **top):
        data = {"type": "default", "id": "coba", "schemaVersion": 16, "components": list(components), **top}
        return definition.read(json.dumps(data).encode())

    return make


@pytest.fixture
def validate(form):
    """Hold a submission against a form of components; gives values and the messages' texts by field."""

    def held(components, submission, **variables):
        made = form(*components)
        zone, today = ZoneInfo("Asia/Makassar"), date(2026, 11, 22)
        result = validation.validate(made, submission, variables=variables, today=today, zone=zone)
        return result.values, {name: [str(one) for one in messages] for name, messages in result.errors.items()}

    return held
