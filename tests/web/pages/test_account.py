"""One's own account and the forgotten password, without JavaScript."""

from __future__ import annotations

import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.staff import add_member, link_tokens, sign_in_at
from tests.support.still_outbox import send_nothing
from tests.support.world import PASSWORD, World


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every message in the outbox, with its content."""
    send_nothing(monkeypatch)


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(world: World) -> None:
    await add_member(world.hub.services, world.org_id, "ann", "MANAGER")
    own, other = [await sign_in_at(world, "ann") for _ in range(2)]
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(own)
        page = await browser.open("/account")
        for name, text in (("old", "wrong"), ("new", "a new password"), ("again", "a new password")):
            page.find(name).fill(text)
        await page.press("Save new password or PIN")
        assert page.words_of("old-wrong") == "This is not your current password or PIN"
        page.find("old").fill(PASSWORD)
        page.find("new").fill("a new password")
        page.find("again").fill("a new passwort")
        await page.press("Save new password or PIN")
        assert page.words_of("again-wrong") == "This is not the same as above"
        for name, text in (("old", PASSWORD), ("new", "a new password"), ("again", "a new password")):
            page.find(name).fill(text)
        await page.press("Save new password or PIN")
        assert page.words_of("done") == "Saved. All your other sessions have ended."
        async with world.hub.client.get("/api/operator/account", headers={"Authorization": f"Bearer {other}"}) as gone:
            assert gone.status == 401
        page.find("name").fill("Ann Lee")
        await page.press("Save name")
        assert page.find("name")["value"] == "Ann Lee"


async def test_a_forgotten_password_is_answered_alike_and_the_link_sets_a_new_one(world: World) -> None:
    await add_member(world.hub.services, world.org_id, "ann", email="ann@example.org")
    session = await sign_in_at(world, "ann")
    async with PlainBrowser(world.hub.url) as browser:
        said = []
        for name in ("nobody", "ANN@example.org", "ann"):
            page = await browser.open("/operator/forgotten")
            page.find("name").fill(name)
            await page.press("Send me a link")
            said.append((page.status, page.text))
        assert len(set(said)) == 1
        first, newest = await link_tokens(world.hub.database, "staff.reset")
        assert "This link is not valid." in (await browser.open(f"/invitation/{first}")).text
        page = await browser.open(f"/invitation/{newest}")
        page.field("PIN").check()
        for name in ("new", "again"):
            page.find(name).fill("735142")
        await page.press("Save")
    async with world.hub.client.get("/api/operator/account", headers={"Authorization": f"Bearer {session}"}) as gone:
        assert gone.status == 401
    async with world.hub.client.post("/api/operator/login", json={"username": "ann", "pin": "735142"}) as entered:
        assert entered.status == 200
    async with world.hub.client.post("/api/operator/login", json={"username": "ann", "password": PASSWORD}) as refused:
        assert refused.status == 401
