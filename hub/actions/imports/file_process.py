"""The file of an import, read by a process of its own (`hub/text/import_process.py`) that ends with its caller."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import IO, Any

import orjson

from hub.actions.imports.records import IMPORTS
from hub.services import Services

LONGEST_DOCUMENT = 16 * 1024 * 1024
"""Bytes of one line of the process: 500 lines of a file, each field at its longest."""
QUIET_SECONDS = 120.0
"""Seconds in which the process must say something. Its processor time is limited too."""


@asynccontextmanager
async def documents_of_file(
    services: Services, org_id: int, import_id: int, options: dict[str, Any]
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Yield the documents of a file, one at a time. The process and the copy of the file are gone afterwards, also after a crash."""
    # A file without a name: nothing is left of it when this process is killed.
    with tempfile.TemporaryFile() as copy:
        await _copy_parts(services, org_id, import_id, copy)
        copy.seek(0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.text.import_process", orjson.dumps(options).decode(),
            stdin=copy, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=LONGEST_DOCUMENT,
        )  # fmt: skip
        try:
            yield _documents(process)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _documents(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    while True:
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                line = await process.stdout.readline()
        except (TimeoutError, ValueError):
            line = b"x"
        if not line:
            # Killed by a limit, or without an answer: a document says so instead of an end.
            if await process.wait() != 0:
                yield {"refused": "The file cannot be read", "field": "file"}
            return
        if line == b"x":
            yield {
                "refused": "The file takes too long to read. Save it as CSV, or cut it into several files",
                "field": "file",
            }
            return
        yield orjson.loads(line)


async def _copy_parts(services: Services, org_id: int, import_id: int, copy: IO[bytes]) -> None:
    number = 0
    while True:
        content = await services.database.jobs.fetchval(IMPORTS.read_part, org_id, import_id, number)
        if content is None:
            return
        copy.write(content)
        number += 1
