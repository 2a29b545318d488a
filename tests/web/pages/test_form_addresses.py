"""Form addresses: what a browser shows after a refused form leads to a page when it is entered or reloaded."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.support.foreign_organisation import PLACES
from tests.support.hub import Hub
from tests.support.plain_browser import PlainBrowser
from tests.support.world import World
from web.pages.form_addresses import pages_of_forms
from web.pages.routes import page_routes


def filled(path: str) -> str:
    """Return an address of this path. No row has the number in it."""
    return PLACES.sub(lambda place: "check" if "check" in place[0] else "987654", path)


async def test_no_address_of_a_form_refuses_to_be_entered(hub: Hub, world: World) -> None:
    admin = {"Authorization": f"Bearer {await world.staff('ADMIN')}"}
    forms = [filled(route.path) for route in page_routes() if route.method == "POST"]
    refused = {}
    for path in forms:
        for headers in ({}, admin):
            async with hub.client.get(path, headers=headers) as page:
                if page.status == 405 or page.status >= 500:
                    refused[path] = page.status
    assert refused == {}
    assert len(forms) > 100


async def test_the_way_leads_to_the_page_of_the_form(hub: Hub) -> None:
    for path, page in {
        "/admin/slots/change?venue=2&day=2026-11-21": "/admin/slots/day?venue=2&day=2026-11-21",
        "/admin/slots/delete": "/admin/slots/day",
        "/admin/slots/generate?venue=2": "/admin/slots/hours?venue=2",
        "/admin/slots/closed-days/7/delete": "/admin/slots/hours",
        "/admin/privacy/find": "/admin/privacy",
        "/admin/reservations/12/move?lang=en": "/admin/reservations/12?lang=en",
        "/admin/security/people/3/reset": "/admin/security",
        "/admin/gates/5": "/admin/venues",
        "/account/sessions/others": "/account",
        "/operator/logout": "/operator/login",
    }.items():
        async with hub.client.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, page), path


async def test_a_person_who_was_looked_for_is_entered_again(world: World, anybody: PlainBrowser) -> None:
    anybody.sign_in(await world.staff("ADMIN"))
    page = await anybody.open("/admin/privacy")
    page.find("address").fill("nobody")
    await page.press("Find")
    assert page.url.endswith("/admin/privacy/find")
    await page.reload()
    assert page.status == 200
    assert page.url.endswith("/admin/privacy")


def test_a_form_without_a_page_above_it_is_refused() -> None:
    """Control: the table of routes cannot be made with a form that leads nowhere."""

    async def answer(_request: web.Request) -> web.Response:
        raise AssertionError

    with pytest.raises(ValueError, match="/lost/form has no page above it"):
        pages_of_forms([web.get("/", answer), web.post("/lost/form", answer)], {})
