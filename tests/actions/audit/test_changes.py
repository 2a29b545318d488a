"""Administrative changes: each is logged in its own transaction, and the log cannot be edited."""

from datetime import time

import asyncpg
import pytest

from db.organisation import working_for
from hub.actions.audit.actor import Actor
from hub.actions.audit.log import KINDS
from hub.actions.imports.import_file import import_file
from hub.actions.messaging.outbox_admin import discard_mail, retry_mail
from hub.actions.reporting.reconcile import reconcile
from hub.actions.shows.add_performances import RunDraft, add_run
from hub.actions.shows.change_bookings import cancel_booking, move_booking, resend_booking
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.move_performance import Move, move_performance
from hub.actions.shows.performances import change_performance, delete_performance
from hub.actions.shows.posters import set_poster
from hub.actions.shows.rooms import RoomChange, RoomDraft, add_room, change_room, delete_room
from hub.actions.shows.shows import ShowDraft, add_show, change_show, delete_show
from hub.rules.performance_plan import Run
from hub.rules.refusals import Refused
from hub.text.audit_fields import AUDIT_SUBJECTS
from tests.actions.shows.test_posters import image
from tests.support.audit_log import EDITS, edit_audit_log, read_audit_log
from tests.support.files import pieces
from tests.support.mail_outbox import read_outbox
from tests.support.owner import as_owner
from tests.support.slots import change_slot
from tests.support.still_outbox import send_nothing
from tests.support.theatre import TOMORROW, Theatre
from tests.support.world import World
from web.keys import AVAILABILITY


async def test_a_change_is_logged_with_who_from_where_and_what_differs(world: World) -> None:
    services = world.hub.services
    by = Actor(world.org_id, world.venue_id, 7, "Ada Rossi", "page", "192.0.2.7")
    room = await add_room(services, by, RoomDraft("Hall", 100))
    await change_room(services, by, room.room_id, RoomChange(capacity=120))
    await delete_room(services, by, room.room_id)
    added, changed, deleted = await read_audit_log(services.database)
    assert (added["action"], added["before"]) == ("room.added", None)
    assert added["after"] == {"name": "Hall", "capacity": 100, "accessibility": ""}
    assert (changed["action"], changed["before"], changed["after"]) == (
        "room.changed",
        {"capacity": 100},
        {"capacity": 120},
    )
    assert (deleted["action"], deleted["after"]) == ("room.deleted", None)
    for row in (added, changed, deleted):
        assert (row["org_id"], row["staff_id"], row["staff_name"]) == (world.org_id, 7, "Ada Rossi")
        assert (row["source"], row["client_ip"], row["subject_id"]) == ("page", "192.0.2.7", str(room.room_id))


async def test_what_is_refused_or_only_tried_is_not_logged(world: World) -> None:
    services, by = world.hub.services, Actor(world.org_id, world.venue_id)
    await add_room(services, by, RoomDraft("Hall", 100), dry_run=True)
    with pytest.raises(Refused):
        await add_room(services, by, RoomDraft("", 100))
    assert await read_audit_log(services.database) == []


@pytest.mark.parametrize("how", EDITS)
async def test_nobody_edits_the_log(world: World, how: str) -> None:
    """Neither of the hub's roles may, and a trigger refuses it to the owner of the table."""
    services = world.hub.services
    await add_room(services, Actor(world.org_id, world.venue_id), RoomDraft("Hall", 100))
    for org_id in (None, world.org_id):
        with working_for(org_id), pytest.raises(asyncpg.InsufficientPrivilegeError):
            await edit_audit_log(services.database, how)
    async with as_owner(services.database) as owner:
        with pytest.raises(asyncpg.RaiseError):
            await edit_audit_log(owner, how)
    assert len(await read_audit_log(services.database)) == 1


async def test_what_organisers_do_is_logged_without_a_visitors_data(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows, posters, performances, bookings and messages: each change has its row, and none names who booked."""
    send_nothing(monkeypatch)
    hub, services, by = world.hub, world.hub.services, Actor(world.org_id, world.venue_id, 7, "Ada Rossi", "page")
    theatre = await Theatre(world).found(duration_minutes=90)
    show = await add_show(services, by, ShowDraft("Hamlet", duration_minutes=90))
    await change_show(services, by, show.show_id, {"subtitle": "A play"})
    await set_poster(services, by, show.show_id, image())
    await set_poster(services, by, show.show_id, None)
    await delete_show(services, by, show.show_id)
    run = Run((time(18, 0),), TOMORROW, TOMORROW)
    made = await add_run(services, by, RunDraft(theatre.show_id, theatre.room_id, run))
    [gone] = [one.performance_id for one in made.performances]
    assert gone is not None
    await change_performance(services, by, gone, {"booking_closed": True})
    await delete_performance(services, by, gone)
    evening, later = await theatre.performance(), await theatre.performance(start="22:30", end="23:30")
    booked = await theatre.booking(evening, "Wolfgang Mozart", email="wolfgang@example.org")
    asked = [
        await theatre.booking(evening, "Wolfgang Mozart", status="PENDING", email="wolfgang@example.org")
        for _ in range(2)
    ]
    await resend_booking(services, booked.id, by)
    await move_booking(services, hub.app[AVAILABILITY], booked.id, later, by)
    await move_booking(services, hub.app[AVAILABILITY], asked[0].id, later, by)
    await cancel_booking(services, asked[0].id, by)
    await cancel_booking(services, booked.id, by)
    mails = await read_outbox(services.database, "id", status="PENDING", order_by="id")
    await retry_mail(services, mails[0]["id"], by)
    await discard_mail(services, mails[0]["id"], by)
    await move_performance(services, by, evening, Move(start_time=time(20, 30)))
    await cancel_performance(services, by, evening)
    rows = await read_audit_log(services.database)
    assert [row["action"] for row in rows] == [
        "show.added", "show.changed", "show.poster_changed", "show.poster_changed", "show.deleted", "show.performances_added",
        "performance.changed", "performance.deleted", "booking.resent", "booking.moved", "booking.moved", "booking.cancelled",
        "booking.cancelled", "mail.retried", "mail.discarded", "performance.moved", "performance.cancelled",
    ]  # fmt: skip
    assert rows[1]["before"] == {"subtitle": ""}
    assert rows[6]["after"] == {"booking_closed": True}
    assert {row["subject_id"] for row in rows if row["action"].startswith("booking.")} == {
        str(booked.id),
        str(asked[0].id),
    }
    assert rows[15]["before"]["start_time"] == "20:00:00"
    text = str(rows).lower()
    assert [word for word in ("mozart", "wolfgang", "+1202", booked.code.lower()) if word in text] == []


async def test_what_reconcile_corrects_and_an_import_adds_is_logged_too(world: World) -> None:
    services = world.hub.services
    await change_slot(services.database, await world.slot(booked=2), booked_count=1)
    await reconcile(services)
    assert await read_audit_log(services.database) == []
    await reconcile(services, fix=True)
    await import_file(services, Actor(world.org_id), "tickets.csv", pieces(b"code\nTKT-2026-ABC234-DEF567\n"))
    corrected, imported = await read_audit_log(services.database)
    assert (corrected["action"], corrected["before"], corrected["after"]) == (
        "slot.counts_corrected", {"booked_count": 1}, {"booked_count": 2},
    )  # fmt: skip
    assert (imported["action"], imported["source"], imported["after"]["tickets"]) == ("import.tickets", "command", 1)


def test_every_kind_of_thing_has_a_name_on_screen() -> None:
    assert [kind for kind in KINDS if kind not in AUDIT_SUBJECTS] == []
