"""Starting an import: its file is stored in parts as it arrives, then checked. Changing how it is read checks it again."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable
from contextlib import suppress

from db.pool import DatabaseDown
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import refuse_fields, refuse_other_version
from hub.actions.imports.records import IMPORTS, ImportRecord, read_import, read_row, record_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.ticket_lines import COLUMNS, mapping_problem
from hub.services import Services
from hub.text.file_encoding import ENCODINGS

MOST_BYTES = 64 * 1024 * 1024
PART_BYTES = 256 * 1024
MOST_WAITING = 20
"""Imports of an organisation that hold a file at once."""
LONGEST_NAME = 200


async def start_import(
    services: Services,
    by: Actor,
    file_name: str,
    content: AsyncIterable[bytes],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: list[str] | None = None,
) -> ImportRecord:
    """Store a file as it arrives, and return the import that is being checked now.

    Refuses PAYLOAD_TOO_LARGE, INVALID_REQUEST for an empty file, and IMPORTS_WAITING if too many hold a file already.
    """
    _check_reading(encoding, mapping)
    if await services.database.fetchval(IMPORTS.count_waiting, by.org_id) >= MOST_WAITING:
        raise Refused(Reason.IMPORTS_WAITING, most=MOST_WAITING)
    now = services.clock.now()
    import_id = await services.database.fetchval(
        IMPORTS.add_import, by.org_id, _shown_name(file_name), encoding, sheet, mapping, by.staff_id, by.name, by.source,
        by.client_ip, list(by.venue_ids), now,
    )  # fmt: skip
    try:
        size, digest = await _store(services, by.org_id, import_id, content)
        if not size:
            refuse_fields({"file": "The file is empty"})
    except BaseException:
        with suppress(DatabaseDown):  # else the job drops it after a day
            await services.database.execute(IMPORTS.drop_upload, by.org_id, import_id)
        raise
    await services.database.fetchval(IMPORTS.arrived, by.org_id, import_id, size, digest, services.clock.now())
    return await read_import(services, by, import_id)


async def _store(services: Services, org_id: int, import_id: int, content: AsyncIterable[bytes]) -> tuple[int, str]:
    """Store the parts of a file, with one in memory at a time. Return its size and the name of its content."""
    held, size, number, digest = bytearray(), 0, 0, hashlib.sha256()
    async for piece in content:
        size += len(piece)
        if size > MOST_BYTES:
            raise too_large()
        digest.update(piece)
        held += piece
        while len(held) >= PART_BYTES:
            await services.database.execute(IMPORTS.add_part, org_id, import_id, number, bytes(held[:PART_BYTES]))
            del held[:PART_BYTES]
            number += 1
    if held:
        await services.database.execute(IMPORTS.add_part, org_id, import_id, number, bytes(held))
    return size, digest.hexdigest()[:16]


def too_large() -> Refused:
    return Refused(Reason.PAYLOAD_TOO_LARGE, message=f"A file has at most {MOST_BYTES // 1024 // 1024} MB")


async def change_reading(
    services: Services,
    by: Actor,
    import_id: int,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: list[str] | None = None,
    version: int | None = None,
) -> ImportRecord:
    """Read the file of an import in another way, and check it again. What is None stays; after another encoding or sheet the columns are guessed again.

    Refuses IMPORT_NOT_FOUND, IMPORT_NOT_READY once it runs, VERSION_MISMATCH, and INVALID_REQUEST.
    """
    _check_reading(encoding, mapping)
    row = await read_row(services, by, import_id)
    refuse_other_version(row, version)
    record = record_of(row)
    if mapping is not None and len(mapping) != len(record.columns):
        refuse_fields({"mapping": f"Give the meaning of all {len(record.columns)} columns"})
    again = (encoding is not None and encoding != row["encoding"]) or (sheet is not None and sheet != record.sheet)
    kept = None if again else row["mapping"]
    done = await services.database.fetchval(
        IMPORTS.check_again, by.org_id, import_id, encoding or row["encoding"], sheet or row["sheet"],
        mapping if mapping is not None else kept, services.clock.now(), row["version"],
    )  # fmt: skip
    if done is None:
        raise Refused(Reason.IMPORT_NOT_READY)
    return await read_import(services, by, import_id)


async def begin_run(
    services: Services, by: Actor, import_id: int, *, skip_errors: bool = False, version: int | None = None
) -> ImportRecord:
    """Begin to store a checked import. Asking again while it runs, or afterwards, changes nothing.

    Refuses IMPORT_NOT_FOUND, IMPORT_NOT_READY, VERSION_MISMATCH, and IMPORT_HAS_ERRORS unless wrong lines are to be left out.
    """
    row = await read_row(services, by, import_id)
    record = record_of(row)
    if record.status in ("RUNNING", "DONE"):
        return record
    refuse_other_version(row, version)
    if record.status != "READY":
        raise Refused(Reason.IMPORT_NOT_READY)
    if record.refused and not skip_errors:
        raise Refused(Reason.IMPORT_HAS_ERRORS, refused=record.refused)
    await services.database.fetchval(
        IMPORTS.begin_run, by.org_id, import_id, skip_errors, services.clock.now(), row["version"]
    )
    return await read_import(services, by, import_id)


async def delete_import(services: Services, by: Actor, import_id: int) -> None:
    """Delete an import with its file; the tickets that it has stored stay. Refuses IMPORT_NOT_FOUND, and IMPORT_NOT_READY while it runs."""
    await read_row(services, by, import_id)
    if await services.database.fetchval(IMPORTS.delete_import, by.org_id, import_id) is None:
        raise Refused(Reason.IMPORT_NOT_READY)


def _check_reading(encoding: str | None, mapping: list[str] | None) -> None:
    errors = {}
    if encoding is not None and encoding.lower() not in ENCODINGS:
        errors["encoding"] = f"No such encoding. Known are: {', '.join(ENCODINGS)}"
    if mapping is not None:
        if any(one and one not in COLUMNS for one in mapping):
            errors["mapping"] = f"A column is one of {', '.join(COLUMNS)}, or empty"
        else:
            problem = mapping_problem(mapping)
            if problem:
                errors["mapping"] = problem
    refuse_fields(errors)


def _shown_name(file_name: str) -> str:
    """Return the name of a file without its folder, as one line."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        return clean_line(name[:LONGEST_NAME], LONGEST_NAME) or "file"
    except ValueError:
        return "file"
