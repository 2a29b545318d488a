"""An organiser's week: a room, a show and a run, then more seats, a move and a cancellation, as everybody concerned sees them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from tests.support.api_client import Api
from tests.support.calendar_client import Visitor
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient
from tests.support.shows import add_booking
from tests.support.world import TODAY, World

TOMORROW, LATER = (TODAY + timedelta(days=n) for n in (1, 3))


async def mail_to(hub: Hub, address: str, word: str) -> str:
    """Wait for an e-mail to this address with `word` in its subject. Return its text."""
    folder = hub.settings.data_dir
    async with asyncio.timeout(30):
        while True:
            for item in list_development_mail(folder):
                if address in item.recipient:
                    message = read_development_mail(folder, item.name)
                    assert isinstance(message, EmailMessage)
                    if word in str(message["Subject"]):
                        body = message.get_body(("plain",))
                        assert body is not None
                        return str(body.get_content())
            await asyncio.sleep(0.05)


async def counted(socket: Any, slot_id: int, capacity: int, booked: int) -> None:
    """Wait for the event of the counts that shows this slot so."""
    while True:
        for slot in (await socket.event())["data"]["slots"]:
            if (slot["slot_id"], slot["capacity"], slot["booked"]) == (slot_id, capacity, booked):
                return


async def test_from_the_room_to_the_cancellation(hub: Hub, world: World, slow_servers: None):
    api, manager = Api(hub), await world.staff("MANAGER")

    async def ask(method: str, path: str, body: Any = None) -> Any:
        answer = await api.ask(method, f"/api/admin/{path}", body, token=manager)
        assert answer.status in (200, 201), answer.json
        return answer.data

    room = await ask("POST", "rooms", {"name": "Main stage", "capacity": 10})
    show = await ask("POST", "shows", {"title": "The Tempest", "duration_minutes": 120})
    run = {"show_id": show["show_id"], "room_id": room["room_id"], "times": ["20:00"], "from": str(TOMORROW), "to": str(LATER),
           "except": [str(TOMORROW + timedelta(days=1))]}  # fmt: skip
    first, last = [one["performance_id"] for one in (await ask("POST", "performances/run", run))["performances"]]
    await ask("PATCH", f"shows/{show['show_id']}", {"status": "PUBLISHED"})
    await add_booking(world, first, 6, email="ada@example.com", name="Ada")

    path = f"/ws/availability?month={TOMORROW:%Y-%m}&show={show['show_id']}"
    visitor = Visitor(await RawClient.open(hub.url, path=path))
    await visitor.receive()
    control_room = await hub.socket(manager)
    assert (await control_room.command("subscribe", topic="counts", date=str(TOMORROW)))["success"]

    await ask("PATCH", f"performances/{first}", {"additional_seats": 5})
    await counted(control_room, first, 15, 6)
    while visitor.slots[first]["available_count"] != 9:
        await visitor.receive()

    answer = await api.patch(f"/api/admin/rooms/{room['room_id']}", {"capacity": 0}, token=manager)
    assert (answer.status, answer.code) == (409, "CAPACITY_TAKEN"), "five additional seats, and 6 people are booked"
    await ask("PATCH", f"rooms/{room['room_id']}", {"capacity": 12})
    await counted(control_room, first, 17, 6)

    moved = await ask(
        "POST", f"performances/{first}/move", {"start_time": "19:00", "message": "The last train leaves early."}
    )
    assert moved["notified"] == 1
    await counted(control_room, first, 17, 6)
    text = await mail_to(hub, "ada@example.com", "Tempest")
    assert "The last train leaves early." in text
    assert "20:00" in text
    assert "19:00" in text
    assert "/b/" in text, "the link shows and cancels the booking"

    cancelled = await ask("POST", f"performances/{first}/cancel", {"message": "The lead is ill."})
    assert (cancelled["ended"], cancelled["remaining"]) == (1, 0)
    await counted(control_room, first, 17, 0)
    while visitor.slots[first]["available_count"] != 0:
        await visitor.receive()
    text = await mail_to(hub, "ada@example.com", "ancelled")
    assert "The lead is ill." in text
    assert f"{LATER.day} November" in text, "the other performance has room for six"
    public = (await api.get(f"/api/shows/{show['show_id']}")).data["performances"]
    assert {one["performance_id"]: one["booking_state"] for one in public} == {first: "CANCELLED", last: "OPEN"}
    visitor.client.drop()
    await control_room.close()
