"""The page states of imports: the history, a file to be mapped, one whose encoding is asked for, one that is ready, and one that runs."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.states import Scene, state
from tests.support.imports import begun, checked

EXPORT = (
    "Order code,Attendee name,Product,Secret,E-mail,Phone number,Seat\n"
    "AB12C,Ada Lovelace,Night,{code},ada@example.com,+390612345678,A1\n"
    + "".join(f"AB12{n},王小明 {n},Night,x7c9d2k{n:04},guest{n}@example.com,+39061234567{n},B{n}\n" for n in range(8))
    + "AB129,Ben Stay,Night,x7c9d2k0001,ben@example.com,,B9\nAB130,Eve Moneypenny,Night,x,nobody,12,B10\n"
)


async def _opened(scene: Scene, path: str) -> Page:
    return await scene.open(path, token=await scene.world.staff("ADMIN", name="Ada Rossi"))


@state("organiser", reloads=True)
async def imports(scene: Scene) -> Page:
    await checked(scene.world.hub, scene.world.org_id, "code;name\nDT-1000;Ada\n")
    page = await _opened(scene, "/admin/imports")
    await expect(page.locator(".drop-zone")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def import_ready(scene: Scene) -> Page:
    """The export of a shop with new tickets, one that changes, and lines with errors."""
    ticket = await scene.world.ticket(customer_name="Ada")
    record = await checked(scene.world.hub, scene.world.org_id, EXPORT.format(code=ticket.code).replace("AB12C,", ","))
    page = await _opened(scene, f"/admin/imports/{record.import_id}")
    await expect(page.locator(".import-counts")).to_be_visible()
    await expect(page.locator(".preview")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def import_encoding(scene: Scene) -> Page:
    record = await checked(
        scene.world.hub, scene.world.org_id, "codice;nome\nDT-8000;Müller Jörg\nDT-8001;Renée\n".encode("cp1252")
    )
    page = await _opened(scene, f"/admin/imports/{record.import_id}")
    await expect(page.locator(".encodings")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def import_running(scene: Scene) -> Page:
    import_id = await begun(scene.world.hub, scene.world.org_id, "code,name\nDT-1000,Ada\nDT-1001,Ben\n")
    page = await _opened(scene, f"/admin/imports/{import_id}")
    await expect(page.locator(".progress-bar")).to_be_visible()
    return page
