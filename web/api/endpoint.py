"""The endpoint type: one row of the table of endpoints, from which routes and the OpenAPI document are built."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from hub.access.api_keys import ApiKey
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_responses import refused_response
from web.keys import SERVICES
from web.packed_responses import pack_response
from web.request_fields import of_unknown_key

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Scope = Literal["orders", "tickets:read", "scans:read", "slots", "webhooks"]
Who = Literal["anyone", "holder", "ticket holder", "operator", "monitoring"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or header; `schema` is JSON Schema."""

    name: str
    place: Literal["query", "header"]
    schema: Mapping[str, object]
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint. `path` is aiohttp's with its patterns. `response` is the model of the response, or its media types.

    `status` is that of the response: 201 if the request makes something. `upload` has the media types of a body that is a file.
    `packed` is for lists without secrets: they are compressed (web/packed_responses.py). `scope` lets API keys with this scope ask.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    who: Who
    response: type[BaseModel] | tuple[str, ...]
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[Reason, ...] = ()
    statuses: Mapping[Reason, int] = field(default_factory=dict)
    not_modified: bool = False
    about: str = ""
    status: Literal[200, 201] = 200
    upload: tuple[str, ...] = ()
    packed: bool = False
    scope: Scope | None = None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Call the handler. A refusal is answered with the status that this endpoint has for its reason."""
        try:
            if self.scope is not None and "api_key" in request:
                await self._admit_key(request, request["api_key"])
            response = await self.handler(request)
        except Refused as no:
            return refused_response(of_unknown_key(request, no), self.statuses)
        return await pack_response(request, response, public=self.who == "anyone") if self.packed else response

    async def _admit_key(self, request: web.Request, key: ApiKey) -> None:
        """Let whoever has this key ask as an administrator within its venues. Refuses FORBIDDEN without the scope."""
        if self.scope not in key.scopes:
            raise Refused(Reason.FORBIDDEN, message=f"This API key lacks the scope {self.scope}.", scope=self.scope)
        venue = None if key.venue_ids else await request.app[SERVICES].venues.first(key.org_id)
        request["identity"], request["paced"] = key.identity(venue.id if venue else 0), True

    def route(self) -> web.RouteDef:
        handler = self.serve if self.statuses or self.packed or self.scope else self.handler
        return web.RouteDef(self.method, self.path, handler, {"allow_head": True} if self.method == "GET" else {})
