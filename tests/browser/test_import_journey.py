"""An administrator drops a file onto the page, corrects a column, sees what will change, and follows the run to its end."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from hub.actions.imports.records import IMPORTS
from hub.actions.imports.work import latest_lease, work_on
from tests.browser.hands_and_eyes import Open, pass_time_until
from tests.support.hub import Hub
from tests.support.tickets import count_tickets, read_ticket_status
from tests.support.world import World

pytestmark = pytest.mark.one_hub

LOOK_EVERY_MS = 1_000
DROP = """async ([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: "text/csv" }));
  const zone = document.querySelector(".drop-zone");
  for (const kind of ["dragover", "drop"]) zone.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


async def work(hub: Hub) -> None:
    """Work on every import, as the hub's job does."""
    now = hub.clock.now()
    for row in await hub.database.fetch(IMPORTS.to_work_on, now, latest_lease(now)):
        await work_on(hub.services, row["org_id"], row["id"])


async def test_a_dropped_file_is_corrected_and_imported(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.ticket()
    page = await open_page("/admin/imports", token=await world.staff("ADMIN"), clock=True)
    await expect(page.get_by_text("You can also drop the file here.")).to_be_visible()
    file = f"Ticket code,Who,Status\n{ticket.code},,refunded\nDT-1000,Ada,\nDT-1001,نور,\n"
    await page.evaluate(DROP, ["tickets.csv", file])
    await expect(page.get_by_text("The file is being checked")).to_be_visible()
    await work(hub)
    # The page follows by itself.
    await pass_time_until(page, page.get_by_role("heading", name="What will change"), LOOK_EVERY_MS)
    await page.get_by_label("Who", exact=True).select_option("name")
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_text("The file is being checked")).to_be_visible()
    await work(hub)
    await pass_time_until(page, page.locator(".preview", has_text="نور"), LOOK_EVERY_MS)
    await expect(page.locator(".import-lines")).to_contain_text(ticket.code)
    await page.get_by_role("button", name="Import 3 lines").click()
    await expect(page.get_by_text("Tickets are being imported")).to_be_visible()
    await work(hub)
    await pass_time_until(page, page.get_by_role("heading", name="What was imported"), LOOK_EVERY_MS)
    assert await count_tickets(hub.database) == 3
    assert await read_ticket_status(hub.database, ticket.id) == "CANCELLED"
