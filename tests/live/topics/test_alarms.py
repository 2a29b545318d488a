"""The duplicate alarm: a code at two gates within the venue's time is announced once at both gates and to managers."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.scanning.duplicate_alarms import acknowledge_alarm, raise_alarm
from hub.app import LIVE
from hub.jobs import duplicate_alarms
from hub.jobs.duplicate_alarms import DuplicateAlarmJob
from tests.support.hub import Hub
from tests.support.negative_controls import drop_constraint
from tests.support.notices import count_acknowledgements, count_alarms
from tests.support.parties import book_together
from tests.support.shows import add_booking, add_stage
from tests.support.world import World


async def gate(hub: Hub, world: World, name: str, operator: str = "Jane Smith") -> Any:
    """A scanner at a gate that has subscribed to its notices."""
    socket = await hub.socket(await world.staff(name=operator), gate=name)
    assert (await socket.command("subscribe", topic="notices"))["success"]
    return socket


async def manager(hub: Hub, world: World) -> tuple[Any, list[Any]]:
    socket = await hub.socket(await world.staff("MANAGER", "Mary Watch"))
    reply = await socket.command("subscribe", topic="alarms")
    return socket, reply["data"]["alarms"]


async def alarm_of(socket: Any) -> dict[str, Any]:
    event = await socket.event()
    data: dict[str, Any] = event["data"]
    if "missed" in data:
        return await alarm_of(socket)
    if event["topic"] == "alarms":
        return dict(data["alarm"])
    assert data["kind"] == "alarm"
    return dict(data["data"])


def job_of(hub: Hub) -> DuplicateAlarmJob:
    job: DuplicateAlarmJob = hub.services.scan_events.needed_elsewhere.__self__  # type: ignore[attr-defined]
    return job


async def settled(*hubs: Hub) -> None:
    """Wait until no alarm is being written."""
    async with asyncio.timeout(30):
        while any(job_of(hub)._tasks or job_of(hub)._unknown for hub in hubs):
            await asyncio.sleep(0.01)


async def silent(hub: Hub, *sockets: Any) -> None:
    """Show that the sockets got no alarm: the next event of each is the `missed` marker, which is published now."""
    await settled(hub)
    hub.app[LIVE].channels.events.announcements_missed()
    for socket in sockets:
        assert (await socket.event())["data"] == {"missed": True}


async def alarms(hub: Hub) -> int:
    count: int = await count_alarms(hub.database)
    return count


async def acquainted(*hubs: Hub) -> None:
    async with asyncio.timeout(60):
        while not all(one.services.scan_events.peers.others for one in hubs):
            await asyncio.sleep(0.02)


async def test_whoever_left_and_comes_back_at_another_gate_is_no_alarm_and_a_copy_still_is(
    hub: Hub, world: World
) -> None:
    await world.policy(re_entry="allow")
    ticket = await world.reserved(await world.slot())
    a, b, c = [await gate(hub, world, name, f"{name} Person") for name in "ABC"]
    watch, _ = await manager(hub, world)
    await a.verify(ticket.code)
    await b.leave(ticket.code)
    assert (await b.validate(ticket.code))["reason"] == "MAY_RETURN"
    assert (await b.verify(ticket.code))["reason"] == "RE_ENTRY"
    await silent(hub, a, b, c, watch)
    assert (await c.validate(ticket.code))["reason"] == "ALREADY_VERIFIED"
    alarm = await alarm_of(watch)
    assert (alarm["first"]["gate"], alarm["second"]["gate"]) == ("B", "C")
    assert await alarms(hub) == 1


async def test_both_gates_and_the_control_room_get_the_alarm_and_nobody_else(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    a, b, c = [await gate(hub, world, name, f"{name} Person") for name in "ABC"]
    watch, before = await manager(hub, world)
    assert before == []
    stranger, _ = await manager(hub, await World(hub).found())
    await a.verify(ticket.code)
    await b.validate(ticket.code)
    alarm = await alarm_of(watch)
    assert alarm == {
        "alarm_id": 1, "venue_id": world.venue_id, "raised_at": alarm["raised_at"], "code_tail": ticket.code[-4:],
        "ticket_id": ticket.id,
        "first": alarm["first"] | {"gate": "A", "result": "GREEN", "reason": "VERIFIED"},
        "second": alarm["second"] | {"gate": "B", "result": "YELLOW", "reason": "ALREADY_VERIFIED"},
        "acknowledged": None,
    }  # fmt: skip
    assert (alarm["first"]["operator"]["name"], alarm["second"]["operator"]["name"]) == ("A Person", "B Person")
    assert [await alarm_of(a), await alarm_of(b)] == [alarm, alarm]
    await silent(hub, c, stranger, watch, a, b)
    _, later = await manager(hub, world)
    assert later == [alarm], "and whoever looks later sees the same"
    await a.validate(ticket.code)
    await b.verify(ticket.code)
    await silent(hub, watch, a, b, c, stranger)
    assert await alarms(hub) == 1
    await c.verify(ticket.code)
    assert (await alarm_of(watch))["second"]["gate"] == "C"


async def test_a_ticket_that_was_let_in_at_neither_gate_is_no_alarm(hub: Hub, world: World) -> None:
    """A visitor who was sent from one gate to the other. Control: once let in at the second, a look at the first is one."""
    ticket = await world.reserved(await world.slot())
    a, b, c = [await gate(hub, world, name) for name in "ABC"]
    watch, _ = await manager(hub, world)
    await a.validate(ticket.code)
    await b.validate(ticket.code)
    await silent(hub, a, b, c, watch)
    await b.verify(ticket.code)
    assert (await alarm_of(watch))["second"]["reason"] == "VERIFIED"


async def an_alarm(hub: Hub, world: World, *gates: Any) -> Any:
    ticket = await world.reserved(await world.slot())
    for one in gates:
        await one.verify(ticket.code)
    return ticket


async def test_an_alarm_is_acknowledged_once_for_all_managers_of_all_processes(
    hub: Hub, world: World, open_hub: Any
) -> None:
    other = await open_hub()
    await acquainted(hub, other)
    a, b = await gate(hub, world, "A"), await gate(hub, world, "B")
    mary, _ = await manager(hub, world)
    anne = await other.socket(await world.staff("MANAGER", "Anne Late"))
    await anne.command("subscribe", topic="alarms")
    await an_alarm(hub, world, a, b)
    alarm = await alarm_of(mary)
    assert await alarm_of(anne) == alarm
    reply = await mary.command("acknowledge_alarm", alarm_id=alarm["alarm_id"])
    assert reply["data"]["acknowledged"]["operator"]["name"] == "Mary Watch"
    assert await alarm_of(anne) == reply["data"]
    hub.clock.advance(60)
    again = await anne.command("acknowledge_alarm", alarm_id=alarm["alarm_id"])
    assert again["data"] == reply["data"], "the first one counts"
    _, later = await manager(other, world)
    assert later == [reply["data"]]
    assert await count_acknowledgements(hub.database) == 1


async def test_managers_who_acknowledge_at_once_write_it_once(hub: Hub, world: World, open_hub: Any) -> None:
    """Control: without the table's key each of them writes a row, and the statement fails."""
    other = await open_hub()
    a, b, c = [await gate(hub, world, name) for name in "ABC"]
    watch, _ = await manager(hub, world)
    await an_alarm(hub, world, a, b, c)
    # The two alarms are written at the same time, so either may come first.
    last = max([await alarm_of(watch), await alarm_of(watch)], key=lambda alarm: alarm["second"]["at"])
    managers = [replace(world.identity(), staff_id=number) for number in range(1, 7)]
    found = await asyncio.gather(
        *(acknowledge_alarm((hub, other)[n % 2].services, one, last["alarm_id"]) for n, one in enumerate(managers))
    )
    assert len({one["acknowledged"]["operator"]["id"] for one in found}) == 1
    assert await count_acknowledgements(hub.database) == 2, "with the earlier one of the same ticket"
    await drop_constraint(hub.database, "alarm_acknowledgements", "alarm_acknowledgements_pkey")
    with pytest.raises(Exception, match="no unique"):
        await acknowledge_alarm(hub.services, managers[0], last["alarm_id"])


