"""Exits and returns: what remains after an undo, who is notified, and what the scan log shows."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from hub.actions.reporting.reconcile import reconcile
from tests.support.movements import (
    change_movements,
    delete_movements,
    read_movement,
)
from tests.support.occupancy import counts, figures, inside
from tests.support.scan_log import read_scans
from tests.support.world import TODAY


async def test_an_exit_is_undone_and_they_are_inside_again(hub, world, jane, board):
    ticket, scan_id = await inside(world, jane), str(uuid4())
    await jane.leave(ticket.code, scan_id)
    undone = await jane.command("undo", scan_id=scan_id, reason="wrong ticket")
    assert (undone["data"]["reason"], undone["data"]["ticket_status"]) == ("EXIT_UNDONE", "VERIFIED")
    assert await figures(board) == counts(1, 1, 0, 0)
    assert (await jane.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "NOTHING_TO_UNDO"
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    rows = await read_scans(hub.database, "mode", "note", mode="undo", undoes=scan_id)
    assert [tuple(row) for row in rows] == [("undo", "wrong ticket")]


async def test_a_return_is_undone_and_they_are_out_again(world, jane, board):
    await world.policy(re_entry="allow")
    ticket, scan_id = await inside(world, jane), str(uuid4())
    await jane.leave(ticket.code)
    await jane.verify(ticket.code, scan_id)
    assert (await jane.command("undo", scan_id=scan_id, reason="turned away"))["data"]["reason"] == "RETURN_UNDONE"
    assert await figures(board) == counts(1, 0, 1, 0)
    assert (await jane.leave(ticket.code))["reason"] == "ALREADY_LEFT"
    assert (await jane.verify(ticket.code))["reason"] == "RE_ENTRY"


async def test_only_the_last_movement_of_a_ticket_can_be_undone(world, jane, board):
    await world.policy(re_entry="allow")
    (ticket,) = await world.fill(await world.slot(), 1)
    entry, first_exit, back, second_exit = (str(uuid4()) for _ in range(4))
    await jane.verify(ticket.code, entry)
    await jane.leave(ticket.code, first_exit)
    assert (await jane.command("undo", scan_id=entry, reason="x"))["error"]["code"] == "LEFT_SINCE"
    await jane.verify(ticket.code, back)
    assert (await jane.command("undo", scan_id=first_exit, reason="x"))["error"]["code"] == "MOVED_SINCE"
    await jane.leave(ticket.code, second_exit)
    assert (await jane.command("undo", scan_id=back, reason="x"))["error"]["code"] == "MOVED_SINCE"
    assert await figures(board) == counts(1, 0, 2, 1)
    for scan_id, then in (
        (second_exit, counts(1, 1, 1, 1)),
        (back, counts(1, 0, 1, 0)),
        (first_exit, counts(1, 1, 0, 0)),
        (entry, counts(0, 0, 0, 0)),
    ):
        reply = await jane.command("undo", scan_id=scan_id, reason="all a mistake")
        assert reply["success"], reply
        assert await figures(board) == then


async def test_after_entry_and_return_were_undone_a_new_visit_starts_clean(world, jane, board):
    await world.policy(re_entry="allow")
    (ticket,) = await world.fill(await world.slot(), 1)
    entry, back = str(uuid4()), str(uuid4())
    await jane.verify(ticket.code, entry)
    await jane.leave(ticket.code)
    await jane.verify(ticket.code, back)
    assert (await jane.command("undo", scan_id=entry, reason="x"))["success"], "they are inside: the entry may go"
    assert await figures(board) == counts(0, 0, 1, 1)
    assert (await jane.command("undo", scan_id=back, reason="x"))["error"]["code"] == "NOTHING_TO_UNDO"
    assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    assert (await jane.verify(ticket.code))["reason"] == "VERIFIED"
    assert await figures(board) == counts(1, 1, 1, 1)


async def test_an_operator_undoes_own_exits_of_a_quarter_of_an_hour(hub, world, jane, board, clock):
    ticket, scan_id = await inside(world, jane), str(uuid4())
    await jane.leave(ticket.code, scan_id)
    tom = await hub.socket(await world.staff(name="Tom Brown"))
    assert (await tom.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "FORBIDDEN"
    clock.advance(timedelta(minutes=15, seconds=5).total_seconds())
    assert (await jane.command("undo", scan_id=scan_id, reason="x"))["error"]["code"] == "UNDO_TOO_LATE"
    assert (await board.command("undo", scan_id=scan_id, reason="x"))["success"]


async def test_the_board_follows_live(world, jane, board):
    await world.policy(re_entry="allow")
    ticket = await inside(world, jane)
    snapshot = (await board.command("subscribe", topic="counts", date=str(TODAY)))["data"]
    assert snapshot["inside"] == 1
    seen = [snapshot["revision"]]
    for scan, inside_now in ((jane.leave, 0), (jane.verify, 1), (jane.leave, 0)):
        await scan(ticket.code)
        event = await board.event()
        assert event["data"]["inside"] == inside_now
        assert event["data"]["slots"] == [], "no slot has changed"
        seen.append(event["revision"])
    assert seen == sorted(set(seen)), "the revision grows"


async def test_another_hub_shows_it_too(open_hub, world, jane):
    other = await open_hub()
    board = await other.socket(await world.staff("MANAGER"))
    ticket = await inside(world, jane)
    await board.command("subscribe", topic="counts", date=str(TODAY))
    await jane.leave(ticket.code)
    while (event := await board.event())["data"]["inside"] != 0:
        pass
    assert event["data"]["exited"] == 1


async def test_scanners_receive_exits_and_returns(world, jane, hub):
    await world.policy(re_entry="allow")
    ticket = await inside(world, jane)
    tom = await hub.socket(await world.staff(name="Tom Brown"))
    await tom.command("subscribe", topic="tickets")
    await jane.leave(ticket.code)
    assert (await tom.event())["data"]["change"] == "left"
    await jane.verify(ticket.code)
    assert (await tom.event())["data"]["change"] == "returned"


async def test_reconcile_finds_and_corrects_wrong_counts_of_movements(hub, world, jane, board):
    ticket = await inside(world, jane)
    await jane.leave(ticket.code)
    assert (await reconcile(hub.services))["drift"] == 0
    await change_movements(hub.database, exited=7, reentered=2)
    found = await reconcile(hub.services)
    assert found["movements"] == [{
        "org_id": world.org_id, "venue_id": world.venue_id, "date": str(TODAY), "exited": 7, "reentered": 2,
        "exited_rows": 1, "reentered_rows": 0,
    }]  # fmt: skip
    await board.command("subscribe", topic="counts", date=str(TODAY))
    assert (await reconcile(hub.services, fix=True))["drift"] == 1
    assert (await board.event())["data"]["exited"] == 1
    assert (await reconcile(hub.services))["drift"] == 0
    await delete_movements(hub.database)
    assert (await reconcile(hub.services, fix=True))["movements"][0]["exited_rows"] == 1
    assert (await read_movement(hub.database))["exited"] == 1


async def test_the_log_has_exits_returns_and_their_undos(hub, world, jane):
    await world.policy(re_entry="allow")
    ticket, scan_id = await inside(world, jane), str(uuid4())
    await jane.leave(ticket.code)
    await jane.verify(ticket.code)
    await jane.leave(ticket.code, scan_id)
    await jane.command("undo", scan_id=scan_id, reason="wrong ticket")
    wanted = [
        ("verify", "VERIFIED", False), ("exit", "EXIT_RECORDED", False), ("verify", "RE_ENTRY", False),
        ("exit", "EXIT_RECORDED", True), ("undo", "EXIT_UNDONE", False),
    ]  # fmt: skip
    own = (await jane.command("history"))["data"]["scans"]
    assert [(scan["mode"], scan["reason"], scan["undone"]) for scan in reversed(own)] == wanted
    token = await world.staff("MANAGER")
    for asked in ("", f"&code={ticket.code}"):
        page = (await hub.get(f"/api/operators/scan-history?venue_id={world.venue_id}{asked}", token=token))[1]["data"]
        assert [(scan["mode"], scan["reason"], scan["undone"]) for scan in reversed(page["scans"])] == wanted
    exits = (await hub.get("/api/operators/scan-history?mode=exit&reason=EXIT_RECORDED", token=token))[1]["data"][
        "scans"
    ]
    assert [scan["undone"] for scan in exits] == [True, False]
    life = (await hub.get(f"/api/tickets/{ticket.id}/life", token=token))[1]["data"]["events"]
    assert [(e["mode"], e["reason"]) for e in life if e["kind"] == "scan"] == [one[:2] for one in wanted]
