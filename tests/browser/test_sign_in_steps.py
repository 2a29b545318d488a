"""Sign-in in two steps and by a provider, in a browser and against a real provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.staff.sign_in_settings import SignInChange, change_settings
from hub.clock import Clock
from tests.browser.hands_and_eyes import Open
from tests.support.openid_provider import OpenIDProvider
from tests.support.second_factors import code_of
from tests.support.world import PASSWORD, World


@pytest.fixture
def clock() -> Clock:
    """The present time, because it is the provider's."""
    return Clock()


@pytest.fixture
def provider() -> Iterator[OpenIDProvider]:
    provider = OpenIDProvider().start()
    yield provider
    provider.stop()


async def give_password(page: Page, url: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{url}/operator/login")
    await page.get_by_label("Username").fill("jane")
    await page.locator("#secret").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


async def test_a_second_step_is_set_up_and_asked_for_and_a_provider_needs_none(
    world: World, browser: Browser, open_page: Open, provider: OpenIDProvider
) -> None:
    page = await open_page(
        "/account/second-factor", token=await world.staff("MANAGER", username="jane", name="Jane Smith")
    )
    await page.get_by_role("button", name="Set it up").click()
    await page.get_by_text("I cannot scan it").click()
    secret = (await page.locator("#enrolment-secret").inner_text()).replace(" ", "")
    await page.get_by_label("Code from the app").fill(code_of(secret, world.hub.clock.now()))
    await page.get_by_role("button", name="Confirm").click()
    codes = await page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as a file").click()
    assert (await saved.value).suggested_filename == "venue-hub-recovery-codes.txt"

    await give_password(page, world.hub.url)
    await page.get_by_label("Code from the app").fill(code_of(secret, world.hub.clock.now(), 1))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{world.hub.url}/manager")

    await give_password(page, world.hub.url)
    await page.get_by_text("Use a recovery code instead").click()
    await page.get_by_label("Recovery code", exact=True).fill(codes[0])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{world.hub.url}/manager")

    change = SignInChange(
        issuer=provider.issuer, client_id="hub", client_secret="s3cret", label="Museum ID", match="username"
    )
    await change_settings(world.hub.services, Actor(world.org_id), change)
    await (await provider.ready()).add_account("j-1", preferred_username="jane")
    # A page of its own, because it leaves the hub for the provider's pages.
    async with await browser.new_context() as context:
        # The provider's pages ask another site for a style sheet.
        await context.route("https://**", lambda route: route.abort())
        page = await context.new_page()
        await page.goto(f"{world.hub.url}/operator/login?next=/admin/bookings")
        await page.get_by_role("link", name="Sign in with Museum ID").click()
        await page.locator("input[name=sub]").fill("j-1")
        await page.get_by_role("button", name="Authorize").click()
        await expect(page).to_have_url(f"{world.hub.url}/admin/bookings")


async def test_a_password_never_stands_in_the_address_before_the_script_runs(open_page: Open) -> None:
    """Sent by the browser itself, the form would be a GET with all its fields."""
    page = await open_page("/operator/login", scripts=False)
    await page.get_by_label("Username").fill("jane")
    await page.locator("#secret").fill(PASSWORD)
    await page.locator("#secret").press("Enter")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_disabled()
    assert page.url.endswith("/operator/login")
