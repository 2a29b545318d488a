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
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.commands.failures import without_password
from tests.support.fork_server import FORK_SERVER

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def run(data_dir: Path) -> Iterator[Run]:
    started: list[subprocess.Popen[str]] = []
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}

    def start(*words: str, **env: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "run", "--json", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**inherited, "HUB_DATA_DIR": str(data_dir), "HUB_PORT": "0", **env},
        )
        started.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def answers(card: dict[str, Any], path: str = "/readyz") -> bytes:
    with urllib.request.urlopen(card["url"] + path, timeout=5) as response:
        assert response.status == 200
        return bytes(response.read())


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_one_command_serves_with_demo_data_and_stops_cleanly(run: Run, data_dir: Path) -> None:
    first, card = run()
    assert {login["role"] for login in card["logins"]} == {"OPERATOR", "MANAGER", "ADMIN"}
    assert any("TKT-" in code for code in card["codes"])
    assert all(code.startswith("BKG-") for code in card["bookings"])
    assert len(card["bookings"]) == 2
    answers(card)
    answers(card, "/reserve")
    assert b"The Tempest" in answers(card, "/api/shows?orq=1")
    _stop(first, signal.SIGINT, data_dir)
    second, again = run()
    assert (again["codes"], again["bookings"]) == (card["codes"], card["bookings"]), "demo data is filled in once"
    _stop(second, signal.SIGTERM, data_dir)


def _stop(process: "subprocess.Popen[str]", number: int, data_dir: Path) -> None:
    process.send_signal(number)
    assert process.wait(15) == 0
    assert not (data_dir / "embedded.json").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_hub_is_followed_by_the_next_on_the_same_port(run: Run, workers: str) -> None:
    port = free_port()
    first, _ = run("--no-demo", HUB_WORKERS=workers, HUB_PORT=port)
    first.kill()
    first.wait(5)
    _, card = run("--no-demo", HUB_WORKERS=workers, HUB_PORT=port)
    answers(card)


async def test_several_processes_add_up_their_metrics_are_replaced_and_stop_together(run: Run, data_dir: Path) -> None:
    hub, card = run("--no-demo", HUB_WORKERS="2")
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
            hub.terminate()
            while not (await again.receive()).type.name.startswith("CLOSE"):
                pass
            assert again.close_code == 1012
            assert await asyncio.to_thread(hub.wait, 60) == 0
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
    _, card = run("--no-demo")
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


def test_an_empty_hub_prints_where_it_is_set_up_and_a_new_code_at_each_start(run: Run) -> None:
    process, card = run("--no-demo")
    assert answers(card, "/admin/setup").count(b'name="code"') == 1
    assert card["setup"]["url"] == f"{card['url']}/admin/setup?code={card['setup']['code']}"
    process.terminate()
    process.wait(20)
    again = run("--no-demo")[1]
    assert again["setup"]["code"] != card["setup"]["code"]
