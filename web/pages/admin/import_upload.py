"""The upload of a file of tickets: one file of a `multipart/form-data` form, handed on in pieces as it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web

from hub.actions.imports.start import MOST_BYTES, too_large
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid
from web.limits import UPLOAD_PIECE_SECONDS
from web.middleware.origins import refuse_foreign_origin

_FORM = "multipart/form-data"
_BESIDE = 10_000
"""Bytes of a form beside the file: its headers and its other fields."""


async def open_upload(request: web.Request) -> tuple[str, AsyncIterator[bytes]]:
    """Return the name of the field `file` and its content.

    Refuses FORBIDDEN from another site, INVALID_REQUEST without a file, PAYLOAD_TOO_LARGE, and REQUEST_TIMEOUT.
    """
    refuse_foreign_origin(request)
    if request.content_type != _FORM:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    if (request.content_length or 0) > MOST_BYTES + _BESIDE:
        raise too_large()
    try:
        async with asyncio.timeout(UPLOAD_PIECE_SECONDS):
            reader = await request.multipart()
            part = await reader.next()
    except TimeoutError:
        raise Refused(Reason.REQUEST_TIMEOUT) from None
    except (ValueError, AssertionError, web.RequestPayloadError):
        raise invalid(("file", "The form is damaged")) from None
    if not isinstance(part, BodyPartReader) or part.name != "file" or not part.filename:
        raise invalid(("file", "Choose a file first"))
    return part.filename, _pieces(part)


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(UPLOAD_PIECE_SECONDS):
                piece = await part.read_chunk()
        except TimeoutError:
            raise Refused(Reason.REQUEST_TIMEOUT) from None
        except (ValueError, AssertionError, web.RequestPayloadError):
            raise invalid(("file", "The form is damaged")) from None
        if not piece:
            return
        yield piece
