"""A whole import in one call, for the command line: uploaded, checked, and stored if nothing stands in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Mapping
from typing import Any

from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import refuse_fields
from hub.actions.imports.records import PAGE, ImportColumn, ImportLine, ImportRecord, list_lines, read_import
from hub.actions.imports.start import begin_run, change_reading, delete_import, start_import
from hub.actions.imports.work import work_on
from hub.rules.column_names import plain_header
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services


async def import_file(
    services: Services,
    by: Actor,
    file_name: str,
    content: AsyncIterable[bytes],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    all_or_nothing: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Import a file, and return a report on its lines. With `dry_run` nothing is stored. `columns` says what headers mean.

    With `all_or_nothing` one wrong line or unused column stops the import. Refuses INVALID_REQUEST for a file that is no such table,
    whose encoding is neither sure nor named, or whose columns are not clear.
    """
    first = await start_import(services, by, file_name, content, encoding=encoding, sheet=sheet)
    checked = await _work_off(services, by, first.import_id)
    if columns and checked.columns:
        try:
            await change_reading(services, by, checked.import_id, mapping=_mapping(checked.columns, columns))
        except Refused:
            await delete_import(services, by, checked.import_id)
            raise
        checked = await _work_off(services, by, checked.import_id)
    if checked.status != "READY":
        await delete_import(services, by, checked.import_id)
        field = "encoding" if checked.status == "ENCODING" else "file"
        raise Refused(Reason.INVALID_REQUEST, message=checked.problem, field=field)
    stopped = all_or_nothing and (checked.refused or checked.unused_columns)
    if dry_run or stopped:
        report = await _report(services, by, checked, stored=False)
        if all_or_nothing:
            report["errors"][:0] = [
                {"line": 1, "field": None, "message": f"column not used: {header}"} for header in checked.unused_columns
            ]
        await delete_import(services, by, checked.import_id)
        return report
    await begin_run(services, by, checked.import_id, skip_errors=True)
    done = await _work_off(services, by, checked.import_id)
    known = {"encoding": checked.encoding, "sheet": checked.sheet, "shop": checked.shop}
    return {**await _report(services, by, done, stored=True), **known}


def _mapping(found: list[ImportColumn], columns: Mapping[str, str]) -> list[str]:
    """Return what each column means: what is said of its header, else what was guessed. Refuses INVALID_REQUEST for an unknown header."""
    said = {plain_header(header): column for header, column in columns.items()}
    headers = {plain_header(one.header) for one in found}
    for header in columns:
        if plain_header(header) not in headers:
            refuse_fields({"mapping": f"The file has no column {header}"})
    taken = set(said.values())
    return [said.get(plain_header(one.header), "" if one.guessed in taken else one.guessed) for one in found]


async def _work_off(services: Services, by: Actor, import_id: int) -> ImportRecord:
    """Work on the import until it rests. A hub that is running may have taken it."""
    while True:
        await work_on(services, by.org_id, import_id)
        record = await read_import(services, by, import_id)
        if not record.is_working:
            return record
        await asyncio.sleep(0.2)


async def _report(services: Services, by: Actor, record: ImportRecord, *, stored: bool) -> dict[str, Any]:
    errors = await _all_lines(services, by, record.import_id, ("error",))
    changes = [] if stored else await _all_lines(services, by, record.import_id, ("change", "cancel"))
    return {
        "import_id": record.import_id,
        "stored": stored,
        "encoding": record.encoding,
        "sheet": record.sheet,
        "shop": record.shop,
        "imported": record.added if stored else 0,
        "changed": record.changed if stored else 0,
        "cancelled": record.cancelled if stored else 0,
        "to_import": 0 if stored else record.added,
        "to_change": 0 if stored else record.changed,
        "to_cancel": 0 if stored else record.cancelled,
        "unchanged": record.unchanged,
        "refused": record.refused,
        "errors": [{"line": one.line, "field": one.field, "message": one.message} for one in errors],
        "changes": [{"line": one.line, "ticket_code": one.code, "field": one.field, "before": one.before, "after": one.after}
                    for one in changes],
        "unused_columns": record.unused_columns,
        "products_created": record.new_products if stored else [],
        "products_to_create": [] if stored else record.new_products,
    }  # fmt: skip


async def _all_lines(services: Services, by: Actor, import_id: int, kinds: tuple[str, ...]) -> list[ImportLine]:
    lines: list[ImportLine] = []
    after = (0, "")
    while True:
        page = await list_lines(services, by, import_id, kinds, after=after)
        lines += page
        if len(page) < PAGE:
            return lines
        after = (page[-1].line, page[-1].field or "")
