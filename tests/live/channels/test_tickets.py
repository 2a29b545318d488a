"""The tickets topic: scanners learn by hash that a ticket changed, whoever changed it, and that events were missed."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.booking.move import move_reservation
from hub.app import LIVE
from hub.events.announcements import TicketsChanged, code_hash
from hub.live.channels.events import KEPT_EVENTS
from hub.live.channels.subscription import Subscription
from hub.live.channels.tickets import HASHES_PER_EVENT, TicketChannels
from hub.live.connection.send_queue import SendQueue
from hub.live.protocol import frames
from tests.support.hub import Hub
from tests.support.world import TODAY, Ticket, World
from tests.support.written_frames import WrittenFrames
from web import keys


async def scanner(hub: Hub, world: World, role: str = "OPERATOR") -> Any:
    """A signed-in scanner that has subscribed to the topic."""
    socket = await hub.socket(await world.staff(role))
    reply = await socket.command("subscribe", topic="tickets")
    assert reply["data"] == {"topic": "tickets", "subscription": 1, "revision": reply["data"]["revision"]}
    return socket


async def connected(*hubs: Hub) -> None:
    async with asyncio.timeout(5):
        while not all(hub.app[LIVE].relay.connected for hub in hubs):
            await asyncio.sleep(0.02)


async def no_performances(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
    """The alternatives of a booking. A ticket never asks for them."""
    raise AssertionError


async def news(socket: Any, change: str) -> list[str]:
    """Return the hashes of the next event, which must be of this kind."""
    event = await socket.event(3)
    assert (event["topic"], event["subscription"]) == ("tickets", 1)
    assert event["data"]["change"] == change, event
    hashes: list[str] = event["data"]["hashes"]
    return hashes


async def test_every_action_at_another_process_reaches_a_scanner_by_hash(hub: Hub, world: World, open_hub: Any) -> None:
    other = await open_hub()
    await connected(hub, other)
    await asyncio.sleep(0.3)
    noon, soon, later = [await world.slot(TODAY + timedelta(days=days)) for days in (0, 7, 8)]
    ticket, sleeping = await world.ticket(), await world.ticket("INACTIVE")
    name = hashlib.sha256(ticket.code.encode()).hexdigest()
    socket = await scanner(hub, world)

    booked = await book(other, ticket, soon)
    assert await news(socket, "reserved") == [name]
    calendar = other.app[keys.AVAILABILITY]
    await move_reservation(other.services, calendar, no_performances, booked[0], later, token=booked[1], identity=None)
    assert await news(socket, "moved") == [name]
    status, _ = await other.delete(f"/api/reservations/{booked[0]}", X_Reservation_Token=booked[1])
    assert status == 200
    assert await news(socket, "cancelled") == [name]
    status, _ = await other.post(f"/api/tickets/{sleeping.id}/activate", {}, X_Ticket_Code=sleeping.code)
    assert status == 200
    assert await news(socket, "activated") == [code_hash(sleeping.code)]

    await book(other, ticket, noon)
    assert await news(socket, "reserved") == [name]
    gate = await other.socket(await world.staff("MANAGER"))
    scan_id = str(uuid4())
    await gate.verify(ticket.code, scan_id)
    assert await news(socket, "verified") == [name]
    assert (await gate.command("undo", scan_id=scan_id, reason="wrong person"))["success"]
    assert await news(socket, "undone") == [name]


async def book(hub: Hub, ticket: Ticket, slot: int) -> tuple[int, str]:
    body = {
        "ticket_id": ticket.id,
        "slot_id": slot,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }
    status, answer = await hub.post("/api/reservations/create", body)
    assert status == 200, answer
    return answer["data"]["reservation_id"], answer["data"]["manage_url"].rsplit("/", 1)[1]


async def test_looking_at_a_ticket_is_no_news_and_a_second_entry_neither(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    socket, gate = await scanner(hub, world), await hub.socket(await world.staff())
    await gate.validate(ticket.code)
    await gate.verify(ticket.code)
    assert await news(socket, "verified") == [code_hash(ticket.code)]
    scan_id = str(uuid4())
    await gate.verify(ticket.code, scan_id)
    await gate.verify(ticket.code, scan_id)
    await asyncio.sleep(0.3)
    await socket.command("ping")
    assert socket.events == []


async def test_only_hashes_are_sent_and_only_to_the_own_organisation(hub: Hub, world: World) -> None:
    stranger = await World(hub).found()
    ticket = await world.ticket()
    own, foreign = await scanner(hub, world), await scanner(hub, stranger)
    await world.reserve(ticket, await world.slot())
    event = await own.event(3)
    said = json.dumps(event)
    for secret in (ticket.code, "john@example.com", "+12025551234", str(ticket.id)):
        assert secret not in said
    await foreign.command("ping")
    assert foreign.events == []


async def test_a_burst_is_a_few_events_and_each_is_of_one_kind(hub: Hub, world: World) -> None:
    socket = await scanner(hub, world)
    codes = [f"TKT-{n}" for n in range(2 * HASHES_PER_EVENT + 1)]
    for code in codes:
        hub.services.announcer.publish([TicketsChanged.of(world.org_id, world.venue_id, [code, codes[0]], "reserved")])
    hub.services.announcer.publish([TicketsChanged.of(world.org_id, world.venue_id, [codes[0]], "cancelled")])
    received = [await news(socket, "reserved") for _ in range(3)]
    assert [len(hashes) for hashes in received] == [HASHES_PER_EVENT, HASHES_PER_EVENT, 1]
    assert {name for hashes in received for name in hashes} == {code_hash(code) for code in codes}
    assert await news(socket, "cancelled") == [code_hash(codes[0])]


async def test_after_a_gap_every_scanner_learns_that_something_was_missed(hub: Hub, world: World) -> None:
    await connected(hub)
    await asyncio.sleep(0.3)
    socket = await scanner(hub, world)
    await hub.services.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    assert await news(socket, "missed") == []


async def test_who_reads_too_slowly_learns_that_something_was_missed() -> None:
    async def received(events: int) -> list[Any]:
        emptied, transport = asyncio.Event(), WrittenFrames()
        queue = SendQueue(None, transport, emptied.wait, lambda: None)  # type: ignore[arg-type]
        channels = TicketChannels(tick=0)
        channel = channels.channel(1)
        Subscription(queue, head=frames.event_head("tickets", 1)).follow(channel, channel.state, version=0)
        for n in range(events):
            channels.receive(TicketsChanged(1, 1, (str(n),), "reserved"))
            async with asyncio.timeout(15):
                while channels._tick._timer is not None:
                    await asyncio.sleep(0)
        assert queue.depth == 1, "one offer stands for all of them"
        transport.writing_paused = False
        emptied.set()
        await asyncio.sleep(0.05)
        return [json.loads(frame)["data"] for frame in transport.sent]

    patient = await received(KEPT_EVENTS)
    assert [event["hashes"] for event in patient] == [[str(n)] for n in range(KEPT_EVENTS)], "in order, none left out"
    assert await received(KEPT_EVENTS + 1) == [{"hashes": [], "change": "missed"}]


async def test_the_topic_is_for_staff_and_ends_with_its_subscription(hub: Hub, world: World) -> None:
    socket = await scanner(hub, world)
    assert (await socket.command("subscribe", topic="nonsense"))["error"]["code"] == "UNKNOWN_TOPIC"
    reply = await socket.command("unsubscribe", topic="counts")
    assert reply["error"]["code"] == "NOT_FOUND", "another topic's are left alone"
    reply = await socket.command("unsubscribe", topic="tickets")
    assert reply["data"] == {"subscriptions": [1]}
    await world.reserved(await world.slot())
    await asyncio.sleep(0.3)
    await socket.command("ping")
    assert socket.events == []
    assert not hub.app[LIVE].channels.tickets.channel(world.org_id).subscribers
    again = await socket.command("subscribe", topic="tickets")
    await socket.close()
    assert again["data"]["subscription"] == 2
    async with asyncio.timeout(3):
        while hub.app[LIVE].channels.tickets.channel(world.org_id).subscribers:
            await asyncio.sleep(0.02)


async def test_without_its_announcement_an_entry_sends_no_event(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the announcement of an entry, no event comes."""
    ticket = await world.reserved(await world.slot())
    socket, gate = await scanner(hub, world), await hub.socket(await world.staff())
    monkeypatch.setattr("hub.actions.scanning.entry_scans._tickets_verified", lambda scans: [])
    await gate.verify(ticket.code)
    with pytest.raises(TimeoutError):
        await socket.event(0.6)
