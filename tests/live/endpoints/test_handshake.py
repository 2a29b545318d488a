"""The handshake of a socket: its headers are sent, and then they cost no memory."""

from __future__ import annotations

import gc

from aiohttp import web


async def test_the_headers_of_an_open_socket_are_sent_and_not_kept(hub, world):
    token = await world.staff()
    async with hub.client.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert "Content-Security-Policy" in socket._response.headers
        gc.collect()  # what earlier tests left
        held = [one for one in gc.get_objects() if isinstance(one, web.WebSocketResponse) and one.prepared]
        assert len(held) == 1
        assert not held[0].headers
