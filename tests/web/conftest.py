"""What the web tests ask for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from api_client import Api
from stage import Hub, World


@pytest.fixture
def api(hub: Hub, world: World) -> Api:
    return Api(hub)