async def test_an_alarm_of_another_organisation_or_venue_is_not_acknowledged(hub: Hub, world: World) -> None:
    a, b = await gate(hub, world, "A"), await gate(hub, world, "B")
    watch, _ = await manager(hub, world)
    await an_alarm(hub, world, a, b)
    alarm = await alarm_of(watch)
    stranger, _ = await manager(hub, await World(hub).found())
    operator = await hub.socket(await world.staff())
    for socket, code in ((stranger, "NOT_FOUND"), (operator, "FORBIDDEN")):
        reply = await socket.command("acknowledge_alarm", alarm_id=alarm["alarm_id"])
        assert reply["error"]["code"] == code
    for wrong in (None, "7", 0, 2**64, 1.5):
        assert (await watch.command("acknowledge_alarm", alarm_id=wrong))["error"]["code"] == "INVALID_REQUEST"
    assert await count_acknowledgements(hub.database) == 0


async def test_one_gate_no_gate_or_another_time_raise_nothing(hub: Hub, world: World) -> None:
    slot = await world.slot()
    one, two, three = [await world.reserved(slot) for _ in range(3)]
    a, b, nowhere = await gate(hub, world, "A"), await gate(hub, world, "B"), await hub.socket(await world.staff())
    for _ in range(2):
        await a.validate(one.code)
        await a.verify(one.code)
    await a.verify(two.code)
    await nowhere.verify(two.code)
    await a.verify(three.code)
    hub.clock.advance(5 * 60 + 1)
    await b.verify(three.code)
    await silent(hub, a, b)
    assert await alarms(hub) == 0


