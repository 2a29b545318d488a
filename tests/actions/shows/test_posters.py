"""Posters: checked by their bytes, stored once by their hash, and served from memory."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from hub.actions.audit.actor import Actor
from hub.actions.shows import posters
from hub.actions.shows.posters import Posters, check_poster, set_poster
from hub.actions.shows.shows import ShowDraft, add_show, read_show
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.rows import count_rows


def image(colour: str = "red", width: int = 300, height: int = 400, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, form)
    return stream.getvalue()


async def test_a_poster_is_stored_by_its_hash_and_read_again(hub: Hub, by: Actor):
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    content = image(form="WEBP")
    shown = await set_poster(hub.services, by, show.show_id, content, version=1)
    assert (shown.poster, shown.poster_width, shown.poster_height, shown.version) == (
        hashlib.sha256(content).hexdigest(),
        300,
        400,
        2,
    )
    assert shown.poster is not None
    read = await Posters(hub.services).read(shown.poster)
    assert (read.media_type, read.image) == ("image/webp", content)


async def test_an_image_that_no_show_has_any_more_is_gone_and_a_shared_one_stays(hub: Hub, by: Actor):
    hamlet, lear = [(await add_show(hub.services, by, ShowDraft(title))).show_id for title in ("Hamlet", "King Lear")]
    red, blue = image(), image("blue")
    for show_id in (hamlet, lear):
        await set_poster(hub.services, by, show_id, red)
    await set_poster(hub.services, by, hamlet, blue)
    assert await count_rows(hub.database, "show_posters") == 2
    await set_poster(hub.services, by, lear, None)
    assert (await read_show(hub.services, by, lear)).poster is None
    assert await count_rows(hub.database, "show_posters") == 1
    with pytest.raises(Refused, match="NOT_FOUND"):
        await Posters(hub.services).read(hashlib.sha256(red).hexdigest())


async def test_the_same_image_again_stays(hub: Hub, by: Actor):
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    for _ in range(2):
        shown = await set_poster(hub.services, by, show.show_id, image())
    assert (shown.poster, shown.version) == (hashlib.sha256(image()).hexdigest(), 3)


async def test_an_unknown_show_and_an_old_version_store_nothing(hub: Hub, by: Actor):
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    with pytest.raises(Refused, match="SHOW_NOT_FOUND"):
        await set_poster(hub.services, by, 4711, image())
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await set_poster(hub.services, by, show.show_id, image(), version=7)
    assert await count_rows(hub.database, "show_posters") == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.UNSUPPORTED_MEDIA_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Reason.UNSUPPORTED_MEDIA_TYPE),
        (image(form="GIF"), Reason.UNSUPPORTED_MEDIA_TYPE),
        (image()[:40], Reason.UNSUPPORTED_MEDIA_TYPE),
        (image(width=99), Reason.INVALID_REQUEST),
        (image(height=6001), Reason.INVALID_REQUEST),
        (image() + b"x" * posters.MOST_BYTES, Reason.PAYLOAD_TOO_LARGE),
    ],
    ids=["empty", "svg", "gif", "cut", "narrow", "tall", "heavy"],
)
def test_what_is_no_poster_is_refused(content, reason):
    with pytest.raises(Refused) as no:
        check_poster(content)
    assert no.value.reason is reason


async def test_memory_holds_the_newest_images_up_to_a_limit(hub: Hub, by: Actor, monkeypatch):
    contents = [image(colour) for colour in ("red", "green", "blue")]
    monkeypatch.setattr(posters, "KEPT_BYTES", sum(map(len, contents[:2])))
    served = Posters(hub.services)
    for n, content in enumerate(contents):
        show = await add_show(hub.services, by, ShowDraft(f"Show {n}"))
        await set_poster(hub.services, by, show.show_id, content)
        await served.read(hashlib.sha256(content).hexdigest())
    assert len(served._kept) <= 2
    for content in contents:
        assert (await served.read(hashlib.sha256(content).hexdigest())).image == content
    for name in ("ab", "z" * 64):
        with pytest.raises(Refused, match="NOT_FOUND"):
            await served.read(name)
