"""Fixtures of the fault tests: a Valkey server that a test may kill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.support.valkey_server import OwnValkey


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    server = OwnValkey()
    yield server
    server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)
