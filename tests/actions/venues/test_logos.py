"""Logos: decoded and encoded again, kept once for a venue, and shown by its pages and mails."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from hub.actions.audit.actor import Actor
from hub.actions.venues.logo_image import BOX, MOST_BYTES, read_logo
from hub.actions.venues.logos import Logos, set_logo
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.rows import count_rows
from tests.support.world import World

CLEAR, BLACK, WHITE = (0, 0, 0, 0), (0, 0, 0, 255), (255, 255, 255, 255)


def image(form: str = "PNG", size: tuple[int, int] = (300, 100), colour: Any = "red", **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, form, **options)
    return stream.getvalue()


def lettering(colour: tuple[int, int, int, int]) -> bytes:
    """Return letters of this colour, far from the edges of a transparent image."""
    picture = Image.new("RGBA", (900, 600), CLEAR)
    picture.paste(colour, (300, 250, 600, 350))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_every_kind_becomes_a_small_opaque_png(form: str) -> None:
    logo = read_logo(image(form, (2400, 800)))
    picture = opened(logo.image)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (432, 144))
    assert (logo.width, logo.height) == picture.size
    assert len(logo.image) < 60_000
    small = read_logo(image(form, (64, 40)))
    assert (small.width, small.height) == (64, 40)


def test_nothing_of_the_file_survives_but_its_pixels() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    content = image(pnginfo=notes) + b"<svg onload='alert(1)'/>"
    assert b"alert" not in read_logo(content).image
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6
    turned = read_logo(image("JPEG", exif=exif))
    assert b"taken" not in turned.image
    assert (turned.width, turned.height) == (48, 144)


def test_transparent_edges_are_cut_and_letters_are_seen_on_their_ground() -> None:
    dark, light = opened(read_logo(lettering(BLACK)).image), opened(read_logo(lettering(WHITE)).image)
    for picture, ground in ((dark, (255, 255, 255)), (light, (20, 27, 49))):
        assert 2 * picture.size[1] < picture.size[0] <= BOX[0]
        assert picture.convert("RGB").getpixel((1, 1)) == ground
    assert dark.convert("L").getpixel((dark.width // 2, dark.height // 2)) == 0
    assert light.convert("L").getpixel((light.width // 2, light.height // 2)) == 255


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.UNSUPPORTED_MEDIA_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Reason.UNSUPPORTED_MEDIA_TYPE),
        (image("GIF"), Reason.UNSUPPORTED_MEDIA_TYPE),
        (image(size=(31, 100)), Reason.INVALID_REQUEST),
        (image(size=(100, 3001)), Reason.INVALID_REQUEST),
        (image()[:60] + b"IEND" + b"\0" * 40, Reason.INVALID_REQUEST),
        (image("JPEG")[:-200], Reason.INVALID_REQUEST),
        (lettering(CLEAR), Reason.INVALID_REQUEST),
        (image() + b"x" * MOST_BYTES, Reason.PAYLOAD_TOO_LARGE),
    ],
    ids=["empty", "svg", "gif", "narrow", "tall", "damaged", "cut", "invisible", "heavy"],
)
def test_what_is_no_logo_is_refused(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as no:
        read_logo(content)
    assert no.value.reason is reason


async def test_a_logo_is_set_replaced_and_taken_away_and_each_is_audited(hub: Hub, world: World) -> None:
    by = Actor(world.org_id)
    first = await set_logo(hub.services, by, world.venue_id, image(), version=1)
    again = await set_logo(hub.services, by, world.venue_id, image(colour="blue"))
    assert first.logo is not None
    assert again.logo not in (None, first.logo)
    assert (again.logo_width, again.logo_height, again.version) == (300, 100, 3)
    assert await count_rows(hub.database, "venue_logos") == 1
    logos = Logos(hub.services)
    assert opened(await logos.read(again.logo)).size == (300, 100)
    for gone in (first.logo, "ab", "z" * 64):
        with pytest.raises(Refused, match="NOT_FOUND"):
            await logos.read(gone)
    none = await set_logo(hub.services, by, world.venue_id, None)
    assert (none.logo, none.logo_width) == (None, None)
    rows = await read_audit_log(hub.database)
    assert [(row["action"], row["before"], row["after"]) for row in rows] == [
        ("venue.logo_changed", {"logo": None}, {"logo": first.logo}),
        ("venue.logo_changed", {"logo": first.logo}, {"logo": again.logo}),
        ("venue.logo_changed", {"logo": again.logo}, {"logo": None}),
    ]


async def test_an_unknown_venue_and_an_old_version_change_nothing(hub: Hub, world: World) -> None:
    by = Actor(world.org_id)
    with pytest.raises(Refused, match="NOT_FOUND"):
        await set_logo(hub.services, by, 4711, image())
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await set_logo(hub.services, by, world.venue_id, image(), version=7)
    assert await count_rows(hub.database, "venue_logos") == 0
