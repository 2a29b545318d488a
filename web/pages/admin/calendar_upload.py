"""The upload of a calendar file: one file of a `multipart/form-data` form, read within limits."""

from __future__ import annotations

import asyncio

from aiohttp import BodyPartReader, web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.limits import POSTER_SECONDS
from web.middleware.origins import refuse_foreign_origin

_FORM = "multipart/form-data"
_BESIDE = 10_000
"""Bytes of a form beside the file: its headers."""


async def read_calendar_form(request: web.Request, most_bytes: int) -> bytes:
    """Return the field `file`.

    Refuses FORBIDDEN from another site, INVALID_REQUEST without a file or for one that is too large, and REQUEST_TIMEOUT.
    """
    refuse_foreign_origin(request)
    if request.content_type != _FORM:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    try:
        async with asyncio.timeout(POSTER_SECONDS):
            content = await _read_file(request, most_bytes)
    except TimeoutError:
        raise Refused(Reason.REQUEST_TIMEOUT) from None
    except (ValueError, AssertionError, web.RequestPayloadError):
        raise invalid(("file", "The form is damaged")) from None
    if not content:
        raise invalid(("file", "Choose a file first"))
    return content


async def _read_file(request: web.Request, most_bytes: int) -> bytes:
    content = b""
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ValueError("a form within a form")
        found = bytearray()
        while chunk := await part.read_chunk():
            size += len(chunk)
            if size > most_bytes + _BESIDE:
                raise invalid(("file", f"A calendar file has at most {most_bytes // 1024} KB"))
            found += chunk
        if part.name == "file":
            content = bytes(found)
    return content
