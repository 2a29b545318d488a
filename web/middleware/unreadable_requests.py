"""Unreadable requests: the response to bytes that are not HTTP, which reach no route and no middleware.

By default aiohttp answers them in plain text, with a traceback in the log. But bad bytes of a client are not an error of the
hub, so they get a JSON response and one log line at debug level.
"""

import logging

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from hub.access.randomness import random_name
from hub.rules.reasons import Reason
from web.json_responses import refusal_response
from web.middleware.headers import SERVER

log = logging.getLogger(__name__)
_ordinary = RequestHandler.handle_error


def _handle_error(
    self: RequestHandler,
    request: web.BaseRequest,
    status: int = 500,
    exc: BaseException | None = None,
    message: str | None = None,
) -> web.StreamResponse:
    if status >= 500 or request.writer.output_size > 0:
        return _ordinary(self, request, status, exc, message)
    log.debug("request.unreadable", extra={"status": status, "problem": type(exc).__name__})
    response = refusal_response(
        Reason.INVALID_REQUEST,
        {"errors": [{"field": "request", "message": "This is not a well-formed HTTP request"}]},
        headers={
            "Server": SERVER,
            "X-Request-ID": random_name(),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
    response.set_status(status)
    response.force_close()
    return response


def answer_unreadable_requests() -> None:
    RequestHandler.handle_error = _handle_error  # type: ignore[method-assign]
