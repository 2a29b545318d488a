"""Fixtures of the access tests: settings with a secret of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.access.tokens import Sessions
from hub.clock import Clock
from hub.settings import Settings

NO_DATABASE: Any = None
"""Reading a token makes no query."""
SECRET = "a secret of at least thirty-two bytes, for tests"


@pytest.fixture
def settings_with(tmp_path: Path) -> Callable[..., Settings]:
    def read(**env: str) -> Settings:
        own = {"HUB_DATA_DIR": str(tmp_path), "HUB_SECRET_KEY": SECRET}
        return Settings.from_environment(own | env, development=True)

    return read


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with()


@pytest.fixture
def sessions(settings: Settings, clock: Clock) -> Sessions:
    return Sessions(settings, clock, NO_DATABASE)
