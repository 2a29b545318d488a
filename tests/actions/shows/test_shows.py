"""Shows: added as drafts, changed with a version, published, and hidden again only while nobody is booked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.read_shows import read_show as read_public_show
from hub.actions.shows.shows import ShowDraft, add_show, change_show, delete_show, list_shows, read_show
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_DESCRIPTION
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_room, add_stage
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
CHINESE = {"title": "\u66b4\u98ce\u96e8", "description": "**\u83ab\u91cc\u54c0**"}


async def test_a_show_is_added_as_a_draft_with_its_texts_in_every_language(hub: Hub, world: World, by: Actor):
    draft = ShowDraft(" The  Tempest ", "A play", "One\r\n\r\n*two*", {"zh-CN": {**CHINESE, "subtitle": " "}, "en": {}}, 120,
                      "English", 12, "Step-free", "I agree", 6)  # fmt: skip
    show = await add_show(hub.services, by, draft)
    assert (show.title, show.description, show.status, show.version) == ("The Tempest", "One\n\n*two*", "DRAFT", 1)
    assert show.translations == {"zh_Hans": CHINESE}
    assert (show.duration_minutes, show.minimum_age, show.largest_party, show.timezone) == (120, 12, 6, "Europe/Rome")
    with pytest.raises(Refused, match="SHOW_NOT_FOUND"):
        await read_public_show(hub.services, show.show_id)
    published = await change_show(hub.services, by, show.show_id, {"status": "PUBLISHED"}, version=1)
    assert (published.status, published.version, published.title) == ("PUBLISHED", 2, "The Tempest")
    assert (await read_public_show(hub.services, show.show_id, language="zh_Hans")).title == CHINESE["title"]


async def test_only_the_given_fields_change_and_what_may_be_empty_can_be_emptied(hub: Hub, by: Actor):
    show = await add_show(
        hub.services, by, ShowDraft("Hamlet", "A play", "Text", {"zh_Hans": CHINESE}, 200, minimum_age=12)
    )
    changed = await change_show(
        hub.services, by, show.show_id, {"subtitle": "", "minimum_age": None, "largest_party": 3}
    )
    assert (changed.title, changed.subtitle, changed.minimum_age, changed.largest_party) == ("Hamlet", "", None, 3)
    assert (changed.translations, changed.duration_minutes, changed.description) == ({"zh_Hans": CHINESE}, 200, "Text")
    again = await change_show(hub.services, by, show.show_id, {"translations": {}, "duration_minutes": None})
    assert (again.translations, again.duration_minutes, again.version) == ({}, None, 3)


async def test_every_wrong_field_is_named_at_once(hub: Hub, by: Actor):
    with pytest.raises(Refused) as no:
        await add_show(hub.services, by, ShowDraft(" ", "x" * 301, "x" * (LONGEST_DESCRIPTION + 1), {"fr": {"title": "La Temp\u00eate"}}, 0,
                                                   minimum_age=100, largest_party=0, consent="\x07"))  # fmt: skip
    assert no.value.reason is Reason.INVALID_REQUEST
    assert {one["field"] for one in no.value.details["errors"]} == {
        "title", "subtitle", "description", "translations", "duration_minutes", "minimum_age", "largest_party", "consent",
    }  # fmt: skip
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    for wrong in (
        {"status": "CLOSED"},
        {"venue_id": 1},
        {"translations": {"en": {"name": "x"}}},
        {"translations": {"zh": {"title": "\x00"}}},
    ):
        with pytest.raises(Refused) as no:
            await change_show(hub.services, by, show.show_id, wrong)
        assert [one["field"] for one in no.value.details["errors"]] == list(wrong)


async def test_a_show_is_not_hidden_from_people_who_are_booked_or_have_asked(hub: Hub, world: World, by: Actor, clock):
    stage = await add_stage(world, 20, day=TOMORROW)
    over = await add_performance(world, stage.show_id, stage.room_id, TODAY - timedelta(days=1))
    await add_booking(world, over, 2)
    await add_booking(world, stage.performance_id, 3)
    await add_booking(world, stage.performance_id, 4, "PENDING")
    for status in ("ARCHIVED", "DRAFT"):
        with pytest.raises(Refused) as no:
            await change_show(hub.services, by, stage.show_id, {"status": status}, dry_run=True)
        assert no.value.reason is Reason.SHOW_HAS_BOOKINGS
        (one,) = no.value.details["performances"]
        assert (one["performance_id"], one["people"], one["bookings"], one["pending"]) == (
            stage.performance_id,
            3,
            1,
            1,
        )
    clock.set(NOON + timedelta(days=2))
    assert (await change_show(hub.services, by, stage.show_id, {"status": "ARCHIVED"})).status == "ARCHIVED"


async def test_a_change_by_an_old_version_changes_nothing(hub: Hub, by: Actor):
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    await change_show(hub.services, by, show.show_id, {"title": "Macbeth"}, version=1)
    with pytest.raises(Refused) as no:
        await change_show(hub.services, by, show.show_id, {"title": "Othello"}, version=1)
    assert (no.value.reason, no.value.details) == (Reason.VERSION_MISMATCH, {"version": 2})
    assert (await change_show(hub.services, by, show.show_id, {"title": "Othello"}, dry_run=True)).title == "Othello"
    assert (await read_show(hub.services, by, show.show_id)).title == "Macbeth"


async def test_shows_are_listed_newest_first_by_status(hub: Hub, world: World, by: Actor):
    hamlet, lear = (
        await add_show(hub.services, by, ShowDraft("Hamlet")),
        await add_show(hub.services, by, ShowDraft("King Lear")),
    )
    await change_show(hub.services, by, hamlet.show_id, {"status": "PUBLISHED"})
    room_id = await add_room(world)
    await add_performance(world, hamlet.show_id, room_id, TOMORROW)
    await add_performance(world, hamlet.show_id, room_id, TODAY - timedelta(days=1))
    page = await list_shows(hub.services, by, limit=1)
    assert ([one.title for one in page.shows], page.next) == (["King Lear"], lear.show_id)
    (shown,) = (await list_shows(hub.services, by, before=page.next)).shows
    assert (shown.title, shown.performances, shown.performances_to_come) == ("Hamlet", 2, 1)
    assert shown.next_performance_at is not None
    assert [one.title for one in (await list_shows(hub.services, by, status="DRAFT")).shows] == ["King Lear"]


async def test_only_a_show_without_performances_is_deleted(hub: Hub, world: World, by: Actor):
    show, stage = await add_show(hub.services, by, ShowDraft("Hamlet")), await add_stage(world, day=TOMORROW)
    with pytest.raises(Refused) as no:
        await delete_show(hub.services, by, stage.show_id)
    assert (no.value.reason, no.value.details) == (Reason.SHOW_IN_USE, {"performances": 1, "to_come": 1})
    await delete_show(hub.services, by, show.show_id, dry_run=True)
    await delete_show(hub.services, by, show.show_id, version=1)
    with pytest.raises(Refused, match="SHOW_NOT_FOUND"):
        await delete_show(hub.services, by, show.show_id)


async def test_another_organisation_has_no_such_show(hub: Hub, by: Actor):
    show = await add_show(hub.services, by, ShowDraft("Hamlet"))
    other = await World(hub).found()
    stranger = Actor(other.org_id, other.venue_id)
    for attempt in (read_show(hub.services, stranger, show.show_id), change_show(hub.services, stranger, show.show_id, {"title": "x"}),
                    delete_show(hub.services, stranger, show.show_id)):  # fmt: skip
        with pytest.raises(Refused, match="SHOW_NOT_FOUND"):
            await attempt
    assert (await list_shows(hub.services, stranger)).shows == ()
