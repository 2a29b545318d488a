"""The migration runner: applies SQL files once each, in order, in one process at a time.

A file and the row that records it run in one transaction. The first line `-- no transaction` marks a file that cannot run in
one (CREATE INDEX CONCURRENTLY): its statements run one by one and must be safe to repeat.

Hubs may go on working meanwhile. Whoever waits for the lock of a table stops everybody who comes later, a reader included. So a file
waits only briefly, lets the others go first, and begins again.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from db.primary import connect_to_primary
from db.row_security import raise_wall

MIGRATIONS = Path(__file__).parent / "migrations"
OLDEST_POSTGRES = 15
LOCK_SECONDS = 0.15
"""Seconds that a migration waits for the lock of a table: less than a request can wait, and than Postgres waits to look for a deadlock."""
PATIENCE_SECONDS = 300.0
"""Seconds after which a migration that never gets its locks fails: something reads or writes a table all that time."""
_PAUSE_SECONDS = 0.5
_LOCK = 0x56454E5545  # key of the advisory lock: any number, the same in every process
_NAME = re.compile(r"\d{4}_\w+\.sql")


class MigrationError(Exception):
    """A migration failed. The message names the file, of which nothing was kept."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    sql: str
    digest: str


async def migrate(
    dsn: str,
    folder: Path = MIGRATIONS,
    *,
    patience: float = PATIENCE_SECONDS,
    begins: Callable[[str, int], None] = lambda _name, _left: None,
) -> list[str]:
    """Apply the missing migrations, and return the names of their files. Then every table has its row-level security.

    Each file may wait `patience` seconds for its locks. `begins` is called with the name of each file before it is applied, and how many
    are left with it. Raises MigrationError.
    """
    files = _read(folder)
    connection = await connect_to_primary(dsn, timeout=10, command_timeout=None)
    try:
        version = connection.get_server_version().major
        if version < OLDEST_POSTGRES:
            raise MigrationError(f"Postgres {version} is too old: {OLDEST_POSTGRES} is the least")
        await _take_lock(connection)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations"
            " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        known = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
        _refuse_changes(files, known)
        missing = [file for file in files if file.name not in known]
        for number, file in enumerate(missing):
            begins(file.name, len(missing) - number)
            await _apply(connection, file, patience)
        await raise_wall(connection, changed=bool(missing))
        return [file.name for file in missing]
    finally:
        await connection.close()  # this releases the lock too


async def unapplied(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Return the names of the files that `migrate` would apply now."""
    connection = await connect_to_primary(dsn, timeout=5)
    try:
        if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
            return [file.name for file in _read(folder)]
        known = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
        files = _read(folder)
        _refuse_changes(files, known)
        return [file.name for file in files if file.name not in known]
    finally:
        await connection.close()


def _read(folder: Path) -> list[_File]:
    files = []
    for path in sorted(folder.glob("*.sql")):
        if not _NAME.fullmatch(path.name):
            raise MigrationError(f"{path.name} is not named like 0001_what_it_does.sql")
        content = path.read_bytes()
        files.append(_File(path.name, content.decode("utf-8"), hashlib.sha256(content).hexdigest()))
    numbers = [file.name[:4] for file in files]
    if len(set(numbers)) != len(numbers):
        raise MigrationError(f"two migrations share a number: {', '.join(file.name for file in files)}")
    return files


def _refuse_changes(files: list[_File], known: dict[str, str]) -> None:
    for file in files:
        if known.get(file.name, file.digest) != file.digest:
            raise MigrationError(f"{file.name} was changed after it was applied: put it back and add a new file")


async def _take_lock(connection: Any) -> None:
    """Take the advisory lock by polling, because a wait inside Postgres would block CREATE INDEX CONCURRENTLY."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        await asyncio.sleep(0.02)


async def _apply(connection: Any, file: _File, patience: float) -> None:
    """Apply a file. One that gets no lock in time is undone and tried again after a pause."""
    gives_up = time.monotonic() + patience
    try:
        while True:
            try:
                await _apply_once(connection, file)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                if time.monotonic() > gives_up:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
    except asyncpg.LockNotAvailableError as error:
        raise MigrationError(
            f"{file.name}: a table was in use for {patience:.0f} s (see pg_stat_activity): {error}"
        ) from error
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{file.name}: {error}") from error


async def _apply_once(connection: Any, file: _File) -> None:
    remember = "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)"
    if file.sql.split("\n", 1)[0].strip().lower() == "-- no transaction":
        for statement in _statements(file.sql):
            await connection.execute(statement)
        await connection.execute(remember, file.name, file.digest)
        return
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = {LOCK_SECONDS * 1000:.0f}")
        await connection.execute(file.sql)
        await connection.execute(remember, file.name, file.digest)


def _statements(sql: str) -> list[str]:
    """Split a file at semicolons at line ends. Files without a transaction hold no function bodies."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in re.split(r";\s*(?:\n|$)", "\n".join(lines)) if part.strip()]
