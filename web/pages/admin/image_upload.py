"""The upload of an image: one file of a `multipart/form-data` form, read within limits."""

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
"""Bytes of a form beside the file: its headers and its other fields."""


async def read_image(request: web.Request, most_bytes: int, too_heavy: str) -> bytes | None:
    """Return the uploaded image, of at most `most_bytes`; None if the form asks to take it away. `too_heavy` says the limit in words.

    Refuses FORBIDDEN from another site, INVALID_REQUEST without a file, PAYLOAD_TOO_LARGE, and REQUEST_TIMEOUT.
    """
    refuse_foreign_origin(request)
    if request.content_type != _FORM:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    too_large = Refused(Reason.PAYLOAD_TOO_LARGE, message=too_heavy)
    if (request.content_length or 0) > most_bytes + _BESIDE:
        raise too_large
    try:
        async with asyncio.timeout(POSTER_SECONDS):
            image, remove = await _read_parts(request, most_bytes, too_large)
    except TimeoutError:
        raise Refused(Reason.REQUEST_TIMEOUT) from None
    except (ValueError, AssertionError, web.RequestPayloadError):
        raise invalid(("image", "The form is damaged")) from None
    if remove:
        return None
    if not image:
        raise invalid(("image", "Choose an image first"))
    return image


async def _read_parts(request: web.Request, most_bytes: int, too_large: Refused) -> tuple[bytes, bool]:
    """Return the bytes of the field `image`, and whether there is a field `remove`."""
    image, remove = b"", False
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ValueError("a form within a form")
        found = bytearray()
        while chunk := await part.read_chunk():
            size += len(chunk)
            if size > most_bytes + _BESIDE:
                raise too_large
            found += chunk
        if part.name == "image":
            image = bytes(found)
        remove = remove or part.name == "remove"
    return image, remove
