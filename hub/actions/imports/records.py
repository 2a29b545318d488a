"""The records of imports: how far each is, what its file is, and its lines. Whoever acts at some venues sees only their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

IMPORTS = load("imports/imports")
PAGE = 200


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column of the file: what it means (`column`, "" for nothing), what was guessed, and its first values."""

    header: str
    column: str
    guessed: str
    samples: list[str]


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """An encoding that the file may be in, and how some of its lines look in it."""

    encoding: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import. The counts are those of the check until it runs, then those of the run."""

    import_id: int
    status: str
    file_name: str
    size_bytes: int
    kind: str | None
    encoding: str | None
    sheet: str | None
    sheets: list[str]
    shop: str | None
    columns: list[ImportColumn]
    encodings: list[EncodingChoice]
    notes: list[str]
    preview: list[dict[str, str | None]]
    problem: str | None
    lines: int
    lines_done: int
    added: int
    changed: int
    cancelled: int
    unchanged: int
    refused: int
    new_products: list[str]
    unused_columns: list[str]
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    version: int

    @property
    def is_working(self) -> bool:
        return self.status in ("CHECKING", "RUNNING")

    @property
    def goes_in(self) -> int:
        """How many lines a run stores."""
        return self.added + self.changed + self.cancelled


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A line that is wrong (`error`), or one that changes or cancels a ticket. `code` is empty for errors."""

    line: int
    kind: str
    field: str | None
    message: str
    code: str | None
    before: str | None
    after: str | None


async def read_import(services: Services, by: Actor, import_id: int) -> ImportRecord:
    """Return an import. Refuses IMPORT_NOT_FOUND."""
    return record_of(await read_row(services, by, import_id))


async def read_row(services: Services, by: Actor, import_id: int) -> Any:
    row = await services.database.records.fetchrow(IMPORTS.read_import, by.org_id, import_id)
    if row is None or (by.venue_ids and row["staff_id"] != by.staff_id):
        raise Refused(Reason.IMPORT_NOT_FOUND)
    return row


async def list_imports(
    services: Services, by: Actor, *, before: int | None = None, limit: int = 50
) -> tuple[list[ImportRecord], int | None]:
    """Return the imports, newest first, and the `before` of the next page."""
    own = by.staff_id if by.venue_ids else None
    rows = await services.database.records.fetch(
        IMPORTS.list_imports, by.org_id, own, BEYOND if before is None else before, limit + 1
    )
    found = [record_of(row) for row in rows[:limit]]
    return found, found[-1].import_id if len(rows) > limit else None


async def list_lines(
    services: Services,
    by: Actor,
    import_id: int,
    kinds: tuple[str, ...],
    *,
    after: tuple[int, str] = (0, ""),
    limit: int = PAGE,
) -> list[ImportLine]:
    """Return lines of an import in the order of the file. Refuses IMPORT_NOT_FOUND."""
    await read_row(services, by, import_id)
    rows = await services.database.records.fetch(IMPORTS.list_lines, by.org_id, import_id, list(kinds), *after, limit)
    return [
        ImportLine(
            row["line"], row["kind"], row["field"] or None, row["message"], row["code"], row["before"], row["after"]
        )
        for row in rows
    ]


def record_of(row: Any) -> ImportRecord:
    reading: dict[str, Any] = orjson.loads(row["reading"])
    headers, samples, guessed = (reading.get(name, []) for name in ("headers", "samples", "guessed"))
    mapping = row["mapping"] or [""] * len(headers)
    return ImportRecord(
        import_id=row["id"],
        columns=[ImportColumn(*one) for one in zip(headers, mapping, guessed, samples, strict=False)],
        encodings=[EncodingChoice(one["encoding"], one["lines"]) for one in reading.get("encodings", [])],
        kind=reading.get("kind"),
        sheets=reading.get("sheets", []),
        sheet=row["sheet"] or reading.get("sheet"),
        encoding=row["encoding"] or reading.get("encoding"),
        shop=reading.get("shop"),
        notes=reading.get("notes", []),
        preview=reading.get("preview", []),
        new_products=sorted(set(row["new_products"])),
        unused_columns=row["unused"],
        started_by=row["staff_name"],
        **{
            name: row[name]
            for name in (
                "status", "file_name", "size_bytes", "problem", "lines", "lines_done", "added", "changed", "cancelled", "unchanged",
                "refused", "created_at", "finished_at", "version",
            )
        },
    )  # fmt: skip
