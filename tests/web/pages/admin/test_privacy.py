"""The page of privacy without JavaScript, for administrators: the days, with a question first, and one person's data."""

from __future__ import annotations

from datetime import timedelta

from tests.support.personal_data import tables_with
from tests.support.plain_browser import PlainBrowser
from tests.support.world import TODAY, World


async def test_days_that_erase_somebody_now_are_asked_for_first(world: World) -> None:
    await world.slot(TODAY - timedelta(days=60), booked=3)
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        page = await browser.open("/admin/privacy")
        assert "Contact data is erased 30 days after the visit." in page.text
        page.field("Days after the visit").fill("20")
        await page.press("Save")
        assert page.alert.startswith("This erases the contact data of 3 people now.")
        assert "30 days after the visit" in (await browser.open("/admin/privacy")).text
        await page.press("Save and erase")
        assert page.words_of("done").startswith("Saved.")
        assert "20 days after the visit" in page.text


async def test_a_persons_data_is_found_and_erased_once_it_is_sure(world: World) -> None:
    await world.slot(TODAY - timedelta(days=1), booked=2)
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        page = await browser.open("/admin/privacy")
        page.field("Email or phone").fill("nobody@example.com")
        await page.press("Find")
        assert page.alert == "The hub knows nobody with this address or number."
        page.field("Email or phone").fill("john@example.com")
        await page.press("Find")
        assert "Reservations 2" in " ".join(page.text.split())
        await page.press("Erase")
        assert "Tick the box first" in page.text
        page.field("Erase it.").check()
        await page.press("Erase")
        assert page.words_of("done") == "The data of this person is erased."
    assert await tables_with(world.hub.database, "john@example.com") == {}


async def test_a_manager_sees_none_of_it(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/privacy")
    assert "Sign in" in page.text
