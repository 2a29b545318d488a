"""Shows and posters over HTTP: drafts, publishing, texts in two languages, and images at an address that never changes."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pytest
from PIL import Image

from tests.support.api_client import Api
from tests.support.shows import add_booking, add_stage
from tests.support.world import TODAY, World

SHOWS = "/api/admin/shows"


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


def image(form: str = "PNG", width: int = 300, height: int = 400) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(stream, form)
    return stream.getvalue()


async def test_a_draft_is_made_published_and_found_by_the_public(api: Api, manager: str):
    made = await api.post(SHOWS, {"title": "The Tempest", "duration_minutes": 120, "translations": {"zh-Hans": {"title": "\u66b4\u98ce\u96e8"}}},
                          token=manager)  # fmt: skip
    assert (made.status, made.data["status"], made.data["translations"]) == (
        201,
        "DRAFT",
        {"zh_Hans": {"title": "\u66b4\u98ce\u96e8"}},
    )
    number = made.data["show_id"]
    assert (await api.get(f"/api/shows/{number}")).status == 404
    published = await api.patch(
        f"{SHOWS}/{number}", {"status": "PUBLISHED"}, token=manager, headers={"If-Match": made.headers["ETag"]}
    )
    assert (published.status, published.headers["ETag"], published.data["title"]) == (200, '"2"', "The Tempest")
    assert (await api.get(f"/api/shows/{number}")).data["title"] == "The Tempest"
    stale = await api.patch(
        f"{SHOWS}/{number}", {"title": "x"}, token=manager, headers={"If-Match": made.headers["ETag"]}
    )
    assert (stale.status, stale.code) == (412, "VERSION_MISMATCH")
    assert (await api.delete(f"{SHOWS}/{number}?dry_run=1", token=manager)).data == {"deleted": False}
    assert (await api.delete(f"{SHOWS}/{number}", token=manager)).data == {"deleted": True}


async def test_a_show_has_room_for_long_texts_in_every_language_and_no_more(api: Api, manager: str):
    long = "\u5927" * 20_000
    made = await api.post(
        SHOWS, {"title": "x", "description": long, "translations": {"zh": {"description": long}}}, token=manager
    )
    assert (made.status, len(made.data["description"])) == (201, 20_000)
    assert (await api.post(SHOWS, {"title": "x", "description": long + "x"}, token=manager)).status == 400
    large = await api.post(SHOWS, {"title": "x", "description": "x" * 262_144}, token=manager)
    assert (large.status, large.error["message"]) == (413, "The request is larger than 256 KB")


async def test_a_show_that_people_are_booked_for_is_not_hidden(api: Api, world: World, manager: str):
    stage = await add_stage(world, 40, day=TODAY + timedelta(days=1))
    await add_booking(world, stage.performance_id, 5)
    for query in ("", "?dry_run=1"):
        no = await api.patch(f"{SHOWS}/{stage.show_id}{query}", {"status": "ARCHIVED"}, token=manager)
        assert (no.status, no.code) == (409, "SHOW_HAS_BOOKINGS")
        assert no.error["performances"][0]["people"] == 5
    in_use = await api.delete(f"{SHOWS}/{stage.show_id}", token=manager)
    assert (in_use.status, in_use.code) == (409, "SHOW_IN_USE")


async def test_shows_are_listed_by_status_in_pages(api: Api, world: World, manager: str):
    await add_stage(world, day=TODAY + timedelta(days=1))
    draft = (await api.post(SHOWS, {"title": "Hamlet"}, token=manager)).data
    first = (await api.get(f"{SHOWS}?limit=1", token=manager)).data
    assert ([one["title"] for one in first["shows"]], first["next"]) == (["Hamlet"], draft["show_id"])
    rest = (await api.get(f"{SHOWS}?limit=1&before={first['next']}", token=manager)).data
    assert (rest["shows"][0]["performances_to_come"], rest["next"]) == (1, None)
    assert [one["title"] for one in (await api.get(f"{SHOWS}?status=PUBLISHED", token=manager)).data["shows"]] == [
        "The Tempest"
    ]
    assert (await api.get(f"{SHOWS}?status=OPEN", token=manager)).status == 400


async def test_a_poster_is_uploaded_and_served_for_ever(api: Api, manager: str):
    show = (await api.post(SHOWS, {"title": "Hamlet"}, token=manager)).data
    content = image("JPEG")
    address = f"{SHOWS}/{show['show_id']}/poster"
    put = await api.ask(
        "PUT", address, data=content, token=manager, headers={"Content-Type": "image/jpeg", "If-Match": '"1"'}
    )
    name = hashlib.sha256(content).hexdigest()
    assert (put.status, put.data["poster"]) == (200, {"url": f"/posters/{name}", "width": 300, "height": 400})
    served = await api.get(put.data["poster"]["url"])
    assert (served.status, served.body, served.headers["Content-Type"]) == (200, content, "image/jpeg")
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert (await api.get(f"/posters/{name}", headers={"If-None-Match": served.headers["ETag"]})).status == 304
    assert (await api.get(f"/api/admin/shows/{show['show_id']}", token=manager)).data["poster"][
        "url"
    ] == f"/posters/{name}"
    assert (await api.delete(address, token=manager)).data["poster"] is None


async def test_what_is_no_poster_is_refused_whatever_its_header_says(api: Api, world: World, manager: str):
    show = (await api.post(SHOWS, {"title": "Hamlet"}, token=manager)).data
    address = f"{SHOWS}/{show['show_id']}/poster"

    async def put(content: bytes, token: str | None = manager, **headers: str):
        return await api.ask(
            "PUT", address, data=content, token=token, headers={"Content-Type": "image/png", **headers}
        )

    assert [
        (await put(content)).status for content in (b"", b"<svg/>", image("GIF"), image()[:40], image(width=50))
    ] == [415, 415, 415, 415, 400]
    assert (await put(image() + b"\0" * 4 * 1024 * 1024)).status == 413
    assert (await put(image(), None)).status == 401
    assert (await put(image(), await world.staff("OPERATOR"))).status == 403
    unknown = await api.ask("PUT", f"{SHOWS}/4711/poster", data=image(), token=manager)
    assert (unknown.status, unknown.code) == (404, "SHOW_NOT_FOUND")


@pytest.mark.parametrize("name", ["ab", "0" * 64, "0" * 63, "f" * 65])
async def test_an_unknown_poster_is_not_found(api: Api, name: str):
    answer = await api.get(f"/posters/{name}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
