"""Fixtures of the action tests, which check what happens and not how fast."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Give hubs opened from now on time limits that a busy machine does not exceed."""
