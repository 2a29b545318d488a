"""A command in another folder finds the data folder of the hub that runs on this machine, or says that it makes a new one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.commands.command_result import CommandFailed
from hub.commands.command_services import find_data_folder
from hub.embedded.running_hubs import listed_as_running, running_data_folders


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a shell in an empty folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def served_folder(tmp_path: Path, name: str = "served") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "embedded.json").write_text("{}")
    return folder


def test_the_folder_of_the_running_hub_is_found_and_named(tmp_path: Path, env: dict[str, str]) -> None:
    folder = served_folder(tmp_path)
    with listed_as_running(folder, env):
        said = find_data_folder(env)
        assert said == f"uses the data folder of the running hub, {folder}"
        assert env["HUB_DATA_DIR"] == str(folder)
    assert running_data_folders(env) == []


def test_without_a_hub_a_new_folder_is_announced(tmp_path: Path, env: dict[str, str]) -> None:
    said = find_data_folder(env) or ""
    assert said.startswith(f"no hub runs here, so this makes a new data folder, {tmp_path / 'elsewhere' / 'var'}")
    assert "HUB_DATA_DIR" not in env


def test_a_folder_that_is_named_or_stands_here_is_used_as_before(tmp_path: Path, env: dict[str, str]) -> None:
    with listed_as_running(served_folder(tmp_path), env):
        assert find_data_folder({**env, "HUB_DATA_DIR": "x"}) is None
        assert find_data_folder({**env, "HUB_DATABASE_URL": "postgresql://db", "HUB_REDIS_URL": "redis://db"}) is None
        (tmp_path / "elsewhere" / "var").mkdir()
        assert find_data_folder(env) is None


def test_of_several_hubs_one_must_be_named(tmp_path: Path, env: dict[str, str]) -> None:
    one, other = served_folder(tmp_path, "one"), served_folder(tmp_path, "other")
    state = Path(env["XDG_STATE_HOME"]) / "venue-hub"
    with listed_as_running(one, env):
        (state / str(os.getppid())).write_text(str(other))
        with pytest.raises(CommandFailed, match="several hubs run"):
            find_data_folder(env)


def test_a_hub_that_was_killed_is_forgotten(tmp_path: Path, env: dict[str, str]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    state = Path(env["XDG_STATE_HOME"]) / "venue-hub"
    state.mkdir(parents=True)
    (state / str(ended.pid)).write_text(str(served_folder(tmp_path)))
    assert running_data_folders(env) == []
    assert not list(state.iterdir())