@pytest.fixture
def policies_read_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert duplicate_alarms.POLICY_SECONDS == 5, "and not to make the test wait, less in this one"
    monkeypatch.setattr(duplicate_alarms, "POLICY_SECONDS", 0.02)


async def test_a_venue_sets_the_time_or_switches_the_alarm_off(
    policies_read_often: None, hub: Hub, world: World
) -> None:
    slot = await world.slot()
    first, second = await world.reserved(slot), await world.reserved(slot)
    a, b = await gate(hub, world, "A"), await gate(hub, world, "B")
    await world.policy(duplicate_alarm_minutes=None)
    await a.verify(first.code)
    await b.verify(first.code)
    await silent(hub, a, b)
    await world.policy(duplicate_alarm_minutes=60)
    async with asyncio.timeout(60):
        while job_of(hub)._venues[world.org_id, world.venue_id] is None:
            await asyncio.sleep(0.01)
    await a.verify(second.code)
    hub.clock.advance(59 * 60)
    await b.verify(second.code)
    assert (await alarm_of(a))["ticket_id"] == second.id


async def test_gates_at_two_processes_raise_one_alarm_and_each_gate_gets_it_once(
    hub: Hub, world: World, open_hub: Any
) -> None:
    other = await open_hub()
    await acquainted(hub, other)
    slot = await world.slot()
    a, b = await gate(hub, world, "A"), await gate(other, world, "B")
    watch, _ = await manager(other, world)
    # A duplicate event would come in place of the next ticket's. The sixth ticket shows it for the fifth.
    for _ in range(6):
        ticket = await world.reserved(slot)
        # The scans are at the same moment: each process receives the other's scan after its own.
        await asyncio.gather(a.verify(ticket.code), b.verify(ticket.code))
        assert [(await alarm_of(one))["ticket_id"] for one in (a, b, watch)] == [ticket.id] * 3
    assert await alarms(hub) == 6


async def test_without_messages_between_processes_only_the_log_shows_the_pair(
    hub: Hub, world: World, open_hub: Any
) -> None:
    """Control: without messages between the processes, no gate gets an alarm until the resync reads the log."""
    other = await open_hub()
    await acquainted(hub, other)
    for one in (hub, other):
        one.services.scan_events._announcer = type("Mute", (), {"publish_to_peers": lambda self, received: None})()
    a, b = await gate(hub, world, "A"), await gate(other, world, "B")
    ticket = await world.reserved(await world.slot())
    await a.verify(ticket.code)
    await b.validate(ticket.code)
    await settled(hub, other)
    assert a.events == b.events == []
    assert await alarms(hub) == 0
    hub.app[LIVE]._announcements_missed()
    assert (await alarm_of(a))["first"]["gate"] == "A"
    assert await alarms(hub) == 1


