"""The conformance material that lies beside a developer's checkout; the product does not need it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def shared(path: str) -> Path:
    """Give a file or folder of the shared material; skip the test, with the reason, where it is absent."""
    found = ROOT.parent / "shared" / path
    if not found.exists():
        pytest.skip(f"shared/{path} is not beside this checkout", allow_module_level=True)
    return found
