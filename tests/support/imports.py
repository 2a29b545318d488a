"""Imports as their tests make them: uploaded, worked on when the test asks for it, and read from the tables."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.imports.records import ImportRecord, read_import
from hub.actions.imports.start import begin_run, start_import
from hub.actions.imports.work import work_on
from hub.jobs.imports import ImportJob
from tests.support.files import pieces
from tests.support.hub import Hub
from tests.support.rows import change_rows, read_rows


def leave_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no hub of this process work on imports by itself."""

    async def nothing(_self: ImportJob) -> None:
        return

    monkeypatch.setattr(ImportJob, "run", nothing)


async def checked(
    hub: Hub, org_id: int, content: str | bytes, *, file_name: str = "tickets.csv", **options: Any
) -> ImportRecord:
    """Upload a file and check it."""
    raw = content.encode() if isinstance(content, str) else content
    by = Actor(org_id)
    record = await start_import(hub.services, by, file_name, pieces(raw), **options)
    assert await work_on(hub.services, org_id, record.import_id)
    return await read_import(hub.services, by, record.import_id)


async def begun(hub: Hub, org_id: int, content: str | bytes) -> int:
    """Upload a file, check it, and begin to store it; nobody works on it yet. Return the import."""
    record = await checked(hub, org_id, content)
    assert record.status == "READY", record.problem
    await begin_run(hub.services, Actor(org_id), record.import_id, skip_errors=True)
    return record.import_id


async def read_counts(hub: Hub, org_id: int, import_id: int) -> dict[str, int]:
    record = await read_import(hub.services, Actor(org_id), import_id)
    return {
        name: getattr(record, name) for name in ("lines_done", "added", "changed", "cancelled", "unchanged", "refused")
    }


async def change_import(database: Any, import_id: int, **columns: Any) -> None:
    """Set columns of one import."""
    await change_rows(database, "imports", {"id": import_id}, **columns)


async def read_parts(database: Any, import_id: int) -> list[Any]:
    """Return what is kept of the file of an import."""
    return await read_rows(database, "import_parts", "part", import_id=import_id)
