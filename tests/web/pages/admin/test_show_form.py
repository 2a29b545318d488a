"""The form of a show without JavaScript: adding, changing, translations, the Markdown preview, the poster."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.posters import MOST_BYTES
from hub.actions.shows.shows import change_show
from tests.support.plain_browser import PlainBrowser
from tests.support.shows import read_shows
from tests.support.theatre import Theatre
from tests.support.world import World


def png(width: int = 200, height: int = 300) -> bytes:
    """Return a grey picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


async def show_of(theatre: Theatre, title: str) -> Any:
    (row,) = await read_shows(theatre.world.hub.database, title=title)
    return row


async def test_a_show_is_added_as_a_draft_and_published(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/shows/new")
    page.field("Title").fill("Hamlet")
    page.field("Subtitle").fill("Prince of Denmark")
    page.field("Description").fill("To *be*,\n\nor **not**.")
    page.field("Duration").fill("180")
    page.find("zh_Hans-title").fill("哈姆雷特")
    await page.press("Save")
    assert page.heading == "Hamlet"
    assert "The show is saved as a draft." in page.words_of("done")
    row = await show_of(theatre, "Hamlet")
    assert (row["status"], row["duration_minutes"], row["largest_party"]) == ("DRAFT", 180, 10)
    assert row["description"] == "To *be*,\n\nor **not**."
    assert (
        "哈姆雷特" in row["translations"].encode().decode("unicode_escape", "ignore")
        or "哈姆雷特" in row["translations"]
    )
    await page.press("Publish")
    assert "The show is published." in page.words_of("done")
    assert (await show_of(theatre, "Hamlet"))["status"] == "PUBLISHED"


async def test_the_preview_shows_the_markdown_and_stores_nothing(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/shows/{theatre.show_id}/edit")
    page.field("Description").fill("A **storm**\n\n<script>alert(1)</script>")
    await page.press("Preview the text")
    assert page.status == 200
    (strong,) = page.find("preview").all("strong")
    assert strong.text == "storm"
    assert not list(page.find("preview").all("script"))
    assert page.find("description").text == "A **storm** <script>alert(1)</script>"
    assert (await show_of(theatre, "The Tempest"))["description"] == ""


async def test_wrong_fields_are_said_beside_each_and_what_was_typed_stays(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    page = await browser.open("/admin/shows/new")
    page.field("Subtitle").fill("Kept")
    page.field("Duration").fill("1441")
    await page.press("Save")
    assert page.status == 400
    assert "blank" in page.words_of("title-wrong")
    assert "1440" in page.words_of("duration_minutes-wrong")
    assert page.find("subtitle")["value"] == "Kept"
    page.field("Title").fill("X")
    page.field("Duration").fill("x")
    await page.press("Save")
    assert page.words_of("duration_minutes-wrong") == "Give a whole number"


async def test_a_stale_form_says_so_and_shows_what_was_saved_meanwhile(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/shows/{theatre.show_id}/edit")
    services, by = theatre.world.hub.services, Actor(theatre.world.org_id)
    await change_show(services, by, theatre.show_id, {"subtitle": "By Shakespeare"})
    page.field("Title").fill("The Storm")
    await page.press("Save")
    assert page.status == 409
    assert "Somebody changed this in the meantime." in page.alert
    assert "Saved by somebody else: By Shakespeare" in page.text
    assert page.find("title")["value"] == "The Storm"
    assert (await show_of(theatre, "The Tempest"))["subtitle"] == "By Shakespeare"
    await page.press("Save")
    assert (await show_of(theatre, "The Storm"))["subtitle"] == ""


async def test_a_published_show_with_people_booked_cannot_be_hidden(theatre: Theatre, browser: PlainBrowser) -> None:
    await theatre.booking(await theatre.performance(), places=3)
    page = await browser.open(f"/admin/shows/{theatre.show_id}")
    await page.press("Hide from visitors")
    assert page.status == 409
    assert "People are booked for performances to come." in page.alert
    assert "3 people booked" in page.alert
    assert (await show_of(theatre, "The Tempest"))["status"] == "PUBLISHED"


async def test_only_a_show_without_performances_can_be_deleted(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/shows/new")
    page.field("Title").fill("Mistake")
    await page.press("Save")
    await page.press("Delete show")
    assert page.words_of("done") == "The show is deleted."
    assert await read_shows(theatre.world.hub.database, title="Mistake") == []
    await theatre.performance()
    page = await page.goto(f"/admin/shows/{theatre.show_id}")
    assert page.buttons("Delete show") == []


async def upload(
    world: World, path: str, image: bytes | None, *, token: str, remove: bool = False, **headers: str
) -> tuple[int, str]:
    import aiohttp

    form = aiohttp.FormData()
    form.add_field("image", image or b"", filename="poster.png" if image else "", content_type="image/png")
    if remove:
        form.add_field("remove", "1")
    named = {"Cookie": f"hub_session={token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with world.hub.client.post(path, data=form, headers=named, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_a_poster_is_uploaded_and_removed(theatre: Theatre, world: World, browser: PlainBrowser) -> None:
    manager = await world.staff("MANAGER")
    path = f"/admin/shows/{theatre.show_id}/poster"
    assert await upload(world, path, png(), token=manager) == (
        303,
        f"/admin/shows/{theatre.show_id}?done=poster-changed",
    )
    page = await browser.open(f"/admin/shows/{theatre.show_id}")
    (picture,) = (one for one in page.tree.all("img") if one["class"] == "small-poster")
    assert (picture["width"], picture["height"]) == ("200", "300")
    assert picture["src"].startswith("/posters/")
    assert (await upload(world, path, None, token=manager, remove=True))[1].endswith("done=poster-removed")
    assert (await show_of(theatre, "The Tempest"))["poster_hash"] is None


@pytest.mark.parametrize(
    ("image", "status", "words"),
    [
        (None, 400, "Choose an image first"),
        (b"GIF89a" + b"\0" * 100, 400, "A poster is a PNG, JPEG or WebP image"),
        (b"%PDF-1.7", 400, "A poster is a PNG, JPEG or WebP image"),
        (png(20, 20), 400, "pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * (MOST_BYTES + 20_000), 400, "A poster has at most 4 MB"),
    ],
)
async def test_what_is_no_poster_is_said(
    theatre: Theatre, world: World, image: bytes | None, status: int, words: str
) -> None:
    found = await upload(world, f"/admin/shows/{theatre.show_id}/poster", image, token=await world.staff("MANAGER"))
    assert found[0] == status
    assert words in found[1]


async def test_a_page_of_another_site_changes_nothing_here(theatre: Theatre, world: World) -> None:
    manager = await world.staff("MANAGER")
    performance = await theatre.performance()
    seats = await theatre.booking(performance)
    show, one = f"/admin/shows/{theatre.show_id}", f"/admin/performances/{performance}"
    for path in ("/admin/shows/new", f"{show}/edit", f"{show}/status", f"{show}/delete", f"{show}/performances/new",
                 "/admin/rooms", f"/admin/rooms/{theatre.room_id}", f"/admin/rooms/{theatre.room_id}/delete", one,
                 f"{one}/booking", f"{one}/delete", f"{one}/move", f"{one}/cancel", f"{one}/message", f"/admin/bookings/{seats.id}/cancel",
                 f"/admin/bookings/{seats.id}/move", f"/admin/bookings/{seats.id}/resend"):  # fmt: skip
        headers = {"Cookie": f"hub_session={manager}", "Origin": "https://evil.example"}
        async with world.hub.client.post(path, data={"go": "1"}, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 403, path
    assert (await upload(world, f"{show}/poster", png(), token=manager, Origin="https://evil.example"))[0] == 403


async def test_whoever_is_no_manager_is_sent_to_the_sign_in(theatre: Theatre, world: World) -> None:
    performance = await theatre.performance()
    seats = await theatre.booking(performance)
    operator = await world.staff()
    stranger = await (await World(world.hub).found()).staff("ADMIN")
    for path in ("/admin/shows", "/admin/shows/new", f"/admin/shows/{theatre.show_id}", f"/admin/shows/{theatre.show_id}/edit",
                 f"/admin/shows/{theatre.show_id}/performances/new", "/admin/rooms", f"/admin/performances/{performance}",
                 f"/admin/performances/{performance}/cancel", f"/admin/performances/{performance}/done",
        f"/admin/performances/{performance}/message",
                 f"/admin/performances/{performance}/bookings", f"/admin/performances/{performance}/bookings/print",
                 "/admin/bookings", f"/admin/bookings/{seats.id}"):  # fmt: skip
        for token in ("", operator):
            headers = {"Cookie": f"hub_session={token}"}
            async with world.hub.client.get(path, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 302, path
                assert answer.headers["Location"].startswith(f"/operator/login?next={path}"), path
        async with world.hub.client.get(path, headers={"Cookie": f"hub_session={stranger}"}) as answer:
            assert answer.status == (404 if any(c.isdigit() for c in path) else 200), path
