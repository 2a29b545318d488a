"""The development mailbox: not available in production."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from hub.confirmation.development_mailbox import drop_sms_into_mailbox, list_development_mail
from tests.support.hub import Hub
from tests.support.world import World


async def test_production_shows_no_mail_in_any_form(open_hub: Callable[..., Awaitable[Hub]], world: World) -> None:
    await world.reserved(await world.slot())
    for _ in range(400):
        if found := list_development_mail(world.hub.settings.data_dir):
            break
        await asyncio.sleep(0.02)
    paths = ["/dev/mail", f"/dev/mail/{found[0].name}", f"/dev/mail/{found[0].name}/html"]
    serious, public = await open_hub(development=False), await open_hub(public_url="https://hub.example.org")
    for path in paths:
        async with world.hub.client.get(path) as response:
            assert response.status == 200, path
        async with serious.client.get(path) as response:
            assert response.status == 404, path
        async with world.hub.client.get(f"http://127.0.0.1:{public.settings.port}{path}") as response:
            assert response.status == 404, path
        async with world.hub.client.get(path, headers={"X-Forwarded-For": "203.0.113.9"}) as response:
            assert response.status == 404, "the proxy of somebody who made the machine public"


async def test_a_mail_shown_as_html_may_do_nothing_but_be_looked_at(world: World) -> None:
    await world.reserved(await world.slot())
    for _ in range(400):
        if found := list_development_mail(world.hub.settings.data_dir):
            break
        await asyncio.sleep(0.02)
    async with world.hub.client.get(f"/dev/mail/{found[0].name}/html") as response:
        policy = response.headers["Content-Security-Policy"]
        assert "script-src" not in policy
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "cid:" not in await response.text()


async def test_what_is_no_mail_has_no_html(world: World) -> None:
    path = drop_sms_into_mailbox(world.hub.settings.data_dir, "+12025550100", "hello", "<1@x>")
    for name in (path.name, "20261120T000000000000Z-x.eml", "..%2fsecret.key", "x"):
        async with world.hub.client.get(f"/dev/mail/{name}/html") as response:
            assert response.status == 404, name
