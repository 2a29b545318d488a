"""Authentication of sockets: who may open one, by which means, and when it is closed again."""

from datetime import timedelta

import pytest

from hub.live.endpoints.authentication import own_origins
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient
from tests.support.world import TODAY, World


async def refused(raw, **headers: str) -> int:
    with pytest.raises(ConnectionRefusedError) as caught:
        await raw(**headers)
    return caught.value.args[0]


async def error_then_code(client: RawClient) -> tuple[str, int]:
    frame = await client.next()
    assert frame["type"] == "error"
    assert frame["success"] is False
    assert "id" not in frame
    return frame["error"]["code"], await client.code()


async def test_a_header_signs_in_and_ready_follows_hello(world: World, raw) -> None:
    client = await raw(Authorization=f"Bearer {await world.staff(name='Jane Smith')}")
    hello = await client.next()
    assert hello.pop("server_time").startswith("2026-11-20T11:00:0")
    assert hello == {"type": "hello", "protocol": 1, "authenticated": True}
    ready = await client.next()
    assert ready["operator"]["name"] == "Jane Smith"
    assert ready["operator"]["role"] == "OPERATOR"
    assert ready["venue"] == {
        "id": world.venue_id,
        "name": "Test Venue",
        "timezone": "Europe/Rome",
        "today": str(TODAY),
    }


async def test_a_first_frame_signs_in_with_its_device(world: World, raw, live) -> None:
    client = await raw()
    assert (await client.next())["authenticated"] is False
    client.send(
        {"type": "auth", "token": await world.staff(), "device": {"id": "gate-a-1", "name": "A 1", "gate": "A"}}
    )
    assert (await client.next())["type"] == "ready"
    (connection,) = live.sockets.staff.all()
    assert connection.commands.context.device[:3] == ("gate-a-1", "A 1", "A")


async def test_the_cookie_signs_in_from_our_own_page(hub: Hub, world: World, raw) -> None:
    client = await raw(Cookie=f"hub_session={await world.staff()}", Origin=hub.url)
    assert (await client.next())["authenticated"] is True
    assert (await client.next())["type"] == "ready"


FOREIGN = (
    "https://evil.example", "null", "http://127.0.0.1", "{url}.evil.example", "{url}1", "https://127.0.0.1:{port}",
    "HTTP://127.0.0.1:{port}", "{url}/", "", "http://evil@127.0.0.1:{port}", "http://127.0.0.2:{port}", "ws://127.0.0.1:{port}",
)  # fmt: skip


async def test_the_cookie_from_another_page_is_refused_at_the_handshake(hub: Hub, world: World, raw) -> None:
    token = await world.staff()
    for origin in FOREIGN:
        origin = origin.format(url=hub.url, port=hub.settings.port)
        assert await refused(raw, Cookie=f"hub_session={token}", Origin=origin) == 403, origin


async def test_the_cookie_without_origin_is_refused(world: World, raw) -> None:
    assert await refused(raw, Cookie=f"hub_session={await world.staff()}") == 403


async def test_a_header_counts_whatever_the_origin(world: World, raw) -> None:
    client = await raw(Authorization=f"Bearer {await world.staff()}", Origin="capacitor://localhost")
    assert (await client.next())["authenticated"] is True


async def test_who_does_not_sign_in_is_shown_out_after_five_seconds(world: World, live, raw, wheel) -> None:
    client = await raw()
    await client.next()
    await wheel.turn(4.5)
    (connection,) = live.sockets.staff.all()
    assert not connection.closing
    await wheel.turn(0.5)
    assert await error_then_code(client) == ("UNAUTHENTICATED", 4401)


async def test_a_token_that_is_none_is_refused_in_the_same_words(world: World, raw) -> None:
    for token in ("", "nonsense", "a.b.c", 7, None, ["x"], "x" * 4000, "\u00e9"):
        client = await raw()
        await client.next()
        client.send({"type": "auth", "token": token})
        assert await error_then_code(client) == ("UNAUTHENTICATED", 4401), token


async def test_a_bad_header_is_refused_after_hello(world: World, raw) -> None:
    client = await raw(Authorization="Bearer nonsense")
    assert (await client.next())["authenticated"] is False
    assert await error_then_code(client) == ("UNAUTHENTICATED", 4401)


async def test_a_command_before_the_sign_in_ends_the_socket(world: World, raw) -> None:
    client = await raw()
    await client.next()
    client.send({"id": 1, "type": "validate", "code": "x"})
    reply = await client.next()
    assert (reply["id"], reply["error"]["code"]) == (1, "UNAUTHENTICATED")
    assert await client.code() == 4401


async def test_a_session_that_has_run_out_is_no_session(hub: Hub, world: World, raw) -> None:
    token = await world.staff()
    hub.clock.advance(timedelta(hours=8, seconds=1).total_seconds())
    client = await raw(Authorization=f"Bearer {token}")
    await client.next()
    assert await error_then_code(client) == ("UNAUTHENTICATED", 4401)


async def test_the_socket_ends_when_its_session_runs_out(hub: Hub, world: World) -> None:
    socket = await hub.socket(await world.staff())
    hub.clock.advance(timedelta(hours=8).total_seconds())
    assert (await socket.receive(3))["error"]["code"] == "UNAUTHENTICATED"
    await socket.ws.receive(timeout=3)
    assert socket.ws.close_code == 4401


async def test_signing_out_closes_the_sockets_of_that_session_and_no_other(hub: Hub, world: World) -> None:
    ended, other = await world.staff(), await world.staff()
    one, two, three = await hub.socket(ended), await hub.socket(ended), await hub.socket(other)
    status, _ = await hub.post("/api/operator/logout", {}, token=ended)
    assert status == 200
    for socket in (one, two):
        assert (await socket.receive(2))["error"]["code"] == "UNAUTHENTICATED"
        await socket.ws.receive(timeout=2)
        assert socket.ws.close_code == 4401
    assert (await three.command("ping"))["success"]


async def test_a_sign_out_in_one_process_closes_the_sockets_in_another(hub: Hub, world: World, open_hub) -> None:
    token = await world.staff()
    other = await open_hub()
    socket = await other.socket(token)
    await hub.post("/api/operator/logout", {}, token=token)
    assert (await socket.receive(3))["error"]["code"] == "UNAUTHENTICATED"


async def test_one_login_has_so_many_sockets_and_the_newest_is_refused(hub: Hub, world: World, open_hub, raw) -> None:
    small = await open_hub(sockets_per_operator=2)
    token = await world.staff()
    first, second = await small.socket(token), await small.socket(token)
    client = await raw(small.url, Authorization=f"Bearer {token}")
    await client.next()
    assert await error_then_code(client) == ("RATE_LIMITED", 4429)
    assert (await first.command("ping"))["success"]
    await second.close()
    assert (await (await small.socket(token)).command("ping"))["success"]


async def test_a_request_without_an_upgrade_is_refused(hub: Hub, world: World, raw) -> None:
    status, body = await hub.get("/ws")
    assert (status, body["error"]["code"]) == (426, "INVALID_REQUEST")


def test_the_origin_is_the_public_url_as_a_browser_writes_it(hub: Hub) -> None:
    from dataclasses import replace

    served = replace(hub.settings, development=False, public_url="https://Hub.example.org:443")
    assert own_origins(served) == {"https://hub.example.org"}
    local = replace(hub.settings, development=True, public_url="http://127.0.0.1:8080")
    assert "http://localhost:8080" in own_origins(local)
    assert own_origins(replace(local, development=False)) == {"http://127.0.0.1:8080"}