async def test_a_process_that_opens_remembers_from_the_log(hub: Hub, world: World, open_hub: Any) -> None:
    ticket = await world.reserved(await world.slot())
    a = await hub.socket(await world.staff(), gate="A")
    await a.verify(ticket.code)
    other = await open_hub()
    # The first process does not receive the second scan. Only the newly opened one can raise the alarm.
    other.services.scan_events._announcer = type("Mute", (), {"publish_to_peers": lambda self, received: None})()
    b = await gate(other, world, "B")
    await b.verify(ticket.code)
    assert (await alarm_of(b))["first"]["gate"] == "A"


async def test_the_same_pair_is_written_once(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row's key makes three calls write one alarm. Control: without the key the statement fails."""
    seen: list[Any] = []
    hub.services.scan_events.listen(seen.extend)
    monkeypatch.setattr(DuplicateAlarmJob, "_start_raising", lambda self, one, other: None)
    ticket = await world.reserved(await world.slot())
    a, b = await hub.socket(await world.staff(), gate="A"), await hub.socket(await world.staff(), gate="B")
    await a.verify(ticket.code)
    await b.verify(ticket.code)
    one, other = seen
    found = await asyncio.gather(
        *(raise_alarm(hub.services, *pair) for pair in ((one, other), (other, one), (one, other)))
    )
    assert len([alarm_id for alarm_id in found if alarm_id is not None]) == 1
    await drop_constraint(hub.database, "duplicate_alarms", "duplicate_alarms_once")
    with pytest.raises(Exception, match="no unique"):
        await raise_alarm(hub.services, one, other)


async def test_of_alarms_written_in_the_other_order_the_latest_scan_acknowledges_both(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of an alarm says nothing of the order. The earlier one alone leaves the later one open."""
    seen: list[Any] = []
    hub.services.scan_events.listen(seen.extend)
    monkeypatch.setattr(DuplicateAlarmJob, "_start_raising", lambda self, one, other: None)
    gates, slot = [await hub.socket(await world.staff(), gate=name) for name in "ABC"], await world.slot()
    for acknowledged, rows in (("C", 2), ("B", 1)):
        ticket = await world.reserved(slot)
        for one in gates:
            await one.verify(ticket.code)
        first, second, third = seen[-3:]
        ids = {pair[1].gate: await raise_alarm(hub.services, *pair) for pair in ((second, third), (first, second))}
        assert ids["C"] < ids["B"]
        before = await count_acknowledgements(hub.database)
        await acknowledge_alarm(hub.services, world.identity(), ids[acknowledged])
        assert await count_acknowledgements(hub.database) == before + rows


async def test_an_alarm_waits_for_postgres(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.jobs.duplicate_alarms.TRY_AGAIN_SECONDS", 0.05)
    troubles = iter([OSError(), OSError()])

    async def shaky(*given: Any) -> Any:
        for trouble in troubles:
            raise trouble
        return await raise_alarm(*given)

    monkeypatch.setattr("hub.jobs.duplicate_alarms.raise_alarm", shaky)
    ticket = await world.reserved(await world.slot())
    a, b = await gate(hub, world, "A"), await gate(hub, world, "B")
    await a.verify(ticket.code, str(uuid4()))
    await b.verify(ticket.code)
    assert (await alarm_of(a))["ticket_id"] == ticket.id


@pytest.mark.parametrize("kind", ["booking", "family"])
async def test_the_parts_of_a_party_come_to_any_gates_and_a_whole_one_shown_again_is_an_alarm(
    hub: Hub, world: World, kind: str
) -> None:
    a, b, c = [await gate(hub, world, name) for name in "ABC"]
    watch, _ = await manager(hub, world)
    if kind == "booking":
        code, party = (await add_booking(world, (await add_stage(world)).performance_id, 3)).code, {}
    else:
        code, party = (await book_together(world, await world.slot(), 3))[0].code, {"party": True}
    await a.validate(code)
    await a.verify(code, count=1, **party)
    await b.validate(code)
    await b.verify(code, **party)
    await silent(hub, a, b, c, watch)
    await c.validate(code)
    alarm = await alarm_of(watch)
    assert (alarm["first"]["gate"], alarm["second"]["gate"]) == ("B", "C")
    job_of(hub)._venues.clear()
    job_of(hub).look_back()
    await settled(hub)
    assert await alarms(hub) == 1, "and from the log it is the same"
