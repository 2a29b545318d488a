"""Backup and restore: everything comes back, or nothing does and it is said why."""

from __future__ import annotations

import json
import re
import stat
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from db.backup import count_rows
from hub.commands import backup
from hub.commands.backup import ABOUT, DUMP, KEY
from hub.commands.command_result import CommandFailed
from hub.commands.doctor import _look_at_postgres
from hub.commands.dump_progress import DumpProgress
from hub.embedded.supervisor import ServerUrls
from hub.settings import Settings
from tests.support.databases import empty_database
from tests.support.hub import Hub
from tests.support.world import World

OTHER_KEY = "VcnPZb3lMYUgNQd8ShkK7T4wq2eXaJ0R"
OpenHub = Callable[..., Awaitable[Hub]]


class Place:
    """A hub's environment: its database and its data folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str, data_dir: Path) -> None:
        self._monkeypatch, self.data_dir, self.database_url = monkeypatch, data_dir, database_url
        self._env = {
            "HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url, "HUB_DATA_DIR": str(data_dir),
        }  # fmt: skip

    async def back_up(self, folder: Path, **env: str) -> dict[str, Any]:
        self._enter(env)
        return (await backup.back_up(Namespace(folder=folder))).document

    async def restore(self, folder: Path, *, other_key: bool = False, **env: str) -> dict[str, Any]:
        self._enter(env)
        return (await backup.restore(Namespace(folder=folder, other_key=other_key))).document

    def _enter(self, env: dict[str, str]) -> None:
        self._monkeypatch.delenv("HUB_SECRET_KEY", raising=False)
        for name, value in {**self._env, **env}.items():
            self._monkeypatch.setenv(name, value)

    def settings(self) -> Settings:
        return Settings.from_environment(self._env, development=False, serving=False)


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str, tmp_path: Path) -> Place:
    return Place(monkeypatch, database_url, redis_url, tmp_path / "old")


@pytest.fixture
async def new(
    monkeypatch: pytest.MonkeyPatch, servers: ServerUrls, redis_url: str, tmp_path: Path
) -> AsyncIterator[Place]:
    async with empty_database(servers.database_url) as url:
        yield Place(monkeypatch, url, redis_url, tmp_path / "new")


def write_while_dumping(monkeypatch: pytest.MonkeyPatch, world: World, *, same_snapshot: bool = True) -> None:
    """Issue a ticket between the count of the rows and the dump, which then reads the counted snapshot or, as a control, another."""
    run = backup._run

    async def run_late(program: str, url: str, *options: str, **named: Any) -> None:
        if program == "pg_dump":
            await world.ticket()
            options = tuple(one for one in options if same_snapshot or not one.startswith("--snapshot="))
        await run(program, url, *options, **named)

    monkeypatch.setattr(backup, "_run", run_late)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.mark.usefixtures("slow_servers")
async def test_all_comes_back_with_the_key(
    old: Place, new: Place, folder: Path, open_hub: OpenHub, hub_promises: Callable[[Hub], Awaitable[None]]
) -> None:
    key = old.settings().secret_key
    hub = await open_hub(secret_key=key)
    world = await World(hub).found()
    ticket = await world.reserved(await world.slot())
    token = await world.staff()
    made = await old.back_up(folder)
    assert made["has_key"]
    assert {path.name for path in folder.iterdir()} == {DUMP, KEY, ABOUT}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    back = await new.restore(folder)
    assert back["rows"] == made["rows"] > 0
    assert back["applied"] == []
    assert new.settings().secret_key == key
    problems: list[str] = []
    await _look_at_postgres(new.database_url, problems)
    assert problems == [], "the second wall between organisations stands again"
    restored = await open_hub(secret_key=key, database_url=new.database_url)
    status, answer = await restored.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=token)
    assert (status, answer["data"]["reason"]) == (200, "VERIFIED"), "with a session of before"
    await hub_promises(restored)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """The terminal that a command is run at."""
    shown = StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True)
    monkeypatch.setattr(backup, "DumpProgress", partial(DumpProgress, stream=shown))
    return shown


@pytest.mark.usefixtures("slow_servers")
async def test_at_a_terminal_one_line_says_how_far_it_is(
    old: Place, new: Place, folder: Path, open_hub: OpenHub, terminal: StringIO
) -> None:
    world = await World(await open_hub(secret_key=old.settings().secret_key)).found()
    await world.reserved(await world.slot())
    await old.back_up(folder)
    assert "now 1 of tickets" in terminal.getvalue()
    terminal.truncate(terminal.seek(0))
    await new.restore(folder)
    *lines, last = terminal.getvalue().split("\r\x1b[K")
    assert last == "", "the result stands in its place"
    for said in (
        "now 1 of tickets",
        "all rows are there, now scans_pkey",
        "counting the rows",
        "collecting statistics",
    ):
        assert any(said in line for line in lines), said
    shares = [int(found[1]) for line in lines if (found := re.search(r"(\d+)% of all rows", line))]
    assert shares == sorted(shares)


async def test_at_a_terminal_a_failure_is_said_without_the_progress(old: Place, terminal: StringIO) -> None:
    with pytest.raises(CommandFailed) as failed:
        await backup._run(
            "pg_dump", old.database_url, "--snapshot=none", "--file=/dev/null", progress=backup.DumpProgress({})
        )
    assert "invalid snapshot" in str(failed.value)
    assert "reading" not in str(failed.value)
    assert len(str(failed.value).splitlines()) <= 3


async def test_where_the_key_is_in_the_environment_it_is_not_in_the_backup(
    old: Place, new: Place, folder: Path
) -> None:
    assert not (await old.back_up(folder, HUB_SECRET_KEY=OTHER_KEY))["has_key"]
    assert {path.name for path in folder.iterdir()} == {DUMP, ABOUT}
    assert not any(OTHER_KEY.encode() in path.read_bytes() for path in folder.iterdir())
    with pytest.raises(CommandFailed, match="another key"):
        await new.restore(folder)
    with pytest.raises(CommandFailed, match="another key"):
        await new.restore(folder, HUB_SECRET_KEY=OTHER_KEY[::-1])
    assert (await new.restore(folder, HUB_SECRET_KEY=OTHER_KEY))["rows"] > 0


async def test_with_a_lost_key_it_is_restored_on_demand(old: Place, new: Place, folder: Path) -> None:
    await old.back_up(folder, HUB_SECRET_KEY=OTHER_KEY)
    assert (await new.restore(folder, other_key=True))["rows"] > 0


async def test_what_is_written_meanwhile_is_not_in_it_and_the_counts_agree(
    old: Place, new: Place, folder: Path, open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World(await open_hub()).found()
    write_while_dumping(monkeypatch, world)
    before = (await count_rows(old.database_url))["tickets"]
    await old.back_up(folder)
    assert (await count_rows(old.database_url))["tickets"] == before + 1
    await new.restore(folder)
    assert (await count_rows(new.database_url))["tickets"] == before


async def test_a_dump_that_differs_from_its_counts_is_not_taken_for_whole(
    old: Place, new: Place, folder: Path, open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: without the common snapshot the counts differ."""
    write_while_dumping(monkeypatch, await World(await open_hub()).found(), same_snapshot=False)
    await old.back_up(folder)
    with pytest.raises(CommandFailed, match=r"other rows than the backup says: tickets"):
        await new.restore(folder)


