"""The policies without JavaScript: found, tried on the scans of the day, changed, and refused beside the field."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.venues.venues import change_venue
from tests.support.api_client import Api
from tests.support.plain_browser import PlainBrowser
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_a_policy_is_found_tried_and_changed(world: World, browser: PlainBrowser) -> None:
    operator, api = await world.staff("OPERATOR"), Api(world.hub)
    for ticket in await world.tickets(2):
        await api.post("/venue/scan", {"code": ticket.code}, token=operator)
    await api.post("/venue/scan", {"code": "TKT-2026-ABC123-DEF456"}, token=operator)
    page = await browser.open("/admin/policies?q=without+a+reservation")
    assert "Who will notice: Visitors at the gates, and operators · Default: Turn away" in page.text
    assert "Late entry" not in page.text
    next(one for one in page.find("unreserved_entry").all("input") if one["value"] == "allow").check()
    await page.press("What would scans have been?")
    assert "2 of 3 scans that were red would have been yellow." in page.text
    assert "Yesterday Nothing was scanned." in page.text
    await page.press("Save")
    assert page.words_of("done").startswith("The policy is saved.")
    assert (await world.hub.services.venues.read(world.org_id, world.venue_id)).policy.unreserved_entry == "allow"


async def test_a_wrong_value_is_said_beside_its_field_and_a_stale_one_beside_the_newest(
    world: World, browser: PlainBrowser
) -> None:
    page = await browser.open("/admin/policies?q=Late+entry")
    page.find("value-late_entry_minutes").fill("soon")
    await page.press("Save")
    assert (page.status, page.find("value-late_entry_minutes")["value"]) == (400, "soon")
    assert page.words_of("value-late_entry_minutes-wrong") == "Give a whole number from 0 to 1440"
    page = await browser.open("/admin/policies?q=Late+entry")
    await change_venue(world.hub.services, world.venue_id, {"late_entry_minutes": 5})
    page.find("value-late_entry_minutes").fill("10")
    await page.press("Save")
    assert (page.status, page.find("value-late_entry_minutes")["value"]) == (412, "10")
    assert "Saved by somebody else: 5 minutes" in page.text


async def test_an_empty_field_removes_the_limit_and_a_webhooks_secret_is_shown_once(
    world: World, browser: PlainBrowser
) -> None:
    page = await browser.open("/admin/policies?q=Alerts+by+webhook")
    page.find("value-alert_webhook_url").fill("https://a.example/hook")
    await page.press("Save")
    assert "Calls are signed with this secret, which is shown only now:" in page.text
    page = await browser.open("/admin/policies?q=Alerts+by+webhook")
    assert "shown only now" not in page.text
    page.find("value-alert_webhook_url").fill("")
    await page.press("Save")
    assert "no call" in page.text
