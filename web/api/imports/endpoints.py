"""The endpoints of imports: upload a file, read how far it is, say what its columns mean, run it, and download its errors."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import asdict

from aiohttp import web

from hub.actions.imports.records import ImportLine, ImportRecord, list_imports, list_lines, read_import
from hub.actions.imports.start import MOST_BYTES, begin_run, change_reading, delete_import, start_import, too_large
from web.api.administration import actor_of, answer
from web.api.imports.requests import ImportReading, ImportRun
from web.api.reporting.csv_files import BYTE_ORDER_MARK, csv_cell, wants_csv
from web.json_body import invalid, read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID, LONGEST_LABEL, LONGEST_SEARCH
from web.pieces_of_body import read_pieces
from web.request_fields import expected_version, path_id, query_int, query_limit, query_text

_AFTER = re.compile(r"([0-9]{1,9})_([a-z_]{0,20})", re.ASCII)
ERRORS, CHANGES = ("error",), ("change", "cancel")
_COLUMNS = {ERRORS: ("line", "field", "message"), CHANGES: ("line", "code", "field", "before", "after")}


async def add_import(request: web.Request) -> web.Response:
    """The body is the file itself. Its kind is found in its bytes, so the header may name any."""
    by = actor_of(request)
    name, encoding, sheet = (_short(request, one) for one in ("name", "encoding", "sheet"))
    pieces = read_pieces(request, MOST_BYTES, too_large)
    record = await start_import(request.app[SERVICES], by, name or "file", pieces, encoding=encoding, sheet=sheet)
    return _answer(record, made=True)


async def list_all(request: web.Request) -> web.Response:
    by = actor_of(request)
    found, following = await list_imports(
        request.app[SERVICES], by, before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request)
    )
    return answer({"imports": [_fields(one) for one in found], "next": following})


async def show_import(request: web.Request) -> web.Response:
    by = actor_of(request)
    return _answer(await read_import(request.app[SERVICES], by, path_id(request, "import_id")))


async def change_import(request: web.Request) -> web.Response:
    by, version = actor_of(request), expected_version(request)
    body = await read_json(request, ImportReading)
    mapping = None if body.mapping is None else [str(one) for one in body.mapping]
    record = await change_reading(
        request.app[SERVICES], by, path_id(request, "import_id"), encoding=body.encoding, sheet=body.sheet, mapping=mapping,
        version=version,
    )  # fmt: skip
    return _answer(record)


async def run_import(request: web.Request) -> web.Response:
    by, version = actor_of(request), expected_version(request)
    body = await read_json(request, ImportRun)
    record = await begin_run(
        request.app[SERVICES], by, path_id(request, "import_id"), skip_errors=body.skip_errors, version=version
    )
    return _answer(record)


async def remove_import(request: web.Request) -> web.Response:
    by = actor_of(request)
    await delete_import(request.app[SERVICES], by, path_id(request, "import_id"))
    return answer({"deleted": True})


async def show_errors(request: web.Request) -> web.StreamResponse:
    return await _lines(request, ERRORS, "errors")


async def show_changes(request: web.Request) -> web.StreamResponse:
    return await _lines(request, CHANGES, "changes")


async def _lines(request: web.Request, kinds: tuple[str, ...], name: str) -> web.StreamResponse:
    by, import_id, limit = actor_of(request), path_id(request, "import_id"), query_limit(request)
    services, after = request.app[SERVICES], _after(request)
    if wants_csv(request):
        record = await read_import(services, by, import_id)
        pages = _pages(request, kinds)
        return await send_lines(request, pages, _COLUMNS[kinds], f"import-{record.import_id}-{name}.csv")
    found = await list_lines(services, by, import_id, kinds, after=after, limit=limit + 1)
    page = found[:limit]
    following = f"{page[-1].line}_{page[-1].field or ''}" if len(found) > limit else None
    return answer({"lines": [asdict(one) for one in page], "next": following})


async def _pages(request: web.Request, kinds: tuple[str, ...]) -> AsyncIterator[list[ImportLine]]:
    by, import_id = actor_of(request), path_id(request, "import_id")
    after = (0, "")
    while True:
        page = await list_lines(request.app[SERVICES], by, import_id, kinds, after=after)
        if not page:
            return
        yield page
        after = (page[-1].line, page[-1].field or "")


async def send_lines(
    request: web.Request, pages: AsyncIterator[list[ImportLine]], columns: tuple[str, ...], name: str
) -> web.StreamResponse:
    """Send lines as a CSV file that no spreadsheet takes for formulas, a page at a time."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write((BYTE_ORDER_MARK + ",".join(columns) + "\r\n").encode())
    async for page in pages:
        text = io.StringIO()
        csv.writer(text).writerows([csv_cell(getattr(one, column)) for column in columns] for one in page)
        await response.write(text.getvalue().encode())
    await response.write_eof()
    return response


def _after(request: web.Request) -> tuple[int, str]:
    text = query_text(request, "after")
    if text is None:
        return (0, "")
    found = _AFTER.fullmatch(text)
    if found is None:
        raise invalid(("after", "Give the `next` of the page before"))
    return int(found[1]), found[2]


def _short(request: web.Request, name: str) -> str | None:
    text = request.query.get(name)
    longest = LONGEST_SEARCH if name == "name" else LONGEST_LABEL
    if text is not None and not (1 <= len(text) <= longest and text.isprintable()):
        raise invalid((name, f"Give 1 to {longest} characters"))
    return text


def _answer(record: ImportRecord, *, made: bool = False) -> web.Response:
    return answer(_fields(record), version=record.version, made=made)


def _fields(record: ImportRecord) -> dict[str, object]:
    return asdict(record)
