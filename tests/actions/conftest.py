"""What the tests of the actions share: they judge what happens and not how fast."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Hubs opened from now on have time limits that no busy machine passes."""
