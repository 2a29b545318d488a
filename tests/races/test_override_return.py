"""A supervisor's override of a return against another movement of the ticket: one return, and an exact count inside.

The other movement runs at another hub, between the supervisor's read and write. The controls remove the check of the
ticket's version, and the return is recorded on an outdated state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.scanning import override_entry
from tests.races.test_override import NO_VERSION_GUARD, at_once, held
from tests.support.disputes import count_disputes
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage
from tests.support.scan_log import count_scans
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, World

MAX_ATTEMPTS = 8
Action = Callable[[], Awaitable[Any]]


@pytest.fixture
async def gates(two_hubs: list[Hub], world: World) -> list[Socket]:
    await world.policy(re_entry="allow")
    two_hubs[1].services.venues.forget()
    return [await hub.socket(await world.staff(), gate=gate) for hub, gate in zip(two_hubs, "AB", strict=True)]


@pytest.fixture
async def elsewhere(two_hubs: list[Hub], world: World) -> Socket:
    """A gate of another venue, which refuses all these tickets."""
    return await two_hubs[0].socket(await world.staff(venue_id=await world.venue()), gate="Z")


@pytest.fixture
async def managers(two_hubs: list[Hub], world: World) -> list[Socket]:
    return [await hub.socket(await world.staff("MANAGER")) for hub in two_hubs]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Action]:
    """Actions to run after a supervisor's return has been read and before it is written."""
    steps: list[Action] = []
    write = override_entry.write_movements

    async def write_late(*arguments: Any) -> Any:
        if steps:
            await steps.pop()()
        return await write(*arguments)

    monkeypatch.setattr(override_entry, "write_movements", write_late)
    return steps


async def gone(world: World, gate: Socket, count: int = 1) -> list[tuple[str, str]]:
    """Return codes whose holders came and left, each with the scan id of the exit."""
    left = []
    for ticket in await world.fill(await world.slot(capacity=count), count):
        scan_id = str(uuid4())
        assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
        assert (await gate.leave(ticket.code, scan_id))["reason"] == "EXIT_RECORDED"
        left.append((ticket.code, scan_id))
    return left


async def refused(elsewhere: Socket, code: str) -> str:
    decision = await elsewhere.validate(code)
    assert decision["reason"] == "WRONG_VENUE"
    return str(decision["scan_id"])


async def figures(world: World, hub: Hub) -> tuple[int, int, int]:
    board = await hub.socket(await world.staff("MANAGER"))
    data = (await board.command("subscribe", topic="counts", date=str(TODAY)))["data"]
    await board.close()
    return data["inside"], data["exited"], data["reentered"]


def outcome(reply: dict[str, Any]) -> str:
    return str(reply["data"]["recorded"] if reply["success"] else reply["error"]["code"])


async def yesses(world: World) -> int:
    """Return the number of admitted disputes. Each of them must have its scan."""
    database = world.hub.database
    count = await count_disputes(database, decision="admitted")
    assert await count_scans(database, mode="override") == count
    return int(count)


# ---- The holder comes back at another gate meanwhile


async def returned_meanwhile(
    world: World, gates: Any, elsewhere: Socket, managers: Any, meanwhile: list[Action]
) -> str:
    [(code, _)] = await gone(world, gates[0])
    scan_id = await refused(elsewhere, code)

    async def back() -> None:
        assert (await gates[1].verify(code))["reason"] == "RE_ENTRY"

    meanwhile.append(back)
    return outcome(await managers[0].command("override", scan_id=scan_id, reason="yes"))


async def test_who_has_just_come_back_is_not_let_back_in_again(two_hubs, world, gates, elsewhere, managers, meanwhile):
    assert await returned_meanwhile(world, gates, elsewhere, managers, meanwhile) == "ALREADY_VERIFIED"
    assert (await yesses(world), await figures(world, two_hubs[0])) == (0, (1, 1, 1))
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_both_returns_are_counted(
    world, gates, elsewhere, managers, meanwhile, monkeypatch
):
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    assert await returned_meanwhile(world, gates, elsewhere, managers, meanwhile) == "RE_ENTRY"
    assert any("movements equal" in line for line in await broken_invariants(world.hub.database))


async def test_whoever_is_first_of_a_gate_and_a_supervisor_records_the_only_return(
    two_hubs, world, gates, elsewhere, managers
):
    """Both have read and wait for the ticket. Postgres decides which is first."""
    admitted = 0
    for code, _ in await gone(world, gates[0], MAX_ATTEMPTS):
        scan_id = await refused(elsewhere, code)
        async with held(world, "tickets", code=code):
            answers = await at_once(
                managers[0].command("override", scan_id=scan_id, reason="yes"),
                gates[1].command("verify", code=code, scan_id=str(uuid4())),
            )
        pair = outcome(await answers[0]), (await answers[1])["data"]["reason"]
        assert pair in (("RE_ENTRY", "ALREADY_VERIFIED"), ("ALREADY_VERIFIED", "RE_ENTRY"))
        admitted += pair[0] == "RE_ENTRY"
    assert (await yesses(world), await figures(world, two_hubs[1])) == (
        admitted,
        (MAX_ATTEMPTS, MAX_ATTEMPTS, MAX_ATTEMPTS),
    )
    assert await broken_invariants(world.hub.database) == []


