"""Visitors of waiting rooms over HTTP: each with the cookie of a browser of its own."""

from __future__ import annotations

from typing import Any

from tests.support.api_client import Answer, Api
from tests.support.world import World


class Visitor:
    """A browser. It joins, looks, leaves and books with its cookie `waiting`, as soon as it has one."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cookie = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    async def join(self, key: str) -> dict[str, Any]:
        answer = await self.api.post("/api/waiting-room", {"for": key}, headers=self.headers)
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return dict(answer.data)

    async def look(self, key: str) -> dict[str, Any]:
        return dict((await self.api.get(f"/api/waiting-room?for={key}", headers=self.headers)).data)

    async def leave(self, key: str) -> dict[str, Any]:
        return dict((await self.api.delete(f"/api/waiting-room?for={key}", headers=self.headers)).data)

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> Answer:
        return await self.api.post(path, body, headers={**self.headers, **headers})


async def open_waiting_room(world: World, what: str, per_minute: int, **columns: Any) -> None:
    """Let the venue have waiting rooms in front of `what`, which admit so many visitors a minute."""
    await world.policy(waiting_room=what, waiting_room_per_minute=per_minute, **columns)
