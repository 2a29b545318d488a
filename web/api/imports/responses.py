"""Responses about imports."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response

ImportStatus = Literal["ENCODING", "MAPPING", "CHECKING", "READY", "RUNNING", "DONE", "FAILED", "EXPIRED"]


class ImportColumn(Response):
    header: str
    column: str
    """What it means: `code`, `order` and so on; empty if it is not used."""
    guessed: str
    samples: list[str]


class EncodingChoice(Response):
    encoding: str
    lines: list[str]


class ImportPreviewLine(Response):
    line: str
    code: str
    order: str | None
    product: str | None
    channel: str
    status: str
    name: str | None
    email: str | None
    phone: str | None
    what: Literal["add", "same", "change", "cancel", "refuse"]


class ImportRecord(Response):
    import_id: int
    status: ImportStatus
    """`ENCODING` and `MAPPING` wait for a choice, `READY` for the run. `EXPIRED`: the file is deleted."""
    file_name: str
    size_bytes: int
    kind: Literal["csv", "xlsx"] | None
    encoding: str | None
    sheet: str | None
    sheets: list[str]
    shop: str | None
    """The shop whose export was recognised."""
    columns: list[ImportColumn]
    encodings: list[EncodingChoice]
    """The encodings to choose from, with lines of the file in each."""
    notes: list[str]
    preview: list[ImportPreviewLine]
    """The first lines as they will be stored."""
    problem: str | None
    lines: int
    lines_done: int
    """The lines that the check, or the run, has been through."""
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
    """Counts the changes of the state. `If-Match` names it."""


class ImportAnswer(Done):
    data: ImportRecord


class ImportPageFields(Response):
    imports: list[ImportRecord]
    next: int | None
    """The `before` of the next page; null at the end."""


class ImportPageAnswer(Done):
    data: ImportPageFields


class ImportLine(Response):
    line: int
    kind: Literal["error", "change", "cancel"]
    field: str | None
    message: str
    code: str | None
    before: str | None
    after: str | None


class ImportLineFields(Response):
    lines: list[ImportLine]
    next: str | None
    """The `after` of the next page; null at the end."""


class ImportLinesAnswer(Done):
    data: ImportLineFields


class ImportDeleted(Response):
    deleted: bool


class ImportDeletedAnswer(Done):
    data: ImportDeleted
