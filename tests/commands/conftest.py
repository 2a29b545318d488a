"""Fixtures of the commands: `hub` on the servers of the test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fork_server import FORK_SERVER


@pytest.fixture
def run(database_url: str, redis_url: str, tmp_path: Path) -> Callable[..., Any]:
    """`run("shows", "list")` runs `hub shows list` on the servers of the test; `stdin` is its standard input."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    env = {**inherited, "HUB_DATA_DIR": str(tmp_path), "HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url}
    return lambda *words, stdin="": FORK_SERVER.run(*words, stdin=stdin, env=env)


@pytest.fixture
def ask(run: Callable[..., Any]) -> Callable[..., Any]:
    """`ask("shows", "list")` returns the JSON document."""

    def asked(*words: str) -> Any:
        done = run(*words, "--json")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    return asked
