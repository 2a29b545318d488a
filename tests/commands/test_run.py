"""`hub run` from outside: one command starts everything, and stopping it leaves nothing behind."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.commands.failures import without_password
from tests.support.fork_server import FORK_SERVER

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple["RunningHub", dict[str, Any]]]


class RunningHub:
    """`hub run`, and the document that it prints when it is ready."""

    def __init__(self, data_dir: Path, env: dict[str, str], *words: str) -> None:
        self._output = Path(tempfile.mkdtemp(prefix="hub-test-output-"))
        (self._output / "stdin").touch()
        env = {**_inherited(), "HUB_DATA_DIR": str(data_dir), "HUB_PORT": "0", **env}
        self._pid = FORK_SERVER.start("run", "--json", *words, env=env, folder=str(self._output))
        self._ended = False

    def card(self) -> dict[str, Any]:
        printed = self._output / "stdout"
        while not (printed.exists() and printed.read_text().endswith("\n")):
            assert FORK_SERVER.ended(self._pid) is None, (self._output / "stderr").read_text()
            time.sleep(0.01)
        card: dict[str, Any] = json.loads(printed.read_text())
        return card

    def end(self, number: int) -> int:
        """Send a signal, and return the exit code."""
        os.kill(self._pid, number)
        self._ended = True
        return FORK_SERVER.wait(self._pid)

    def clean_up(self) -> None:
        if not self._ended:
            self.end(signal.SIGTERM)
        shutil.rmtree(self._output, ignore_errors=True)


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def folder_of_a_hub() -> Iterator[Path]:
    """The data folder of a hub that has run once. A copy saves a test the first start of Postgres and all migrations."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    hub = RunningHub(folder, {}, "--no-demo")
    hub.card()
    assert hub.end(signal.SIGTERM) == 0
    hub.clean_up()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def run(folder_of_a_hub: Path, data_dir: Path) -> Iterator[Run]:
    """`run()` runs the hub again, with `env` as its settings."""
    # Not `shutil.copytree`, which changes the owner.
    subprocess.run(["cp", "-a", f"{folder_of_a_hub}/.", data_dir], check=True)
    started: list[RunningHub] = []

    def start(**env: str) -> tuple[RunningHub, dict[str, Any]]:
        started.append(RunningHub(data_dir, env, "--no-demo"))
        return started[-1], started[-1].card()

    yield start
    for hub in started:
        hub.clean_up()


def answers(card: dict[str, Any], path: str = "/readyz") -> bytes:
    with urllib.request.urlopen(card["url"] + path, timeout=5) as response:
        assert response.status == 200
        return bytes(response.read())


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_one_command_serves_with_demo_data_and_stops_cleanly(data_dir: Path) -> None:
    with shell_runs(data_dir) as (first, card):
        assert {login["role"] for login in card["logins"]} == {"OPERATOR", "MANAGER", "ADMIN"}
        assert any("TKT-" in code for code in card["codes"])
        assert all(code.startswith("BKG-") for code in card["bookings"])
        assert len(card["bookings"]) == 2
        answers(card)
        answers(card, "/reserve")
        assert b"The Tempest" in answers(card, "/api/shows?orq=1")
        _stop(first, signal.SIGINT, data_dir)
    with shell_runs(data_dir) as (second, again):
        assert (again["codes"], again["bookings"]) == (card["codes"], card["bookings"]), "demo data is filled in once"
        _stop(second, signal.SIGTERM, data_dir)