async def test_a_user_who_may_not_make_roles_restores_without_the_second_wall(
    monkeypatch: pytest.MonkeyPatch, old: Place, servers: ServerUrls, redis_url: str, tmp_path: Path, folder: Path
) -> None:
    made = await old.back_up(folder)
    async with empty_database(servers.database_url, for_user=True) as url:
        back = await Place(monkeypatch, url, redis_url, tmp_path / "new").restore(folder)
    assert back["rows"] == made["rows"]


async def test_a_database_in_use_is_left_alone(old: Place, folder: Path, world: World) -> None:
    await old.back_up(folder)
    with pytest.raises(CommandFailed, match="the database is not empty"):
        await old.restore(folder)
    assert (await count_rows(old.database_url))["venues"] == 1


async def test_a_damaged_backup_is_refused_and_leaves_nothing(old: Place, new: Place, folder: Path) -> None:
    await old.back_up(folder)
    dump, about = (folder / DUMP).read_bytes(), (folder / ABOUT).read_bytes()
    for file, content, said in (
        (DUMP, dump[:-1], "damaged"),
        (DUMP, None, "damaged"),
        (ABOUT, None, "is no backup"),
        (ABOUT, b"[]", "is no backup"),
        (ABOUT, b'{"format": 1}', "is no backup"),
        (ABOUT, b'{"format": 2}', "format 2"),
    ):
        (folder / DUMP).write_bytes(dump)
        (folder / ABOUT).write_bytes(about)
        if content is None:
            (folder / file).unlink()
        else:
            (folder / file).write_bytes(content)
        with pytest.raises(CommandFailed, match=said):
            await new.restore(folder)
        assert not new.data_dir.exists(), "not even the key"


