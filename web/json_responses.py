"""JSON responses: encode a result or a refusal, with status and headers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.messages import message, said
from web.one_piece_response import JSON, OnePieceResponse
from web.statuses import status_of

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def dumps(value: object) -> bytes:
    """Encode JSON as in the contract: dates `YYYY-MM-DD`, times `HH:MM:SS`, timestamps in UTC with `Z`."""
    return orjson.dumps(value, option=_OPTIONS, default=_as_text)


def _as_text(value: object) -> str:
    """Encode a UUID as Postgres gives it, which is a subclass that orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def json_response(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    response = OnePieceResponse(body=body, status=status, headers=headers)
    # Set as a header, because the property `content_type` parses and formats, and every response comes through here.
    response.headers["Content-Type"] = JSON
    return response


def success_response(data: object, **beside: Any) -> web.Response:
    """Return `{"success": true, "data": ...}`, with `beside` next to `data`."""
    return json_response(dumps({"success": True, "data": data, **beside}))


def created_response(data: object) -> web.Response:
    """Return `{"success": true, "data": ...}` with status 201."""
    return json_response(dumps({"success": True, "data": data}), status=201)


def refusal_response(
    reason: Reason,
    details: Mapping[str, Any] | None = None,
    *,
    overrides: Mapping[Reason, int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return `{"success": false, "error": {"code", "message", ...details}}` with the reason's status."""
    beside = dict(details) if details else {}
    sentence = message(reason, beside)
    error: dict[str, Any] = {"code": reason.value, "message": sentence}
    error.update(beside)
    error["code"], error["message"] = reason.value, sentence
    for problems in ("errors", "validation_errors"):
        if problems in error:
            error[problems] = said(error[problems])
    if "tickets" in error:
        # A party's refusal lists every ticket that cannot be used, each with its own reason.
        error["tickets"] = [{"message": message(Reason(one["code"]), one), **one} for one in error["tickets"]]
    response = json_response(
        dumps({"success": False, "error": error}), status=status_of(reason, overrides), headers=headers
    )
    if "retry_after" in beside:
        response.headers["Retry-After"] = str(max(1, round(float(beside["retry_after"]) + 0.499)))
    if reason is Reason.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="venue-hub"'
    return response


def refused_response(refused: Refused, overrides: Mapping[Reason, int] | None = None) -> web.Response:
    return refusal_response(refused.reason, refused.details, overrides=overrides)
