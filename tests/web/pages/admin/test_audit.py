"""The audit log on the page: each change with its fields side by side, the filter, and pages."""

from __future__ import annotations

from hub.actions.audit.actor import Actor
from hub.actions.shows.rooms import RoomChange, RoomDraft, add_room, change_room
from hub.actions.staff.scanners import ScannerDraft, add_scanner
from tests.support.audit_log import add_entries
from tests.support.plain_browser import PlainBrowser
from tests.support.world import World


async def test_a_change_stands_with_who_when_and_what_it_was_before_and_after(
    world: World, browser: PlainBrowser
) -> None:
    browser.sign_in(await world.staff("ADMIN"))
    page = await browser.open("/admin/audit")
    assert "Nothing has been changed yet." in page.text
    services, by = world.hub.services, Actor(world.org_id, world.venue_id, 7, "Ada Rossi", "page", "192.0.2.7")
    room = await add_room(services, by, RoomDraft("<Hall>", 100))
    await change_room(services, by, room.room_id, RoomChange(capacity=120))
    page = await browser.open("/admin/audit")
    for words in (
        "Room changed",
        "Ada Rossi",
        "12:00",
        "192.0.2.7",
        "Capacity",
        "Before",
        "After",
        "120",
        "<Hall>",
    ):
        assert words in page.text, words
    assert page.links("Room changed")[0]["href"] == "/admin/rooms"


async def test_stored_codes_are_words_and_a_command_is_named_once(world: World, browser: PlainBrowser) -> None:
    token = await world.staff("ADMIN")
    browser.sign_in(token)
    by = Actor(world.org_id, world.venue_id, 7, "Ada Rossi", "page", "192.0.2.7")
    await add_scanner(world.hub.services, by, ScannerDraft("Till", mode="exit", venue_id=world.venue_id))
    assert "Exit only" in (await browser.open("/admin/audit")).text
    async with PlainBrowser(world.hub.url, language="zh-CN") as chinese:
        chinese.sign_in(token)
        assert "\u4ec5\u79bb\u573a" in (await chinese.open("/admin/audit")).text
    await add_entries(world, 1, source="command", staff_id=None, staff_name="")
    # Once in the filter, and once as who it was.
    assert (await browser.open("/admin/audit?what=room")).text.count("Command line") == 2


async def test_the_filter_stays_and_the_pages_follow_it(world: World, browser: PlainBrowser) -> None:
    browser.sign_in(await world.staff("ADMIN"))
    await add_entries(world, 60)
    await add_entries(world, 1, action="show.deleted", staff_name="Bob")
    page = await browser.open("/admin/audit?what=room&from=2026-11-20")
    assert "Bob" not in page.text
    assert page.field("What").value == "room"
    assert "what=room" in page.links("Older changes")[0]["href"]
    page = await page.follow("Older changes")
    assert "Back to the first page" in page.text
    page = await browser.open("/admin/audit?q=bob")
    assert "Show deleted" in page.text
    assert "No change matches." in (await browser.open("/admin/audit?subject_id=999")).text
    for nonsense in (
        "what=x",
        "from=x",
        "staff_id=%00",
        "before=x",
        "venue_id=99999999999999",
        "from=2026-11-21&to=2026-11-01",
    ):
        assert (await browser.open(f"/admin/audit?{nonsense}")).status == 200, nonsense


async def test_managers_do_not_see_it(world: World, browser: PlainBrowser) -> None:
    assert (await browser.open("/admin/rooms")).status == 200
    assert "Audit log" not in (await browser.open("/admin/rooms")).text
    page = await browser.open("/admin/audit")
    assert "Audit log" not in page.text
