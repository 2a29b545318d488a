"""The `hub` command from outside: exit codes, one line for a refusal, and pure JSON output."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fork_server import FORK_SERVER

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def hub(data_dir: Path, *words: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process forked from one that has imported the hub."""
    return FORK_SERVER.run(*words, stdin=stdin, env=_environment(data_dir, env))


def hub_afresh(data_dir: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a new process, as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT, input="", capture_output=True, text=True, timeout=60, check=False, env=_environment(data_dir, env),
    )  # fmt: skip


def _environment(data_dir: Path, env: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return {**inherited, "HUB_DATA_DIR": str(data_dir), **env}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["run", "--nonsense"],
        ["slots"],
        ["slots", "generate"],
        [
            "slots",
            "generate",
            "--from",
            "2026-13-01",
            "--days",
            "1",
            "--open",
            "09:00",
            "--close",
            "18:00",
            "--minutes",
            "60",
            "--capacity",
            "5",
        ],
        [
            "slots",
            "generate",
            "--from",
            "2026-12-01",
            "--days",
            "0",
            "--open",
            "09:00",
            "--close",
            "18:00",
            "--minutes",
            "60",
            "--capacity",
            "5",
        ],
        [
            "slots",
            "generate",
            "--from",
            "2026-12-01",
            "--days",
            "1",
            "--open",
            "9",
            "--close",
            "25:00",
            "--minutes",
            "60",
            "--capacity",
            "5",
        ],
        [
            "slots",
            "generate",
            "--from",
            "2026-12-01",
            "--days",
            "1",
            "--open",
            "09:00",
            "--close",
            "18:00",
            "--minutes",
            "sixty",
            "--capacity",
            "5",
        ],
        ["slots", "resize", "--slot", "1"],
        ["slots", "resize", "--slot", "1", "--capacity", "-1"],
        ["tickets", "issue", "--count", "many"],
        ["tickets", "issue", "--count", "1", "--status", "VERIFIED"],
        ["staff", "add", "jane", "--role", "king", "--name", "Jane", "--pin-stdin"],
        ["staff", "add", "jane", "--role", "operator", "--name", "Jane"],
        ["staff", "add", "jane", "--role", "operator", "--name", "Jane", "--pin-stdin", "--password-stdin"],
        ["staff", "add", "jane", "--role", "operator", "--name", "Jane", "--password", "on-the-command-line"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_says_how_it_goes(data_dir: Path, words: list[str]) -> None:
    done = hub(data_dir, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: hub" in done.stderr
    assert list(data_dir.iterdir()) == [], "nothing is started for it"


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["serve"], {}, "HUB_SECRET_KEY"),
        (["serve"], {"HUB_SECRET_KEY": "short"}, "32"),
        (["serve"], {"HUB_SECRET_KEY": "k" * 32, "HUB_CLOCK_OFFSET": "60"}, "HUB_REHEARSAL"),
        (["serve"], {"HUB_SECRET_KEY": "only-for-trying-it-out-not-a-secret-at-all", "HUB_PUBLIC_URL": "https://hub.example.org"},
         "HUB_SECRET_KEY is published or easy to guess"),
        (["run"], {"HUB_PUBLIC_URL": "https://hub.example.org"}, "--no-demo"),
        (["run"], {"HUB_PORT": "99999", "HUB_WORKERS": "none"}, "HUB_WORKERS"),
        (["migrate", "--json"], {"HUB_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x", "HUB_REDIS_URL": "redis://x"}, "127.0.0.1"),
        (["tickets", "import", "/no/such/file.csv"], {}, "/no/such/file.csv"),
        (["staff", "add", "jane", "--role", "operator", "--name", "Jane", "--pin-stdin"], {}, "PIN"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip
def test_a_refusal_is_exit_code_1_and_one_line(
    data_dir: Path, words: list[str], env: dict[str, str], said: str
) -> None:
    done = hub(data_dir, *words, **env)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_json_is_one_document_and_nothing_else(data_dir: Path) -> None:
    first = json.loads(hub_afresh(data_dir, "migrate", "--json").stdout)
    assert first["applied"]
    assert json.loads(hub_afresh(data_dir, "migrate", "--json").stdout) == {"applied": []}


@pytest.mark.parametrize(("words", "code"), [(["nonsense"], 2), (["serve"], 1)], ids=["wrong usage", "a refusal"])
def test_a_forked_command_answers_like_a_new_process(data_dir: Path, words: list[str], code: int) -> None:
    """A forked command and a newly started one give the same output."""
    forked, afresh = hub(data_dir, *words), hub_afresh(data_dir, *words)
    assert (forked.returncode, forked.stdout, forked.stderr) == (afresh.returncode, afresh.stdout, afresh.stderr)
    assert afresh.returncode == code


def test_a_slot_is_made_larger_and_never_smaller_than_what_is_taken(data_dir: Path) -> None:
    hours = [
        "--from",
        "2026-12-01",
        "--days",
        "1",
        "--open",
        "09:00",
        "--close",
        "10:00",
        "--minutes",
        "60",
        "--capacity",
        "5",
    ]
    (slot_id,) = json.loads(hub(data_dir, "slots", "generate", *hours, "--json").stdout)["slot_ids"]
    resize = ("slots", "resize", "--slot", str(slot_id), "--capacity")
    done = json.loads(hub(data_dir, *resize, "8", "--json").stdout)
    assert (done["was"], done["capacity"], done["available_count"]) == (5, 8, 8)
    assert "8 -> 2 spaces, 0 booked, 0 held for the waiting list, 2 free" in hub(data_dir, *resize, "2").stdout
    assert [one["after"] for one in json.loads(hub(data_dir, "audit", "list", "--json").stdout)["entries"]][:2] == [
        {"capacity": 2},
        {"capacity": 8},
    ]
    unknown = hub(data_dir, "slots", "resize", "--slot", "4711", "--capacity", "2")
    assert (unknown.returncode, unknown.stderr) == (1, "hub: Slot not found\n")


def test_doctor_names_the_servers_and_what_is_wrong(data_dir: Path) -> None:
    hub(data_dir, "migrate")
    healthy = json.loads(hub(data_dir, "doctor", "--json").stdout)
    assert healthy["problems"] == []
    assert healthy["database_url"].startswith("postgresql://")
    assert healthy["redis_url"].startswith("redis://")
    assert healthy["data_dir"] == str(data_dir)
    assert healthy["versions"]["postgres"]
    secrets = json.loads((data_dir / "embedded.keys.json").read_text())
    printed = hub(data_dir, "doctor").stdout + json.dumps(healthy)
    passwords = [secret for name, secret in secrets.items() if "password" in name]
    assert passwords
    assert not [secret for secret in passwords if secret in printed]
    sick = json.loads(
        hub(
            data_dir, "doctor", "--json", HUB_CLOCK_OFFSET="60", HUB_REDIS_URL="redis://127.0.0.1:1", HUB_WORKERS="64"
        ).stdout
    )
    assert any("HUB_CLOCK_OFFSET" in problem for problem in sick["problems"])
    assert any("raise max_connections, or lower HUB_WORKERS" in problem for problem in sick["problems"])
    assert any("Redis does not answer" in problem for problem in sick["problems"])


def test_doctor_names_what_is_missing_where_the_hub_is_served(data_dir: Path) -> None:
    added = json.loads(hub(data_dir, "venue", "add", "Hall", "--timezone", "Europe/Rome", "--json").stdout)
    hub(data_dir, "venue", "set", str(added["venue_id"]), "--contact-check", "sms", "--text-messages", "both")
    served = {"HUB_SECRET_KEY": "0f" * 16, "HUB_PUBLIC_URL": "https://tickets.example.org"}
    problems = json.loads(hub(data_dir, "doctor", "--json", **served).stdout)["problems"]
    for name in ("HUB_SECRET_KEY is published or easy", "HUB_SMTP_URL is not set", "HUB_SMS_URL is not set"):
        assert [problem for problem in problems if problem.startswith(name)], name
    assert "HUB_SMS_URL is not set, and so no text message about a visit at Hall is sent" in problems
    assert "0f0f" not in str(problems)
    good = {"HUB_SECRET_KEY": "VcnPZb3lMYUgNQd8ShkK7T4wq2eXaJ0R", "HUB_SMTP_URL": "smtp://127.0.0.1:9",
            "HUB_SMS_URL": "twilio://AC1:t@/?from=+12025550100"}  # fmt: skip
    assert json.loads(hub(data_dir, "doctor", "--json", **good).stdout)["problems"] == []


def test_doctor_names_migrations_that_are_missing(tmp_path_factory: pytest.TempPathFactory) -> None:
    received = json.loads(hub(tmp_path_factory.mktemp("fresh"), "doctor", "--json").stdout)
    assert any("0001_" in problem for problem in received["problems"])
