"""The dispatcher: replies carry the id of their command and come in any order, however long one takes."""

import asyncio
from uuid import uuid4

from hub.settings import Rate
from tests.support.hub import Hub
from tests.support.scan_log import count_scans
from tests.support.world import World


async def test_replies_come_as_they_are_ready_and_are_told_apart_by_id(world: World, hub: Hub, held_scans) -> None:
    ticket = await world.reserved(await world.slot())
    socket = await hub.socket(await world.staff())
    await socket.ws.send_json({"id": 1, "type": "validate", "code": "x"})
    await socket.ws.send_json({"id": 2, "type": "validate", "code": ticket.code})
    await socket.ws.send_json({"id": 3, "type": "ping"})
    await held_scans.wait_for(2)
    assert (await socket.receive())["id"] == 3
    await held_scans.let_go(1)
    second = await socket.receive()
    assert (second["id"], second["data"]["reason"]) == (2, "VALID")
    await held_scans.let_go(0)
    first = await socket.receive()
    assert (first["id"], first["success"], first["data"]["reason"]) == (1, True, "TICKET_NOT_FOUND")


async def test_a_ticket_is_verified_by_its_code_or_its_id_and_the_same_scan_is_answered_alike(
    hub: Hub, world: World
) -> None:
    slot = await world.slot()
    by_code, by_id = await world.reserved(slot), await world.reserved(slot)
    socket = await hub.socket(await world.staff(), gate="A")
    scan_id = str(uuid4())
    first = await socket.command("verify", code=by_code.code, scan_id=scan_id)
    assert first["data"]["reason"] == "VERIFIED"
    assert first["data"]["verified"]["gate"] == "A"
    assert (await socket.command("verify", code=by_code.code, scan_id=scan_id))["data"] == first["data"]
    reply = await socket.command("verify", ticket_id=by_id.id, scan_id=str(uuid4()), gate="B")
    assert (reply["data"]["reason"], reply["data"]["verified"]["gate"]) == ("VERIFIED", "B")
    unknown = await socket.command("verify", ticket_id=2**53, scan_id=str(uuid4()))
    assert unknown["data"]["reason"] == "TICKET_NOT_FOUND"


