"""Failures of commands: one line, no traceback and no secret, whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
import logging
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub import cli
from hub.commands import venue
from hub.commands.command_result import CommandResult
from hub.commands.failures import failure_line, without_password, without_secrets
from hub.embedded.launch import LaunchError
from tests.support.fork_server import FORK_SERVER
from tests.support.venues import forbid_venue_name


@pytest.fixture(autouse=True)
def named_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder is named, so that no command says which one it takes."""
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))


SECRET = "q7-Secret/of:a@webhook"


def refused_row() -> asyncpg.PostgresError:
    error = asyncpg.CheckViolationError('new row for relation "venues" violates check constraint "some_check"')
    error.detail, error.constraint_name = f"Failing row contains (1, {SECRET}).", "some_check"
    return error


def refused_password() -> asyncpg.PostgresError:
    error = asyncpg.InvalidPasswordError('password authentication failed for user "hub"')
    error.detail = f"It was {SECRET}."
    return error


ERRORS: dict[str, BaseException] = {
    "a row that Postgres refuses": refused_row(),
    "an argument that the driver refuses": asyncpg.DataError(f"invalid input for query argument $2: '{SECRET}'"),
    "a password that Postgres refuses": refused_password(),
    "a bug": ValueError(f"no such policy: {SECRET}"),
    "a bug with lines": RuntimeError(f"first\n{SECRET}\nlast"),
    "a text without UTF-8": UnicodeEncodeError("utf-8", f"{SECRET}\udcff", 0, 1, "surrogates not allowed"),
    "a group": ExceptionGroup("two", [KeyError(SECRET), ValueError(SECRET)]),
    "a recursion": RecursionError(SECRET),
    "a stopped iteration": StopAsyncIteration(SECRET),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
def test_no_error_shows_a_traceback_or_what_it_was_about(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def show(_: Any) -> CommandResult:
        raise error

    monkeypatch.setattr(venue, "show", show)
    assert cli.main(["venue", "list"]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines()), err.startswith("hub: ")) == ("", 1, True)
    assert "Secret" not in err
    assert "Traceback" not in err


def test_a_bug_is_named_with_its_place() -> None:
    try:
        without_secrets("x", None)  # type: ignore[arg-type]
    except AttributeError as caught:
        line = failure_line(caught)
    assert line.startswith("failed unexpectedly: AttributeError in hub/commands/failures.py:")
    assert line.endswith(" without_secrets")


def test_what_a_command_logs_is_a_line_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def show(_: Any) -> CommandResult:
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("hub.test").exception("announcement.listener_failed")
        return CommandResult({}, "done")

    monkeypatch.setattr(venue, "show", show)
    assert cli.main(["venue", "list"]) == 0
    assert capsys.readouterr() == ("done\n", "hub: error: announcement.listener_failed (ValueError)\n")


def test_what_the_settings_keep_secret_is_hidden_in_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub:a%2Fb-pass@db/hub")
    monkeypatch.setenv("HUB_REDIS_URL", "redis://:redis-pass@[broken")
    monkeypatch.setenv("HUB_SECRET_KEY", "k" * 40)
    text = f"cannot start with a%2Fb-pass or a/b-pass, redis-pass and {'k' * 40}"
    assert failure_line(LaunchError(text)) == "cannot start with *** or ***, *** and ***"


def test_a_row_that_the_rules_let_pass_and_postgres_does_not(run: Any, ask: Any, database_url: str) -> None:
    ask("staff", "list")  # makes the first venue
    secret = ask("venue", "set", "1", "--alert-webhook", "https://example.org/hook")["alert_webhook_secret"]
    asyncio.run(forbid_venue_name(database_url))
    done = run("venue", "set", "1", "--name", "forbidden")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("hub: failed unexpectedly: CheckViolationError (forbidden_name) in ")
    assert " hub/actions/venues/venues.py:" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert secret not in done.stderr
    assert "Failing row" not in done.stderr


WRONG = {
    "Postgres is away": {"HUB_DATABASE_URL": "postgresql://hub:s3cret-pass@127.0.0.1:1/hub"},
    "a slash in the password": {"HUB_DATABASE_URL": "postgresql://hub:s3cret-pass/x@127.0.0.1/hub"},
    "a wrong mode": {"HUB_DATABASE_URL": "postgresql://hub:s3cret-pass@127.0.0.1:1/hub?sslmode=s3cret-pass"},
    "a bracket": {"HUB_DATABASE_URL": "postgresql://hub:s3cret-pass[@127.0.0.1/hub"},
    "Redis is no number": {"HUB_REDIS_URL": "redis://:s3cret-pass@127.0.0.1:1/s3cret-pass"},
    "Redis with a slash": {"HUB_REDIS_URL": "redis://:s3cret-pass/x@127.0.0.1/0"},
    "Redis with another option": {"HUB_REDIS_URL": "redis://:s3cret-pass@127.0.0.1:1/0?socket_timeout=s3cret-pass"},
    "mail": {"HUB_SMTP_URL": "smtp://me:s3cret-pass@mail:s3cret-pass"},
    "text messages": {"HUB_SMS_URL": "twilio://:s3cret-pass@/"},
    "a character that no host has": {"HUB_DATABASE_URL": "postgresql://hub:s3cret-pass\u2100@127.0.0.1/hub"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_and_not_shown(
    wrong: dict[str, str], database_url: str, redis_url: str, tmp_path: Path
) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "HUB_DATA_DIR": str(tmp_path),
        "HUB_DATABASE_URL": database_url,
        "HUB_REDIS_URL": redis_url,
    }
    done = FORK_SERVER.run("venue", "set", "1", "--name", "Hall", env={**env, **wrong})
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.startswith("hub: ") for line in done.stderr.splitlines()), done.stderr


def test_a_value_beyond_its_bounds_is_wrong_usage(run: Any) -> None:
    done = run("venue", "set", "1", "--alert-latency-ms", "1")
    assert done.returncode == 2
    assert "is not a whole number from 10 to 60000" in done.stderr


def test_bytes_that_are_no_text_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["venue", "add", "\udcff", "--timezone", "UTC"]) == 1
    assert capsys.readouterr().err == "hub: an argument is not text in UTF-8\n"


