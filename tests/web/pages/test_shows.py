"""The pages of shows over HTTP: words for the places left, safe text, previews for others, and what nobody should see."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.hub import Hub
from tests.support.plain_browser import PlainBrowser
from tests.support.shows import add_booking, add_performance, add_show, add_stage, change_show
from tests.support.slots import close_slot
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def browser(hub: Hub, world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(hub.url) as browser:
        yield browser


async def source(hub: Hub, path: str, **headers: str) -> str:
    async with hub.client.get(path, headers=headers) as answer:
        return await answer.text()


async def test_the_list_has_a_card_for_each_show_with_its_next_dates_in_words(
    browser: PlainBrowser, world: World
) -> None:
    stage = await add_stage(
        world, capacity=10, show={"subtitle": "By the sea", "duration_minutes": 135, "minimum_age": 8}
    )
    await add_booking(world, stage.performance_id, 6)
    full = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await add_booking(world, full, 10)
    await add_performance(
        world, stage.show_id, stage.room_id, TODAY + timedelta(days=2), booking_opens_at=NOON + timedelta(days=1)
    )
    for day in (3, 4):
        await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=day))
    page = await browser.open("/shows")
    assert page.heading == "What's on"
    (link,) = page.links("The Tempest")
    card = next(one for one in link.up() if one.tag == "article").text
    for words in ("By the sea", "2 h 15 min", "From age 8", "Fri 20 Nov, 20:00 Filling up", "Sat 21 Nov, 20:00 Sold out",
                  "Sun 22 Nov, 20:00 Not open yet", "and 2 more dates"):  # fmt: skip
        assert words in card, card
    await page.follow("The Tempest")
    assert page.heading == "The Tempest"


async def test_an_empty_programme_says_so(browser: PlainBrowser) -> None:
    page = await browser.open("/shows")
    assert "Nothing is on at the moment" in page.text


async def test_the_page_of_a_show_tells_all_about_it(browser: PlainBrowser, world: World) -> None:
    await world.policy(address="Via dell'Arco 7, Roma")
    stage = await add_stage(world, capacity=10, show={
        "description": "A **storm**.", "duration_minutes": 60, "spoken_language": "Italian", "minimum_age": 0,
        "accessibility": "Surtitles in English.",
    })  # fmt: skip
    await add_booking(world, stage.performance_id, 7)
    later = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=20))
    page = await browser.open(f"/shows/{stage.show_id}")
    for words in ("1 h", "Italian", "For all ages", "Via dell'Arco 7, Roma", "Surtitles in English.", "November 2026",
                  "December 2026", "3 spaces left", "for your information"):  # fmt: skip
        assert words in page.text, words
    assert [one["href"] for one in page.links("Book seats")] == [
        f"/shows/{stage.show_id}/book/{stage.performance_id}", f"/shows/{stage.show_id}/book/{later}",
    ]  # fmt: skip


async def test_what_cannot_be_booked_says_why_and_has_no_button(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, booking_closed=True)
    cancelled = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await close_slot(world.hub.database, cancelled)
    later = TODAY + timedelta(days=2)
    await add_performance(world, stage.show_id, stage.room_id, later, booking_opens_at=NOON + timedelta(hours=3))
    page = await browser.open(f"/shows/{stage.show_id}")
    for words in ("Booking closed", "Cancelled", "Not open yet Booking opens Friday, 20 November 2026, 15:00"):
        assert words in page.text, page.text
    assert page.links("Book seats") == []


async def test_text_of_the_organiser_can_harm_nobody(hub: Hub, world: World) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & \u2028"
    stage = await add_stage(world, title=evil, show={
        "subtitle": evil, "description": evil, "accessibility": evil, "consent": evil, "spoken_language": evil,
    })  # fmt: skip
    for path in ("/shows", f"/shows/{stage.show_id}", f"/shows/{stage.show_id}/book/{stage.performance_id}"):
        text = await source(hub, path)
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
    assert json.loads(re.findall(r"<script type=\"application/ld\+json\">(.*?)</script>", text + await source(hub, f"/shows/{stage.show_id}"), re.DOTALL)[0])["@graph"][0]["name"] == evil  # fmt: skip


async def test_every_performance_is_an_event_for_search_engines(hub: Hub, world: World) -> None:
    await world.policy(address="Via dell'Arco 7, Roma")
    stage = await add_stage(
        world, capacity=5, show={"description": "A **storm**.", "minimum_age": 8, "duration_minutes": 60}
    )
    full = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    await add_booking(world, full, 5)
    cancelled = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=2))
    await close_slot(hub.database, cancelled)
    later = await add_performance(
        world, stage.show_id, stage.room_id, TODAY + timedelta(days=3), booking_opens_at=NOON + timedelta(days=1)
    )
    data = await events(hub, stage.show_id)
    assert data["@context"] == "https://schema.org"
    first, sold_out, off, not_yet = data["@graph"]
    assert first["@type"] == "Event"
    assert (first["name"], first["description"], first["typicalAgeRange"], first["duration"]) == (
        "The Tempest", "A storm.", "8-", "PT60M",
    )  # fmt: skip
    assert (first["startDate"], first["endDate"]) == ("2026-11-20T20:00:00+01:00", "2026-11-20T22:00:00+01:00")
    assert first["location"]["containedInPlace"]["address"] == "Via dell'Arco 7, Roma"
    assert first["offers"]["url"] == f"{hub.url}/shows/{stage.show_id}/book/{stage.performance_id}"
    assert [one["eventStatus"].rpartition("/")[2] for one in data["@graph"]] == [
        "EventScheduled", "EventScheduled", "EventCancelled", "EventScheduled",
    ]  # fmt: skip
    assert [one["offers"]["availability"].rpartition("/")[2] for one in (first, sold_out, not_yet)] == [
        "InStock", "SoldOut", "PreOrder",
    ]  # fmt: skip
    assert "offers" not in off
    assert not_yet["offers"]["validFrom"] == "2026-11-21T12:00:00+01:00"
    assert not_yet["@id"].endswith(f"#performance-{later}")


async def events(hub: Hub, show_id: int) -> Any:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', await source(hub, f"/shows/{show_id}"))
    return json.loads(block)


async def test_a_link_to_a_show_has_a_preview(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"description": '# Title\n\nA *storm* & a "shipwreck".' + " On and on." * 60})
    text = await source(hub, f"/shows/{stage.show_id}")
    found = dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', text))
    assert found["og:title"] == "The Tempest"
    assert found["og:url"] == f"{hub.url}/shows/{stage.show_id}"
    assert found["og:site_name"] == "Test Venue"
    assert found["og:locale"] == "en_GB"
    assert found["og:description"].startswith("Title A storm &amp; a &#34;shipwreck&#34;. On and on.")
    assert found["og:description"].endswith("…")
    assert len(found["og:description"]) < 230
    assert f'<link rel="canonical" href="{hub.url}/shows/{stage.show_id}">' in text


async def test_a_draft_is_seen_by_its_managers_alone(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"status": "DRAFT"})
    path = f"/shows/{stage.show_id}"
    manager, operator = await world.staff("MANAGER"), await world.staff()
    stranger = await (await World(hub).found()).staff("MANAGER")
    statuses = []
    for token in (None, operator, stranger, manager):
        headers = {"Cookie": f"hub_session={token}"} if token else {}
        async with hub.client.get(path, headers=headers) as answer:
            statuses.append(answer.status)
            text = await answer.text()
    assert statuses == [404, 404, 404, 200]
    assert "This is a preview." in text
    assert 'content="noindex"' in text
    assert "ld+json" not in text


async def test_an_archived_show_says_that_it_is_over(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    await change_show(world.hub.database, stage.show_id, status="ARCHIVED")
    page = await browser.open(f"/shows/{stage.show_id}")
    assert page.status == 200
    assert "This show is over." in page.text
    assert page.links("Book seats") == []
    assert "application/ld+json" not in await source(world.hub, f"/shows/{stage.show_id}")
    form = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    assert form.status == 404


@pytest.mark.parametrize("path", ["/shows/999", "/shows/0", "/shows/99999999999999999999"])
async def test_an_unknown_show_leads_to_the_programme(browser: PlainBrowser, path: str) -> None:
    page = await browser.open(path)
    assert page.status == 404
    await page.follow("See what's on now")
    assert page.heading == "What's on"


async def test_the_programme_speaks_chinese(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"translations": '{"zh_Hans": {"title": "暴风雨"}}'})
    async with PlainBrowser(hub.url, language="zh-CN") as browser:
        page = await browser.open("/shows")
        assert page.links("暴风雨")
        page = await browser.open(f"/shows/{stage.show_id}")
        assert page.heading == "暴风雨"
        assert page.language == "zh-Hans"


async def test_the_landing_page_leads_to_the_shows_where_there_are_any(browser: PlainBrowser, world: World) -> None:
    assert not (await browser.open("/")).links("What's on")
    await add_stage(world)
    page = await browser.open("/")
    await page.follow("What's on")
    assert page.heading == "What's on"


async def test_where_there_are_several_organisations_each_has_its_programme(hub: Hub, world: World) -> None:
    await add_stage(world)
    other = await World(hub).found()
    await add_show(other, "Hamlet")
    async with PlainBrowser(hub.url) as browser:
        assert (await browser.open("/shows")).status == 400
        assert "The Tempest" in (await browser.open(f"/shows?orq={world.org_id}")).text
        assert "The Tempest" not in (await browser.open(f"/shows?orq={other.org_id}")).text
