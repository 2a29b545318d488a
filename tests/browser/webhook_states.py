"""The page states of webhooks: the list, and one that fails."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.states import Scene, state
from tests.support.webhooks import add_delivery_rows, change_webhook_row, subscribe


async def shop_of(scene: Scene) -> int:
    """Return the webhook of this scene: it has taken requests, and refused the last one."""
    if scene.once("webhook"):
        made = await subscribe(scene.world, "https://shop.example/hooks/venue", paused=True)
        now = scene.world.hub.clock.now()
        await add_delivery_rows(scene.world, made.webhook.webhook_id, now)
        await change_webhook_row(
            scene.world.hub.database, made.webhook.webhook_id, paused_at=None, failures=6, failing_since=now - timedelta(minutes=9),
            last_success_at=now - timedelta(minutes=10), next_attempt_at=now + timedelta(days=1),
        )  # fmt: skip
        scene.slots["webhook"] = made.webhook.webhook_id
    return scene.slots["webhook"]


@state("organiser", reloads=True)
async def webhooks(scene: Scene) -> Page:
    await shop_of(scene)
    page = await scene.open("/admin/webhooks", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator(".product-list")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def webhook(scene: Scene) -> Page:
    page = await scene.open(
        f"/admin/webhooks/{await shop_of(scene)}", token=await scene.world.staff("ADMIN", name="Ada Rossi")
    )
    await page.locator(".delivery-list summary").first.click()
    await expect(page.locator(".delivery-list pre").first).to_be_visible()
    return page