async def test_a_dump_that_breaks_off_leaves_nothing(old: Place, new: Place, folder: Path) -> None:
    await old.back_up(folder)
    kept = json.loads((folder / ABOUT).read_text())
    (folder / DUMP).write_bytes((folder / DUMP).read_bytes()[:-2000])
    (folder / ABOUT).write_text(json.dumps({**kept, "dump_sha256": backup._digest(folder / DUMP)}))
    with pytest.raises(CommandFailed, match="pg_restore failed"):
        await new.restore(folder)
    assert not (new.data_dir / KEY).exists()
    assert await count_rows(new.database_url) == {}


async def test_a_backup_that_fails_leaves_no_folder_and_never_replaces_one(
    old: Place, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise CommandFailed("pg_dump failed: the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_run", broken)
        with pytest.raises(CommandFailed, match="disk is full"):
            await old.back_up(folder)
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []
    await old.back_up(folder)
    before = (folder / DUMP).read_bytes()
    with pytest.raises(CommandFailed, match="exists already"):
        await old.back_up(folder)
    assert (folder / DUMP).read_bytes() == before


@pytest.mark.parametrize(
    ("url", "argument", "password"),
    [
        ("postgresql://hub:p%40ss@db:5432/hub?sslmode=require", "postgresql://hub@db:5432/hub?sslmode=require", "p@ss"),
        ("postgresql://hub@db/hub?password=p%40ss", "postgresql://hub@db/hub", "p@ss"),
        ("postgresql://hub:x@/hub?host=%2Frun%2Fpg", "postgresql://hub@/hub?host=%2Frun%2Fpg", "x"),
        ("postgresql:///hub", "postgresql:///hub", None),
    ],
)
def test_no_password_is_among_the_arguments(url: str, argument: str, password: str | None) -> None:
    assert (backup._without_password(url), backup.url_password(url)) == (argument, password)


async def test_an_error_of_postgres_has_no_password(old: Place) -> None:
    url = old.database_url.rpartition("/")[0] + "/no_such_database"
    with pytest.raises(CommandFailed, match=r"pg_dump failed: .*no_such_database") as failed:
        await backup._run("pg_dump", url, progress=DumpProgress({}))
    assert backup.url_password(url) not in str(failed.value)
    with pytest.raises(CommandFailed, match="pg_dump failed"):
        await backup._run("pg_dump", replace_password(url, "wrong"), progress=DumpProgress({}))


def replace_password(url: str, password: str) -> str:
    return url.replace(backup.url_password(url) or "", password)
