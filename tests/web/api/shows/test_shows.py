"""The public shows over HTTP: fields, languages, entity tags, and what is not shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_stage, change_show
from tests.support.world import NOON, TODAY, World


async def test_the_list_has_the_fields_of_the_contract(api: Api, hub: Hub, world: World) -> None:
    stage = await add_stage(
        world, capacity=10, show={"subtitle": "By the sea", "description": "**Storm**", "duration_minutes": 110}
    )
    await add_booking(world, stage.performance_id, 6)
    (show,) = (await api.get(f"/api/shows?orq={world.org_id}")).data
    assert (show["show_id"], show["title"], show["subtitle"]) == (stage.show_id, "The Tempest", "By the sea")
    assert (show["description"], show["duration_minutes"], show["poster_url"]) == ("**Storm**", 110, None)
    (one,) = show["performances"]
    assert one | {"room": ""} == {
        "performance_id": stage.performance_id, "date": "2026-11-20", "start_time": "20:00:00", "end_time": "22:00:00",
        "room": "", "capacity": 10, "available_count": 4, "capacity_status": "LIMITED", "booking_open": True,
        "booking_state": "OPEN", "booking_opens_at": None, "booking_closes_at": None, "largest_party": 10,
        "starts_at": "2026-11-20T19:00:00Z", "ends_at": "2026-11-20T21:00:00Z",
    }  # fmt: skip
    assert (await api.get(f"/api/shows/{stage.show_id}")).data == show


async def test_booking_that_is_not_open_yet_says_when_it_opens(api: Api, world: World) -> None:
    stage = await add_stage(world, booking_opens_at=NOON + timedelta(hours=2))
    (one,) = (await api.get(f"/api/shows/{stage.show_id}")).data["performances"]
    assert (one["booking_open"], one["booking_state"], one["booking_opens_at"]) == (
        False, "NOT_YET", "2026-11-20T13:00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
async def test_drafts_and_archived_shows_are_not_found(api: Api, hub: Hub, world: World, status: str) -> None:
    stage = await add_stage(world)
    await change_show(hub.database, stage.show_id, status=status)
    assert (await api.get("/api/shows")).data == []
    no = await api.get(f"/api/shows/{stage.show_id}")
    assert (no.status, no.code) == (404, "SHOW_NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/shows/999999", "/api/shows/9007199254740991", "/api/shows/0", "/api/shows/12345678901234567890"])  # fmt: skip
async def test_an_unknown_number_is_not_found(api: Api, world: World, path: str) -> None:
    assert (await api.get(path)).status == 404


async def test_an_organisation_is_named_where_there_are_several(api: Api, hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    other = await World(hub).found()
    assert (await api.get("/api/shows")).code == "INVALID_REQUEST"
    assert (await api.get(f"/api/shows?orq={other.org_id}")).data == []
    assert (await api.get(f"/api/shows/{stage.show_id}?orq={other.org_id}")).code == "SHOW_NOT_FOUND"
    assert (await api.get(f"/api/shows/{stage.show_id}")).data["show_id"] == stage.show_id
    assert (await api.get("/api/shows?orq=abc")).code == "INVALID_REQUEST"


async def test_an_unchanged_body_is_not_sent_again_and_a_booking_changes_it(api: Api, hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    first = await api.get("/api/shows")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Accept-Language" in first.headers["Vary"]
    assert (await api.get("/api/shows", headers={"If-None-Match": tag})).status == 304
    await add_booking(world, stage.performance_id, 1)
    assert (await api.get("/api/shows", headers={"If-None-Match": tag})).status == 200


async def test_the_texts_are_in_the_language_of_the_request(api: Api, world: World) -> None:
    await add_stage(world, show={"translations": '{"zh_Hans": {"title": "暴风雨"}}'})
    (show,) = (await api.get("/api/shows", headers={"Accept-Language": "zh-CN"})).data
    assert show["title"] == "暴风雨"


async def test_the_calendar_of_tickets_has_no_performances(api: Api, hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    slot = await world.slot()
    await add_performance(world, stage.show_id, stage.room_id, TODAY, "12:00", "14:00")
    assert [one["id"] for one in (await api.get("/api/reservation-slots/available?month=2026-11")).data] == [slot]