# ---- The exit is undone meanwhile


async def exit_undone_meanwhile(
    world: World, gates: Any, elsewhere: Socket, managers: Any, meanwhile: list[Action]
) -> str:
    [(code, exit_scan)] = await gone(world, gates[0])
    scan_id = await refused(elsewhere, code)

    async def undo() -> None:
        reply = await managers[1].command("undo", scan_id=exit_scan, reason="never left")
        assert reply["data"]["reason"] == "EXIT_UNDONE"

    meanwhile.append(undo)
    return outcome(await managers[0].command("override", scan_id=scan_id, reason="yes"))


async def test_after_an_undone_exit_there_is_no_return(two_hubs, world, gates, elsewhere, managers, meanwhile):
    assert await exit_undone_meanwhile(world, gates, elsewhere, managers, meanwhile) == "ALREADY_VERIFIED"
    assert (await yesses(world), await figures(world, two_hubs[0])) == (0, (1, 0, 0))
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_they_come_back_without_having_left(
    world, gates, elsewhere, managers, meanwhile, monkeypatch
):
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    assert await exit_undone_meanwhile(world, gates, elsewhere, managers, meanwhile) == "RE_ENTRY"
    assert any("movements equal" in line for line in await broken_invariants(world.hub.database))


# ---- Two supervisors


async def test_two_supervisors_with_one_dispute_both_get_the_one_return(two_hubs, world, gates, elsewhere, managers):
    for code, _ in await gone(world, gates[0], MAX_ATTEMPTS):
        scan_id = await refused(elsewhere, code)
        await elsewhere.command("ask_supervisor", scan_id=scan_id)
        async with held(world, "disputes", scan_id=scan_id):
            answers = await at_once(
                *(manager.command("override", scan_id=scan_id, reason="yes") for manager in managers)
            )
        pair = [await answer for answer in answers]
        assert [outcome(reply) for reply in pair] == ["RE_ENTRY", "RE_ENTRY"]
        assert pair[0]["data"] == pair[1]["data"]
    assert (await yesses(world), await figures(world, two_hubs[1])) == (
        MAX_ATTEMPTS,
        (MAX_ATTEMPTS, MAX_ATTEMPTS, MAX_ATTEMPTS),
    )
    assert await broken_invariants(world.hub.database) == []


async def two_questions(world: World, gates: Any, elsewhere: Socket, managers: Any) -> list[list[str]]:
    """Dispute two scans of one ticket, and let each supervisor decide one of them."""
    received = []
    for code, _ in await gone(world, gates[0], MAX_ATTEMPTS):
        scans = [await refused(elsewhere, code) for _ in managers]
        async with held(world, "tickets", code=code):
            answers = await at_once(*(
                manager.command("override", scan_id=scan_id, reason="yes")
                for manager, scan_id in zip(managers, scans, strict=True)
            ))  # fmt: skip
        received.append(sorted([outcome(await answer) for answer in answers]))
    return received


async def test_of_two_questions_about_one_ticket_one_is_admitted(two_hubs, world, gates, elsewhere, managers):
    received = await two_questions(world, gates, elsewhere, managers)
    assert received == [["ALREADY_VERIFIED", "RE_ENTRY"]] * MAX_ATTEMPTS
    assert (await yesses(world), await figures(world, two_hubs[0])) == (
        MAX_ATTEMPTS,
        (MAX_ATTEMPTS, MAX_ATTEMPTS, MAX_ATTEMPTS),
    )
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_both_disputes_are_admitted(world, gates, elsewhere, managers, monkeypatch):
    sabotage(monkeypatch, "scanning/exits", "write_movements", NO_VERSION_GUARD)
    assert await two_questions(world, gates, elsewhere, managers) == [["RE_ENTRY", "RE_ENTRY"]] * MAX_ATTEMPTS
    assert any("movements equal" in line for line in await broken_invariants(world.hub.database))


async def test_a_return_that_fails_leaves_the_question_open(world, gates, elsewhere, managers, monkeypatch):
    """The decision and the return are in one transaction: if the return cannot be written, neither is."""
    [(code, _)] = await gone(world, gates[0])
    scan_id = await refused(elsewhere, code)
    sabotage(
        monkeypatch, "scanning/disputes", "note_override", ("SET note = $3", "SET note = ($3::text::integer)::text")
    )
    reply = await asyncio.wait_for(managers[0].command("override", scan_id=scan_id, reason="yes"), 10)
    assert not reply["success"]
    assert await yesses(world) == 0
    assert await broken_invariants(world.hub.database) == []
