"""The sitemap and robots.txt: what search engines find, and what they leave alone."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.support.hub import Hub
from tests.support.shows import add_show, add_stage
from tests.support.world import World

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


async def addresses(hub: Hub) -> list[str]:
    async with hub.client.get("/sitemap.xml") as answer:
        assert answer.content_type == "application/xml"
        tree = ET.fromstring(await answer.text())
    return [one.text or "" for one in tree.findall("s:url/s:loc", NAMES)]


async def test_published_shows_with_a_performance_to_come_are_in_the_sitemap(hub: Hub, world: World) -> None:
    assert await addresses(hub) == [f"{hub.url}/"]
    stage = await add_stage(world)
    await add_stage(world, title="Draft", show={"status": "DRAFT"}, start="15:00")
    await add_show(world, "Never played")
    assert await addresses(hub) == [f"{hub.url}/", f"{hub.url}/shows", f"{hub.url}/shows/{stage.show_id}"]


async def test_search_engines_leave_links_of_visitors_and_staff_alone(hub: Hub, world: World) -> None:
    async with hub.client.get("/robots.txt") as answer:
        lines = (await answer.text()).splitlines()
    assert f"Sitemap: {hub.url}/sitemap.xml" in lines
    for path in ("/b/", "/r/", "/w/", "/admin", "/manager", "/operator/"):
        assert f"Disallow: {path}" in lines
    assert "Disallow: /shows" not in lines
