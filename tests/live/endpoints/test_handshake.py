"""The handshake of a socket: its headers are sent, and then they cost no memory."""

from __future__ import annotations

import gc

from aiohttp import web


def open_sockets() -> list[web.WebSocketResponse]:
    """Return the hub's ends of all open sockets of this process, those of earlier tests included."""
    return [one for one in gc.get_objects() if isinstance(one, web.WebSocketResponse) and one.prepared]


async def test_the_headers_of_an_open_socket_are_sent_and_not_kept(hub, world):
    token = await world.staff()
    others = open_sockets()
    async with hub.client.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert "Content-Security-Policy" in socket._response.headers
        [own] = [one for one in open_sockets() if not any(one is other for other in others)]
        assert not own.headers
