"""Request bodies: read within limits, parsed as JSON, and validated before an endpoint uses them."""

import asyncio
from typing import Any, TypeVar

import orjson
from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ValidationError

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.limits import BODY_BYTES, BODY_SECONDS

_JSON = "application/json"
_BRIEF: Any = {"include_url": False, "include_context": False, "include_input": False}
_Request = TypeVar("_Request", bound=BaseModel)


async def read_json(request: web.Request, model: type[_Request], limit: int = BODY_BYTES) -> _Request:
    """Return the request's body as `model`. Refuses INVALID_REQUEST with every problem at once."""
    if not _is_json(request):
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    return parse_json(await read_body(request, limit), model)


def parse_json(body: bytes, model: type[_Request]) -> _Request:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise invalid(("body", f"Not valid JSON: {problem.msg}" if body else "A JSON object is required")) from None
    if not isinstance(value, dict):
        raise invalid(("body", "A JSON object is required"))
    return validate_body(value, model)


def validate_body(value: dict[str, Any], model: type[_Request]) -> _Request:
    try:
        return model.model_validate(value)
    except ValidationError as problems:
        raise invalid(*((_field(problem["loc"]), problem["msg"]) for problem in problems.errors(**_BRIEF))) from None


def invalid(*problems: tuple[str, str]) -> Refused:
    """Return the refusal INVALID_REQUEST with one entry per (field, message)."""
    return Refused(Reason.INVALID_REQUEST, errors=[{"field": field, "message": text} for field, text in problems])


async def read_body(request: web.Request, limit: int = BODY_BYTES, seconds: float = BODY_SECONDS) -> bytes:
    """Return the body. It may have `limit` bytes and must arrive within `seconds`."""
    length = request.content_length
    if length is not None and length > limit:
        raise _too_large(limit)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE, message="Send the body without Content-Encoding")
    try:
        if request.content.is_eof():
            # The usual case: the whole body has arrived already.
            body = request.content.read_nowait(-1)
        else:
            async with asyncio.timeout(seconds):
                body = await _read_at_most(request.content, limit)
    except TimeoutError:
        raise Refused(Reason.REQUEST_TIMEOUT) from None
    except (web.RequestPayloadError, HttpProcessingError):
        raise invalid(("body", "The body is damaged")) from None
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> Refused:
    """Return the refusal PAYLOAD_TOO_LARGE. Its usual words are those of the usual limit."""
    words = {} if limit == BODY_BYTES else {"message": f"The request is larger than {limit // 1024} KB"}
    return Refused(Reason.PAYLOAD_TOO_LARGE, **words)


async def _read_at_most(content: StreamReader, limit: int) -> bytes:
    """Return the whole body, or slightly more than `limit` bytes of it."""
    parts: list[bytes] = []
    size = 0
    while size <= limit and (part := await content.readany()):
        size += len(part)
        parts.append(part)
    return b"".join(parts)


def _is_json(request: web.Request) -> bool:
    given = request.headers.get("Content-Type", "")
    return given == _JSON or given.partition(";")[0].strip().lower() == _JSON


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "body"
