"""The booking page names its venue: by the address, alone, or once the ticket is known."""

from __future__ import annotations

import pytest

from tests.support.hub import Hub
from tests.support.venues import add_named_venue, overwrite_venue, read_venues
from tests.support.world import World


async def see(hub: Hub, path: str) -> tuple[int, str, str]:
    async with hub.client.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", ""), await response.text()


async def second(world: World, name: str = "Museo di Città") -> str:
    """Add a venue with a slot, and return the name in its address."""
    added = await add_named_venue(world, name)
    await world.slot(venue_id=added)
    world.hub.services.venues.forget()
    ((slug,),) = await read_venues(world.hub.database, "slug", id=added)
    return str(slug)


async def test_the_only_venue_is_named_without_being_asked_for(hub: Hub, world: World) -> None:
    status, _, text = await see(hub, "/reserve")
    assert status == 200
    assert "Test Venue" in text
    assert f'data-venue="{world.venue_id}"' in text


async def test_a_link_that_names_the_only_organisation_shows_its_venue(hub: Hub, world: World) -> None:
    assert f'data-venue="{world.venue_id}"' in (await see(hub, f"/reserve?ticket=AB-1&orq={world.org_id}"))[2]
    await World(hub).found()
    hub.services.venues.forget()
    status, _, text = await see(hub, f"/reserve?ticket=AB-1&orq={world.org_id}")
    assert status == 200
    assert "data-venue=" not in text
    assert f"/reserve/plain?ticket=AB-1&amp;orq={world.org_id}" in text


async def test_a_venue_in_the_address_is_the_venue_of_the_page(hub: Hub, world: World) -> None:
    await world.slot()
    slug = await second(world)
    assert slug == "museo-di-citta"
    status, _, text = await see(hub, f"/v/{slug}/reserve")
    assert status == 200
    assert "Museo di Città" in text
    assert "Test Venue" not in text
    assert f"/reserve/plain?venue={slug}" in text
    assert (await see(hub, f"/v/{slug}"))[:2] == (303, f"/v/{slug}/reserve")
    # With several venues none is named before the ticket is known.
    assert "data-venue=" not in (await see(hub, "/reserve"))[2]


async def test_two_venues_of_one_name_have_two_addresses(hub: Hub, world: World) -> None:
    first, other = await second(world, "Old Hall"), await second(world, "Old Hall")
    assert first == "old-hall"
    assert other.startswith("old-hall-")
    assert (await second(world, "博物馆")).startswith("venue-")


@pytest.mark.parametrize("path", ["/v/nowhere/reserve", "/v/nowhere", "/v/%00/reserve", "/reserve/plain?venue=nowhere"])
async def test_a_venue_that_is_none_is_not_found(hub: Hub, world: World, path: str) -> None:
    assert (await see(hub, path))[0] == 404


async def test_an_address_comes_with_a_map(hub: Hub, world: World) -> None:
    await overwrite_venue(hub.database, world.venue_id, address="Via Roma 1, Roma")
    hub.services.venues.forget()
    _, _, text = await see(hub, "/reserve")
    assert "google.com/maps/search/?api=1&amp;query=Test+Venue%2C+Via+Roma+1%2C+Roma" in text


async def test_the_visit_that_decorates_the_landing_page_lies_ahead(hub: Hub, world: World) -> None:
    status, _, text = await see(hub, "/")
    assert status == 200
    assert "November 27, 2026" in text or "27 November 2026" in text