@contextmanager
def shell_runs(data_dir: Path) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """Run `hub run` in a new process, as a shell does."""
    with subprocess.Popen(
        [sys.executable, "-m", "hub", "run", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**_inherited(), "HUB_DATA_DIR": str(data_dir), "HUB_PORT": "0"},
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _stop(process: "subprocess.Popen[str]", number: int, data_dir: Path) -> None:
    process.send_signal(number)
    assert process.wait(15) == 0
    assert not (data_dir / "embedded.json").exists()


async def test_several_processes_that_follow_a_killed_hub_on_its_port_add_up_their_metrics_are_replaced_and_stop_together(
    run: Run, data_dir: Path
) -> None:
    several = {"HUB_WORKERS": "2", "HUB_PORT": free_port()}
    run(**several)[0].end(signal.SIGKILL)
    hub, card = run(**several)
    assert card["processes"] == {"web": 2, "jobs": 1}
    url = f"{card['url']}/ws/availability?month={date.today():%Y-%m}"
    async with aiohttp.ClientSession() as client:
        async with asyncio.timeout(100):
            while b'"jobs":"ok"' not in answers(card):
                await asyncio.sleep(0.05)
            assert b"ticket_validation_seconds" in answers(card, "/metrics")
            before = roles_of(data_dir)
            assert sorted(before.values()) == ["jobs", "web", "web"]
            sockets = [await client.ws_connect(url) for _ in range(8)]
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            for socket in sockets:
                while not (await socket.receive()).type.name.startswith("CLOSE"):
                    pass
            while len(after := {pid: role for pid, role in roles_of(data_dir).items() if pid not in before}) < 3:
                await asyncio.sleep(0.05)
            assert sorted(after.values()) == ["jobs", "web", "web"]
            again = await connect_patiently(client, url)
            ending = asyncio.create_task(asyncio.to_thread(hub.end, signal.SIGTERM))
            while not (await again.receive()).type.name.startswith("CLOSE"):
                pass
            assert again.close_code == 1012
            assert await ending == 0
    assert roles_of(data_dir) == {}
    with pytest.raises(OSError, match="refused"):
        answers(card)


def roles_of(data_dir: Path) -> dict[int, str]:
    """Return the processes that a hub of this data folder runs for others, with the role of each."""
    found = {}
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            if b"_worker" in words:
                env = dict(entry.split(b"=", 1) for entry in (process / "environ").read_bytes().split(b"\0") if entry)
                if env.get(b"HUB_DATA_DIR") == os.fsencode(data_dir):
                    found[int(process.name)] = env[b"HUB_ROLE"].decode()
    return found


async def connect_patiently(client: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    while True:
        try:
            return await client.ws_connect(url)
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)


def test_another_command_uses_the_running_hubs_servers(run: Run, data_dir: Path) -> None:
    _, card = run()
    received = json.loads((data_dir / "embedded.json").read_text())
    env = {**os.environ, "HUB_DATA_DIR": str(data_dir)}

    def hub(*words: str, stdin: str = "") -> dict[str, Any]:
        done = FORK_SERVER.run(*words, "--json", env=env, stdin=stdin)
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    assert hub("doctor")["database_url"] == without_password(received["database_url"])
    issued = hub("tickets", "issue", "--count", "3", "--channel", "ota")
    assert len(issued["tickets"]) == 3
    hours = ["--open", "09:00", "--close", "12:00", "--minutes", "60", "--capacity", "5"]
    made = hub("slots", "generate", "--from", "2030-01-01", "--days", "2", *hours)
    assert made["created"] == 6
    assert hub("slots", "generate", "--from", "2030-01-01", "--days", "2", *hours)["created"] == 0
    added = hub("staff", "add", "jane", "--role", "operator", "--name", "Jane", "--pin-stdin", stdin="135790\n")
    assert added["role"] == "OPERATOR"
    file = data_dir / "tickets.csv"
    file.write_text("code,name,email,status\nDT-1001,Ann,,\nMP-1002,Ben,wrong,\nX-1003,Cy,cy@example.com,INACTIVE\n")
    report = hub("tickets", "import", str(file))
    assert (report["imported"], report["unchanged"], len(report["errors"])) == (2, 0, 1)
    assert hub("tickets", "import", str(file))["unchanged"] == 2
    assert hub("reconcile")
    answers(card)


def test_an_empty_hub_prints_where_it_is_set_up_and_the_next_one_on_its_port_a_new_code(run: Run) -> None:
    port = free_port()
    hub, card = run(HUB_PORT=port)
    assert answers(card, "/admin/setup").count(b'name="code"') == 1
    assert card["setup"]["url"] == f"{card['url']}/admin/setup?code={card['setup']['code']}"
    hub.end(signal.SIGKILL)
    again = run(HUB_PORT=port)[1]
    assert again["url"] == card["url"]
    assert again["setup"]["code"] != card["setup"]["code"]
    answers(again)
