"""The API client of the web tests. It validates every answer against the OpenAPI document."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator

from tests.support.hub import Hub
from tests.support.schema_validator import validator_of
from web.api.openapi import build_document, plain_path
from web.api.table import ENDPOINTS

DOCUMENT = build_document(ENDPOINTS, "http://127.0.0.1:8080")
PATHS = {
    path: re.compile(
        re.sub(
            r"\\\{[a-z_]+\\\}",
            "[0-9]+",
            re.escape(path)
            .replace(r"\{token\}", "[^/]+")
            .replace(r"\{reference\}", "[^/]+")
            .replace(r"\{hash\}", "[0-9a-f]+"),
        )
    )
    for path in sorted((plain_path(endpoint.path) for endpoint in ENDPOINTS), key=len)
}


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes
    method: str = ""
    path: str = ""
    error_code: str | None = field(default=None)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.json["success"] is True, self.json
        return self.json["data"]

    @property
    def error(self) -> Any:
        assert self.json["success"] is False, self.json
        return self.json["error"]

    @property
    def code(self) -> str:
        return str(self.error["code"])


class Api:
    """A client of one hub. It fails the test if the document does not describe an answer."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            data = orjson.dumps(body)
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        async with self.hub.client.request(
            method, path, data=data, headers=headers, allow_redirects=False, skip_auto_headers=["Content-Type"]
        ) as response:
            answer = Answer(response.status, response.headers.copy(), await response.read(), method, path)
        hold_against_document(answer)
        return answer

    async def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, body, **more)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("PUT", path, body, **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("PATCH", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Answer:
        return await self.ask("DELETE", path, **more)


@cache
def _template_of(path: str) -> str | None:
    return next((name for name, pattern in PATHS.items() if pattern.fullmatch(path)), None)


@cache
def _validator_of(template: str, method: str, status: str) -> Draft202012Validator:
    content = DOCUMENT["paths"][template][method]["responses"][status]["content"]["application/json"]
    return validator_of(content["schema"], DOCUMENT)


def hold_against_document(answer: Answer) -> None:
    path = answer.path.partition("?")[0]
    template = _template_of(path)
    operation = DOCUMENT["paths"].get(template, {}).get(answer.method.lower())
    if template is None or operation is None:
        assert answer.status in (404, 405), (
            f"{answer.method} {path} is not in the document but answered {answer.status}"
        )
        return
    described = operation["responses"].get(str(answer.status))
    assert described is not None, (
        f"{answer.method} {path} answered {answer.status}, not in the document: {answer.body!r}"
    )
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.status == 304:
        assert answer.body == b""
        return
    assert kind in described["content"], f"{kind} of {answer.method} {path} is not in the document"
    if kind == "application/json" and template != "/api/openapi.json":
        _validator_of(template, answer.method.lower(), str(answer.status)).validate(answer.json)


def booking(ticket: Any, slot_id: int, **other: Any) -> dict[str, Any]:
    return {
        "ticket_id": ticket.id,
        "slot_id": slot_id,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
        **other,
    }


async def raw_request(hub: Hub, request: bytes, *, wait: float = 8) -> bytes:
    """Send raw bytes and return a whole response, or what came before the hub closed or `wait` seconds had passed."""
    reader, writer = await asyncio.open_connection(hub.settings.host, hub.settings.port)
    try:
        writer.write(request)
        await writer.drain()
        said = b""
        try:
            async with asyncio.timeout(wait):
                while part := await reader.read(65536):
                    said += part
                    if b"\r\n\r\n" in said and _whole(said):
                        break
        except TimeoutError:
            pass
        return said
    finally:
        writer.close()


def _whole(said: bytes) -> bool:
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return length is not None and len(body) >= int(length[1])
