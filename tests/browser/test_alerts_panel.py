"""The alerts of the control room in Chromium: they appear, disappear by themselves, and take no room if there are none."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.actions.reporting.alerts import LOOK_EVERY, look_at, measure
from hub.observability.alert_metrics import AlertMetrics, at
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.notices import count_acknowledgements
from tests.support.venues import free_of_venue, overwrite_venue
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

CARDS = "#all-alerts .alert-card"
BRIEFS = "#alerts .alert-brief"


async def look(hub: Hub, world: World, alert_metrics: AlertMetrics) -> None:
    """Look at what was counted. The hub's own job finds no later moment to look at, whose counts would be 0."""
    hub.clock.advance(LOOK_EVERY.total_seconds())
    await look_at(hub.services, world.org_id, await measure(hub.services, alert_metrics))


async def test_alerts_and_alarms_stand_above_every_view_until_they_are_over(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(capacity=1), 1)
    await world.slot(TODAY + timedelta(days=2), capacity=1, booked=1)
    page = await open_page("/manager", token=await world.staff("MANAGER", name="Ann Lee"))
    phone = await open_page("/manager#feed", token=await world.staff("MANAGER"), phone=True)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await expect(page.locator(CARDS)).to_have_count(0)
    alert_metrics = AlertMetrics()
    alert_metrics.count(at("login_failed", world.org_id, world.venue_id), 31)
    for _ in range(2):
        await look(hub, world, alert_metrics)
    a, b = (
        await hub.socket(await world.staff(name="Jane Smith"), gate="A"),
        await hub.socket(await world.staff(name="Tom Brown"), gate="B"),
    )
    await a.verify(ticket.code)
    await b.verify(ticket.code)
    for each in (page, phone):
        await expect(each.locator(CARDS)).to_have_count(3)
        await expect(each.locator(CARDS).filter(has_text="Many failed sign-ins")).to_contain_text(
            "31 sign-ins were refused in the last 15 minutes (alert at 20).Ask your staff who has mistyped."
        )
        await expect(each.locator(CARDS).filter(has_text="Nearly full: Friday")).to_contain_text("12:00-14:00")
        await expect(each.locator(CARDS).filter(has_text="Nearly full: Friday")).to_contain_text("Also: Sun")
        alarm = each.locator(f"{CARDS}.alarm")
        await expect(alarm).to_contain_text(f"Ticket used at two gates: …{ticket.code[-4:]}")
        await expect(alarm).to_contain_text("Tom Brown: Already verified")
        await assert_nothing_sticks_out(each)
        # The newest stands in the strip, as high as without alerts.
        assert (await each.locator("#alerts").bounding_box() or {})["height"] == 68
    await page.get_by_role("button", name="3 alerts").click()
    await page.locator(CARDS).get_by_role("button", name="Acknowledge").click()
    for each in (page, phone):
        await expect(each.locator(".alert-brief.alarm")).to_have_count(0)
        await expect(each.locator(".alerts-all")).to_have_text("2 alerts")
        await expect(each.locator(f"{CARDS}.done")).to_contain_text("Acknowledged by Ann Lee at")
    # What is measured now is written into the cards that stand, and the region that is read out says nothing of it.
    alert_metrics.count(at("login_failed", world.org_id, world.venue_id), 4)
    await (
        page.locator(CARDS).filter(has_text="Many failed sign-ins").evaluate("(card) => { card.dataset.stays = '1'; }")
    )
    await look(hub, world, alert_metrics)
    for each in (page, phone):
        await expect(each.locator(CARDS).filter(has_text="Many failed sign-ins")).to_contain_text("35 sign-ins")
        brief = each.locator(".alert-brief[data-kind=login_failures] [data-value]")
        await expect(brief).to_have_text("35 refused in 15 minutes")
        await expect(brief).to_have_attribute("aria-live", "off")
    await expect(page.locator(f"{CARDS}[data-stays]")).to_have_count(1)
    for _ in range(3):
        await look(hub, world, AlertMetrics())
    await expect(page.locator(".alert-brief")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".alert-brief")).to_have_count(1)
    await expect(page.locator(".alert-brief")).to_contain_text("Nearly full")


