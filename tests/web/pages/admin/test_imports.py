"""Imports without JavaScript: a file is uploaded, its columns are chosen, what will change is shown, and it is imported."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.actions.imports import start
from hub.actions.imports.expire import KEPT, expire_imports
from hub.actions.imports.work import work_on
from tests.support.imports import leave_imports, read_parts
from tests.support.plain_browser import PlainBrowser
from tests.support.tickets import count_tickets, read_ticket
from tests.support.world import World


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test says when an import is worked on."""
    leave_imports(monkeypatch)


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN", name="Ada Admin")


@pytest.fixture
async def browser(world: World, admin: str) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(admin)
        yield browser


async def upload(
    world: World, token: str, content: bytes, name: str = "tickets.csv", **headers: str
) -> tuple[int, str]:
    """Send the form with the file. Return the status, and where it leads or the page."""
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name, content_type="text/csv")
    named = {"Cookie": f"hub_session={token}", **headers}
    async with world.hub.client.post("/admin/imports", data=form, headers=named, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") or await answer.text()


async def checked(world: World, token: str, content: bytes) -> str:
    """Upload a file and check it. Return the address of its page."""
    status, path = await upload(world, token, content)
    assert status == 303, path
    await work_on(world.hub.services, world.org_id, int(path.rsplit("/", 1)[1]))
    return path


async def test_a_file_is_imported_after_its_changes_were_seen(world: World, browser: PlainBrowser, admin: str) -> None:
    ticket = await world.ticket(customer_name="Ada")
    page = await browser.open("/admin/imports")
    assert "Nothing has been imported yet." in page.text
    _, path = await upload(world, admin, f"Ticket code,Who\n{ticket.code},Ada Lovelace\nAA-1000,Ben\nxx,Eve\n".encode())
    page = await browser.open(path)
    assert "The file is being checked" in page.text
    await work_on(world.hub.services, world.org_id, int(path.rsplit("/", 1)[1]))
    page = await browser.open(path)
    assert "Columns that are not used: Who" in page.text
    page.field("Who").select("name")
    await page.press("Check again")
    await work_on(world.hub.services, world.org_id, int(path.rsplit("/", 1)[1]))
    page = await browser.open(path)
    for words in ("New tickets 1", "Changed 1", "Lines with errors 1", "Line 4", "Ada Ada Lovelace"):
        assert words in page.text.replace("  ", " "), words
    assert await count_tickets(world.hub.database) == 1
    next(one for one in page.tree.all("input") if one["name"] == "skip_errors").check()
    await page.press("Import 2 lines")
    assert "Tickets are being imported" in page.text
    await work_on(world.hub.services, world.org_id, int(path.rsplit("/", 1)[1]))
    page = await browser.open(path)
    assert "What was imported" in page.text
    assert (await read_ticket(world.hub.database, "customer_name", code=ticket.code))["customer_name"] == "Ada Lovelace"
    page = await browser.open("/admin/imports")
    assert "1 new · 1 changed · 0 cancelled · 0 already in · 1 not imported" in page.text


async def test_the_encoding_is_chosen_by_how_the_lines_look(world: World, browser: PlainBrowser, admin: str) -> None:
    path = await checked(world, admin, "code;name\nAA-1000;Müller Jörg\n".encode("windows-1252"))
    page = await browser.open(path)
    assert "AA-1000;Müller Jörg" in page.text
    next(one for one in page.tree.all("input") if one["name"] == "encoding" and one["value"] == "windows-1252").check()
    await page.press("Use this one")
    await work_on(world.hub.services, world.org_id, int(path.rsplit("/", 1)[1]))
    assert "Müller Jörg" in (await browser.open(path)).text


async def test_what_cannot_be_read_says_what_to_do(world: World, browser: PlainBrowser, admin: str) -> None:
    page = await browser.open(await checked(world, admin, b"<html><table>"))
    assert "This is a web page, whatever its name says" in page.text
    await page.press("Delete from the history")
    assert page.words_of("done") == "The import and its file are deleted."


async def test_an_upload_of_another_site_or_without_a_file_is_refused(
    world: World, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await upload(world, admin, b"code\nAA-1000\n", Origin="https://evil.example"))[0] == 403
    status, page = await upload(world, admin, b"", name="")
    assert (status, "Choose a file first" in page) == (409, True)
    monkeypatch.setattr(start, "MOST_BYTES", 1000)
    assert "A file has at most 0 MB" in (await upload(world, admin, b"code\n" + b"AA-1000\n" * 1000))[1]


async def test_a_file_that_waits_for_a_day_is_deleted(world: World, browser: PlainBrowser, admin: str) -> None:
    path = await checked(world, admin, b"code,name\nAA-1000,Ada\n")
    number = int(path.rsplit("/", 1)[1])
    world.hub.clock.advance(KEPT.total_seconds() - 60)
    assert await expire_imports(world.hub.services) == 0
    world.hub.clock.advance(120)
    assert await expire_imports(world.hub.services) == 1
    assert await read_parts(world.hub.database, number) == []
    browser.sign_in(await world.staff("ADMIN"))
    page = await browser.open(path)
    assert "This file waited for more than a day, so it was deleted." in page.text
    assert "Ada" not in page.text.replace("Ada Admin", "")
