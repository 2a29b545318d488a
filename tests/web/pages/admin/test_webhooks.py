"""Webhooks without JavaScript: added, tested, changed, paused, given a new secret, replayed and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.webhooks.write_events import write_events
from tests.support.plain_browser import PlainBrowser
from tests.support.webhooks import Receiver, hub_and_world, some_events
from tests.support.world import World


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = await Receiver().start()
    yield server
    await server.stop()


@pytest.fixture
async def world(open_hub) -> World:
    return (await hub_and_world(open_hub))[1]


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_a_webhook_from_its_first_form_to_its_end(world: World, browser: PlainBrowser, receiver: Receiver):
    page = await browser.open("/admin/webhooks/new")
    page.find("name").fill("Shop")
    page.find("url").fill("http://shop.example/hook")
    await page.press("Save")
    assert (page.status, page.words_of("url-wrong")) == (
        400, "Give an address that begins with https:// and is public"
    )  # fmt: skip
    page.find("url").fill(receiver.url)
    await page.press("Save")
    assert "whsec_" in page.words_of("signing-secret")
    page = await browser.open("/admin/webhooks")
    await page.follow("Shop")
    assert "whsec_" not in page.text, "a secret is shown once"
    receiver.answer = lambda request, body: 500
    await page.press("Send a test")
    assert page.words_of("failed-test") == "The test was not taken. The receiver answered with status 500"
    receiver.answer = lambda request, body: 200
    await page.press("Send a test")
    assert page.words_of("done") == "The receiver has taken the test."
    await page.press("Pause")
    assert page.words_of("done") == "The webhook is paused. Its events are kept."
    async with world.hub.database.transaction() as connection:
        await write_events(connection, world.org_id, some_events(3))
    await page.press("Go on")
    await receiver.wait_for(5)
    page.find("from").fill("9")
    await page.press("Send again")
    assert (page.status, page.words_of("from-wrong")) == (400, "The log has no event with this number")
    page.find("from").fill("2")
    await page.press("Send again")
    assert [event["sequence"] for event in (await receiver.wait_for(7))[-2:]] in ([2, 3], [3, 2])
    await page.press("New secret")
    assert "signs too until" in page.words_of("signing-secret")
    await page.press("Delete webhook")
    assert page.words_of("done") == "The webhook is deleted."