async def test_managers_see_the_contact_whole_and_operators_as_the_venue_says(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    operator, manager = await hub.socket(await world.staff()), await hub.socket(await world.staff("MANAGER"))
    assert (await operator.validate(ticket.code))["ticket"]["customer_email"] == "j***@example.com"
    assert (await manager.validate(ticket.code))["ticket"]["customer_email"] == "john@example.com"
    await world.policy(show_contact="full")
    assert (await operator.validate(ticket.code))["ticket"]["customer_email"] == "john@example.com"


async def test_undo_and_history_are_the_operators_own(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    mine, other = await hub.socket(await world.staff()), await hub.socket(await world.staff())
    scan_id = str(uuid4())
    await mine.verify(ticket.code, scan_id)
    refused = await other.command("undo", scan_id=scan_id, reason="not mine")
    assert refused["error"]["code"] == "FORBIDDEN"
    undone = await mine.command("undo", scan_id=scan_id, reason="wrong person")
    assert undone["data"]["ticket_status"] == "RESERVED"
    assert (await mine.command("undo", scan_id=str(uuid4()), reason="x"))["error"]["code"] == "SCAN_NOT_FOUND"
    page = (await mine.command("history", limit=1))["data"]
    assert page["scans"][0]["mode"] == "undo"
    assert (await mine.command("history", limit=1, before=page["next"]))["data"]["scans"][0]["scan_id"] == scan_id
    assert (await other.command("history"))["data"] == {"scans": [], "next": None}


async def test_thirty_two_commands_may_be_in_flight_and_the_next_is_refused(hub: Hub, world: World, held_scans) -> None:
    socket = await hub.socket(await world.staff())
    for number in range(1, 34):
        await socket.ws.send_json({"id": number, "type": "validate", "code": f"x{number}"})
    busy = await socket.receive()
    assert (busy["id"], busy["error"]["code"]) == (33, "BUSY")
    await held_scans.let_go()
    assert (await socket.receive())["success"]
    await socket.ws.send_json({"id": 34, "type": "validate", "code": "x"})
    await held_scans.wait_for(32)


async def test_a_database_that_does_not_answer_is_said_and_the_socket_lives(hub: Hub, world: World, held_scans) -> None:
    socket = await hub.socket(await world.staff())
    await socket.ws.send_json({"id": 1, "type": "validate", "code": "x"})
    await held_scans.wait_for(1)
    held_scans.fail()
    reply = await socket.receive()
    assert reply["error"] == {"code": "SERVICE_UNAVAILABLE", "retry_after": 1, "message": reply["error"]["message"]}
    await hub.database.jobs.close()
    assert (await socket.command("subscribe", topic="counts"))["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert (await socket.command("ping"))["success"]
    await hub.database.jobs.open()


async def test_what_goes_wrong_on_our_side_is_said_without_a_word_more(hub: Hub, world: World, held_scans) -> None:
    socket = await hub.socket(await world.staff())
    await socket.ws.send_json({"id": 1, "type": "validate", "code": "x"})
    await held_scans.wait_for(1)
    held_scans.held.pop()[1].set_exception(RuntimeError("secret"))
    assert (await socket.receive())["error"] == {"code": "INTERNAL", "message": "Something went wrong on our side"}
    assert (await socket.command("ping"))["success"]


async def test_a_client_that_leaves_does_not_take_its_scan_along(hub: Hub, world: World, held_scans) -> None:
    ticket = await world.reserved(await world.slot())
    socket = await hub.socket(await world.staff())
    await socket.ws.send_json({"id": 1, "type": "verify", "code": ticket.code, "scan_id": str(uuid4())})
    await held_scans.wait_for(1)
    await socket.close()
    await held_scans.let_go()
    again = await hub.socket(await world.staff())
    await again.ws.send_json({"id": 1, "type": "validate", "code": ticket.code})
    await held_scans.wait_for(1)
    await held_scans.let_go()
    assert (await again.receive())["data"]["reason"] == "ALREADY_VERIFIED"


async def test_a_busy_gate_never_reaches_the_message_rate_and_a_flood_is_refused_then_disconnected(
    world: World, open_hub, raw
) -> None:
    hub = await open_hub(rate_operator=Rate(100, 60))
    client = await raw(hub.url)
    await client.sign_in(await world.staff())
    for burst in range(5):
        for number in range(1, 31):
            client.send({"id": burst * 100 + number, "type": "ping"})
        for _ in range(30):
            assert (await client.next())["success"]
        await asyncio.sleep(0.2)
    for number in range(1, 1001):
        client.send({"id": number, "type": "ping"})
    received = 0
    while True:
        reply = await client.next()
        if not reply["success"]:
            assert reply["error"]["code"] == "RATE_LIMITED"
            received += 1
            if received > 500:
                break
    assert await client.code() == 4429


async def test_without_the_operators_limit_there_is_no_message_rate(hub: Hub, world: World, raw) -> None:
    client = await raw()
    await client.sign_in(await world.staff())
    for number in range(1, 3001):
        client.send({"id": number, "type": "ping"})
    for number in range(1, 3001):
        assert (await client.next())["id"] == number


async def test_a_venue_of_another_organisation_does_not_exist(hub: Hub, world: World) -> None:
    foreign = await World(hub).found()
    socket = await hub.socket(await world.staff("MANAGER"))
    reply = await socket.command("subscribe", topic="counts", venue_id=foreign.venue_id)
    assert reply["error"]["code"] == "NOT_FOUND"
    reply = await socket.command("subscribe", topic="counts", venue_id=10**6)
    assert reply["error"]["code"] == "NOT_FOUND"


async def test_a_login_has_a_pace_for_what_only_reads_or_is_logged(open_hub) -> None:
    hub = await open_hub(rate_operator=Rate(100, 60), sockets_per_operator=20)
    pace = hub.services.look_pace
    assert pace._rate == Rate(800, 20)
    pace._rate, pace._clock = Rate(3, 60), lambda: 0.0  # no time passes, however slow the machine is
    world = await World(hub).found()
    ticket, token = await world.reserved(await world.slot()), await world.staff()
    socket, second = await hub.socket(token), await hub.socket(token)
    for _ in range(3):
        assert (await socket.command("history"))["success"]
    for name, fields in (("validate", {"code": ticket.code}), ("history", {}), ("find_guests", {"name": "Ann"})):
        refused = await second.command(name, **fields)
        assert refused["error"]["code"] == "RATE_LIMITED", name
        assert refused["error"]["retry_after"] == 20
    assert await count_scans(hub.database) == 0
    assert (await socket.verify(ticket.code))["reason"] == "VERIFIED", "a gate goes on"
    other = await hub.socket(await world.staff())
    assert (await other.command("history"))["success"]