async def test_the_alarms_of_one_ticket_are_one_card_that_says_what_to_do(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    page = await open_page("/manager", token=await world.staff("MANAGER", name="Ann Lee"))
    await expect(page.get_by_text("No alerts")).to_be_visible()
    await page.set_viewport_size({"width": 1366, "height": 768})
    before = await page.locator("#board .totals").bounding_box()
    gates = []
    for name in ("Main entrance", "Side door", "Garden"):
        gates.append(gate := await hub.socket(await world.staff(name=f"{name} Person"), gate=name))
        await gate.command("device", device={"id": f"d-{name}", "name": name, "gate": name})
        await gate.verify(ticket.code)
    brief = page.locator(".alert-brief")
    await expect(brief).to_have_count(1)
    await expect(brief).to_contain_text(f"Ticket used at 3 gates: …{ticket.code[-4:]}")
    await expect(page.locator(".alerts-all")).to_have_text("One alert")
    assert await page.locator("#board .totals").bounding_box() == before, "nothing moved"
    await expect(brief.get_by_role("link", name="Open ticket")).to_have_attribute(
        "href", f"/manager/ticket/{ticket.id}"
    )
    await brief.get_by_role("button", name="Call Garden").click()
    dialog = page.get_by_role("dialog", name="Gates and messages")
    await expect(dialog.get_by_label("Send to")).to_have_value("Garden")
    await expect(dialog.get_by_label("Message")).to_be_focused()
    await expect(dialog.locator("[data-device]").first).to_contain_text("Garden Person")
    await dialog.locator("[data-device].called").get_by_role("button", name="Ring").click()
    await expect(dialog.get_by_role("status")).to_have_text("Gate Garden is ringing.")
    await dialog.get_by_label("Send to").select_option("All gates")
    await expect(dialog.locator(".called")).to_have_count(0)
    await dialog.get_by_role("button", name="Close window").click()
    await brief.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_text("No alerts")).to_be_visible()
    assert await count_acknowledgements(hub.database) == 2


async def test_who_looks_after_several_venues_sees_which_it_is(hub: Hub, world: World, open_page: Open) -> None:
    annex = await world.venue()
    await overwrite_venue(hub.database, annex, name="Annex")
    for venue_id in (world.venue_id, annex):
        await world.slot(TODAY + timedelta(days=1), capacity=1, booked=1, venue_id=venue_id)
    await world.staff("MANAGER", username="head")
    staff_id = (await free_of_venue(hub.database, "head"))["id"]
    head = hub.services.sessions.issue(Staff(staff_id, world.org_id, world.venue_id, "Ann Lee", Role.MANAGER))
    alert_metrics = AlertMetrics()
    alert_metrics.count(at("not_booked", world.org_id, annex), 30)
    alert_metrics.count(at("login_failed", world.org_id, 0), 25)
    for _ in range(100):
        alert_metrics.took(1.8)
    for _ in range(2):
        await look(hub, world, alert_metrics)
    of_all = await open_page("/manager", token=head)
    of_one = await open_page("/manager", token=await world.staff("MANAGER"), phone=True)
    # Each venue's full day has its own card. The hub's response time raises an alert at each venue by its own
    # threshold.
    await expect(of_all.locator(CARDS)).to_have_count(6)
    await expect(of_all.locator(CARDS).filter(has_text="· Annex")).to_have_count(3)
    await expect(of_all.locator(CARDS).filter(has_text="Many bookings fail")).to_contain_text(
        "Many bookings fail · Annex"
    )
    await expect(of_one.locator(CARDS)).to_have_count(3)
    await expect(of_one.locator(CARDS).filter(has_text="Annex")).to_have_count(0)
    await expect(of_one.locator(CARDS).filter(has_text="Slow responses")).to_contain_text(
        "Across the whole hub, 1 response in 20"
    )
    for page in (of_all, of_one):
        logins = page.locator(CARDS).filter(has_text="Many failed sign-ins")
        await expect(logins).to_contain_text("Of these at no known venue: 25.")
        await assert_nothing_sticks_out(page)
        await page.get_by_role("button", name=re.compile(r"^\d alerts$")).click()
        await assert_accessible(page, "alerts of several venues", best_practice=False)