def test_a_reader_that_goes_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def show(_: Any) -> CommandResult:
        return CommandResult({}, "line\n" * 50_000)

    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        monkeypatch.setattr(venue, "show", show)
        monkeypatch.setattr("sys.stdout", out)
        assert cli.main(["venue", "list"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_names_are_printed_on_every_terminal_and_json_stays_json(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Caf\u00e9 \u4e1c\u95e8 \U0001f3ad"

    async def show(_: Any) -> CommandResult:
        return CommandResult({"name": name}, name)

    monkeypatch.setattr(venue, "show", show)
    for words, shows in ((["venue", "list"], "Caf"), (["venue", "list", "--json"], name)):
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr("sys.stdout", out)
        assert cli.main(words) == 0
        text = out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
        assert shows in (text if words[-1] != "--json" else cli.json.loads(text)["name"])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://hub:s3cret%40@db:5432/hub?sslmode=require", "postgresql://hub:***@db:5432/hub?sslmode=require"),
        ("postgresql://hub@db/hub?password=s3cret&user=x", "postgresql://hub@db/hub?password=***&user=x"),
        ("redis://:s3cret@cache:6379/0", "redis://:***@cache:6379/0"),
        ("redis+cluster://hub:s3:cret@cache:6379", "redis+cluster://hub:***@cache:6379"),
        ("unix:///run/valkey.sock?password=s3cret", "unix:///run/valkey.sock?password=***"),
        ("postgresql://hub@db/hub", "postgresql://hub@db/hub"),
        (None, None),
    ],
)
def test_the_url_of_a_server_is_shown_without_its_password(url: str | None, shown: str | None) -> None:
    assert without_password(url) == shown
