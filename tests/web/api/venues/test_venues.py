"""Venues over HTTP: administrators change them, managers read them, and nobody sees another organisation's."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from hub.actions.venues.logo_image import MOST_BYTES
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.venues import add_gates
from tests.support.world import World

VENUES = "/api/admin/venues"
NEW = {"name": "Museo", "timezone": "Europe/Rome", "address": "Via Roma 1", "country": "it", "language": "en"}


@pytest.fixture
async def administrator(world: World) -> str:
    return await world.staff("ADMIN")


async def test_a_venue_is_added_shown_changed_and_deleted(api: Api, world: World, administrator: str):
    made = await api.post(VENUES, NEW, token=administrator)
    assert (made.status, made.headers["ETag"], made.data["country"]) == (201, '"1"', "IT")
    address = f"{VENUES}/{made.data['venue_id']}"
    assert (await api.get(address, token=administrator)).data == made.data
    changed = await api.patch(address, {"address": "Via Po 2"}, token=administrator, headers={"If-Match": '"1"'})
    assert (changed.status, changed.data["address"], changed.data["name"], changed.data["version"]) == (
        200,
        "Via Po 2",
        "Museo",
        2,
    )
    assert (await api.delete(address, token=administrator)).data == {"deleted": True}
    assert (await api.get(address, token=administrator)).status == 404
    log = await read_audit_log(world.hub.database)
    assert [(row["action"], row["before"], row["after"]) for row in log][1] == (
        "venue.changed", {"address": "Via Roma 1"}, {"address": "Via Po 2"},
    )  # fmt: skip


async def test_of_two_administrators_the_second_sees_what_the_first_saved(api: Api, administrator: str):
    address = f"{VENUES}/{(await api.post(VENUES, NEW, token=administrator)).data['venue_id']}"
    answers = await asyncio.gather(
        *(api.patch(address, {"name": name}, token=administrator, headers={"If-Match": '"1"'}) for name in "ab")
    )
    assert sorted(answer.status for answer in answers) == [200, 412]
    assert next(answer for answer in answers if answer.status == 412).error["version"] == 2


async def test_the_time_zone_is_fixed_once_there_are_slots(api: Api, world: World, administrator: str):
    address = f"{VENUES}/{world.venue_id}"
    assert (await api.patch(address, {"timezone": "Europe/Paris"}, token=administrator)).status == 200
    await world.slot()
    no = await api.patch(address, {"timezone": "Europe/Rome"}, token=administrator)
    assert (no.status, no.error["errors"][0]["field"]) == (400, "timezone")
    assert (await api.patch(address, {"timezone": "Europe/Paris", "name": "x"}, token=administrator)).status == 200


async def test_a_venue_that_something_belongs_to_is_not_deleted(api: Api, world: World, administrator: str):
    await add_gates(world, "North")
    no = await api.delete(f"{VENUES}/{world.venue_id}", token=administrator)
    assert (no.status, no.code) == (409, "VENUE_IN_USE")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"timezone": "Rome"}, "timezone"), ({"timezone": "Etc/GMT+1"}, "timezone"),
     ({"country": "XX"}, "country"), ({"language": "it"}, "language"), ({"address": "a\u202eb"}, "address"), ({"city": "x"}, "city")],
)  # fmt: skip
async def test_wrong_fields_are_named(api: Api, administrator: str, fields: dict[str, Any], wrong: str):
    no = await api.post(VENUES, NEW | fields, token=administrator)
    assert (no.status, [one["field"] for one in no.error["errors"]]) == (400, [wrong])


async def test_a_dry_run_keeps_nothing(api: Api, administrator: str):
    seen = await api.post(f"{VENUES}?dry_run=1", NEW, token=administrator)
    assert (seen.status, seen.data["name"]) == (200, "Museo")
    assert len((await api.get(VENUES, token=administrator)).data["venues"]) == 1


async def test_managers_read_and_strangers_see_nothing(api: Api, world: World):
    manager, stranger = await world.staff("MANAGER"), await (await World(api.hub).found()).staff("ADMIN")
    address = f"{VENUES}/{world.venue_id}"
    assert (await api.get(address, token=manager)).status == 200
    assert (await api.patch(address, {"name": "x"}, token=manager)).status == 403
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "x"} if method == "PATCH" else None
        assert (await api.ask(method, address, body, token=stranger)).status == 404


async def test_venues_come_in_pages(api: Api, administrator: str):
    for n in range(3):
        await api.post(VENUES, NEW | {"name": f"Venue {n}"}, token=administrator)
    first = (await api.get(f"{VENUES}?limit=3", token=administrator)).data
    second = (await api.get(f"{VENUES}?limit=3&before={first['next']}", token=administrator)).data
    assert [one["name"] for one in first["venues"] + second["venues"]] == [
        "Venue 2",
        "Venue 1",
        "Venue 0",
        "Test Venue",
    ]
    assert second["next"] is None


async def test_a_logo_is_uploaded_served_for_ever_and_taken_away(api: Api, world: World, administrator: str):
    address = f"{VENUES}/{world.venue_id}"
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "red").save(stream, "JPEG")
    body = {"data": stream.getvalue(), "headers": {"Authorization": f"Bearer {administrator}", "If-Match": '"1"'}}
    async with api.hub.client.put(f"{address}/logo", **body) as answer:
        logo = (await answer.json())["data"]["logo"]
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    async with api.hub.client.put(f"{address}/logo", **body) as answer:
        assert answer.status == 412
    async with api.hub.client.get(f"/logos/{logo}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(await answer.read())).size == (300, 100)
    async with api.hub.client.get(f"/logos/{logo}", headers={"If-None-Match": f'"{logo}"'}) as answer:
        assert answer.status == 304
    assert (await api.get("/logos/ab")).status == 404
    assert (await api.delete(f"{address}/logo", token=await world.staff("MANAGER"))).status == 403
    taken = await api.delete(f"{address}/logo", token=administrator)
    assert (taken.status, taken.data["logo"], taken.data["version"]) == (200, None, 3)


async def test_what_is_no_logo_is_refused_by_name(api: Api, world: World, administrator: str):
    headers = {"Authorization": f"Bearer {administrator}"}
    for content, status, code in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"x" * (MOST_BYTES + 1), 413, "PAYLOAD_TOO_LARGE"),
    ):
        async with api.hub.client.put(f"{VENUES}/{world.venue_id}/logo", data=content, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
