"""Leaving and coming back: who may, what is counted, and what is left of it when it is taken back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from hub.actions.reporting.reconcile import reconcile
from hub.rules.timestamps import rfc3339
from tests.support.hub import Hub
from tests.support.movements import (
    change_movements,
    delete_movements,
    read_absence,
    read_absences,
    read_movement,
    read_movements,
)
from tests.support.negative_controls import sabotage
from tests.support.scan_log import count_entries, count_scans, read_scan, read_scans
from tests.support.tickets import change_ticket
from tests.support.websocket_client import Socket
from tests.support.world import NOON, TODAY, Ticket, World


@pytest.fixture
async def board(hub: Hub, world: World) -> Socket:
    return await hub.socket(await world.staff("MANAGER"))


async def inside(world: World, gate: Socket) -> Ticket:
    (ticket,) = await world.fill(await world.slot(start=f"{12 + len(gate.events):02}:00"), 1)
    assert (await gate.verify(ticket.code))["reason"] == "VERIFIED"
    return ticket


def shown(decision: dict) -> tuple[str, str, str]:
    return decision["result"], decision["reason"], decision["detail"]


async def figures(board: Socket) -> dict[str, int]:
    reply = await board.command("subscribe", topic="counts", date=str(TODAY))
    await board.command("unsubscribe", topic="counts")
    return {name: reply["data"][name] for name in ("verified", "inside", "exited", "reentered")}


def counts(verified: int, inside: int, exited: int, reentered: int) -> dict[str, int]:
    return {"verified": verified, "inside": inside, "exited": exited, "reentered": reentered}


async def test_whoever_is_inside_leaves_once(hub, world, jane, board):
    ticket = await inside(world, jane)
    assert await figures(board) == counts(1, 1, 0, 0)
    decision = await jane.leave(ticket.code)
    assert shown(decision) == ("GREEN", "EXIT_RECORDED", "Inside since 12:00")
    assert (decision["message"], decision["can_verify"]) == ("EXIT RECORDED", False)
    assert decision["verified"]["operator_name"] == "Jane Smith"
    assert decision["ticket"]["status"] == "VERIFIED"
    assert decision["presence"] == {
        "inside_since": decision["verified"]["verified_at"], "left_at": None, "left_gate": None,
    }  # fmt: skip
    assert shown(await jane.leave(ticket.code)) == ("YELLOW", "ALREADY_LEFT", "Left at 12:00, gate A")
    # What was entered stays entered: only who is inside has changed.
    assert await figures(board) == counts(1, 0, 1, 0)
    rows = await read_scans(hub.database, "mode", "result", "reason", "entered", "gate", order_by="logged_at, scan_id")
    assert [tuple(row) for row in rows][1:] == [
        ("exit", "GREEN", "EXIT_RECORDED", False, "A"),
        ("exit", "YELLOW", "ALREADY_LEFT", False, "A"),
    ]


async def test_nobody_leaves_who_is_not_inside(world, jane, board):
    ticket = await world.reserved(await world.slot())
    assert shown(await jane.leave(ticket.code)) == ("YELLOW", "NOT_INSIDE", "No entry is recorded for this ticket")
    assert (await jane.leave("TKT-2026-NO-SUCH"))["reason"] == "TICKET_NOT_FOUND"
    assert await figures(board) == counts(0, 0, 0, 0)


async def test_the_same_exit_sent_again_is_answered_and_counted_once(hub, world, jane, board):
    ticket, scan_id = await inside(world, jane), str(uuid4())
    first, again = await jane.leave(ticket.code, scan_id), await jane.leave(ticket.code, scan_id)
    assert shown(first)[:2] == shown(again)[:2] == ("GREEN", "EXIT_RECORDED")
    assert again["message"] == first["message"]
    reused = await jane.command("exit", code="DT-OTHER", scan_id=scan_id)
    assert reused["error"]["code"] == "SCAN_ID_REUSED"
    assert await figures(board) == counts(1, 0, 1, 0)
    assert await count_scans(hub.database, mode="exit") == 1


async def test_an_exit_needs_a_scan_id_and_takes_a_ticket_by_its_id(world, jane):
    ticket = await inside(world, jane)
    assert (await jane.command("exit", code=ticket.code))["error"]["errors"][0]["field"] == "scan_id"
    by_id = await jane.command("exit", ticket_id=ticket.id, scan_id=str(uuid4()))
    assert by_id["data"]["reason"] == "EXIT_RECORDED"


async def test_where_re_entry_is_denied_the_second_scan_says_when_they_left(world, jane, board):
    ticket = await inside(world, jane)
    assert shown(await jane.verify(ticket.code))[2].startswith("Verified at 12:00 by Jane Smith")
    await jane.leave(ticket.code)
    wanted = ("YELLOW", "ALREADY_VERIFIED", "Left at 12:00, gate A; no re-entry")
    assert shown(await jane.validate(ticket.code)) == shown(await jane.verify(ticket.code)) == wanted
    assert await figures(board) == counts(1, 0, 1, 0)


async def test_where_re_entry_is_allowed_they_come_and_go(hub, world, jane, board):
    await world.policy(re_entry="allow")
    ticket = await inside(world, jane)
    assert (await jane.verify(ticket.code))["reason"] == "ALREADY_VERIFIED", (
        "still inside: the ticket is with somebody else"
    )
    for times in (1, 2, 3):
        await jane.leave(ticket.code)
        seen = await jane.validate(ticket.code)
        assert shown(seen) == ("GREEN", "MAY_RETURN", "Left at 12:00, gate A")
        assert (seen["message"], seen["can_verify"]) == ("MAY COME BACK IN", True)
        left = (await read_absence(hub.database, returned_at=None))["left_at"]
        assert seen["presence"] == {"inside_since": None, "left_at": rfc3339(left), "left_gate": "A"}
        assert await figures(board) == counts(1, 0, times, times - 1), "looking changes nothing"
        assert shown(await jane.verify(ticket.code)) == ("GREEN", "RE_ENTRY", "Left at 12:00, gate A")
        assert (await jane.verify(ticket.code))["reason"] == "ALREADY_VERIFIED"
        assert await figures(board) == counts(1, 1, times, times)
    assert await count_entries(hub.database) == 1, "one entry, however often back"


async def test_a_return_sent_again_is_answered_as_before_and_counted_once(world, jane, board):
    await world.policy(re_entry="allow")
    ticket, scan_id = await inside(world, jane), str(uuid4())
    await jane.leave(ticket.code)
    first, again = await jane.verify(ticket.code, scan_id), await jane.verify(ticket.code, scan_id)
    assert shown(first)[:2] == shown(again)[:2] == ("GREEN", "RE_ENTRY")
    assert await figures(board) == counts(1, 1, 1, 1)
    # Also when they have left once more meanwhile.
    await jane.leave(ticket.code)
    assert (await jane.verify(ticket.code, scan_id))["reason"] == "RE_ENTRY"
    assert await figures(board) == counts(1, 0, 2, 1)


async def next_shift(hub, world):
    """A scanner at gate A that signs in now: a session ends after eight hours, and its socket with it."""
    return await hub.socket(await world.staff(), gate="A")


async def test_coming_back_is_for_the_day_of_the_entry(hub, world, jane, clock):
    await world.policy(re_entry="allow")
    ticket = await inside(world, jane)
    await jane.leave(ticket.code)
    clock.advance(timedelta(hours=11, minutes=59).total_seconds())
    evening = await next_shift(hub, world)
    assert (await evening.validate(ticket.code))["reason"] == "MAY_RETURN"
    clock.advance(61)
    late = await evening.verify(ticket.code)
    assert shown(late)[:2] == ("YELLOW", "ALREADY_VERIFIED")
    assert late["detail"] == "Left at 2026-11-20 12:00, gate A; re-entry was until the end of that day"


async def test_an_entry_without_reservation_leaves_the_day_it_came(hub, world, jane, board, clock):
    await world.policy(unreserved_entry="allow", re_entry="allow")
    ticket = await world.ticket()
    await jane.verify(ticket.code)
    assert await figures(board) == counts(1, 1, 0, 0)
    clock.advance(timedelta(hours=13).total_seconds())
    night = await next_shift(hub, world)
    assert (await night.leave(ticket.code))["detail"] == "Inside since 2026-11-20 12:00"
    assert await figures(board) == counts(1, 0, 1, 0), (
        "out of the day they were counted in, though it is tomorrow by now"
    )


async def test_at_another_venue_nobody_is_inside_with_it(hub, world, jane, board):
    await world.policy(unreserved_entry="allow")
    reserved, walk_in = await inside(world, jane), await world.ticket()
    await jane.verify(walk_in.code)
    elsewhere = await hub.socket(await world.staff(venue_id=await world.venue()))
    for ticket in (reserved, walk_in):
        assert (await elsewhere.leave(ticket.code))["detail"] == "The entry of this ticket was at another venue"
    assert await figures(board) == counts(2, 2, 0, 0)


async def test_whoever_a_supervisor_let_in_for_another_day_leaves_that_day(hub, world, jane, board):
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=3)))
    scan_id = str(uuid4())
    assert (await jane.verify(ticket.code, scan_id))["reason"] == "WRONG_DATE"
    assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    assert (await board.command("override", scan_id=scan_id, reason="came early, there is room"))["success"]
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    days = await read_movements(hub.database, "date", "venue_id", exited=1)
    assert [tuple(row) for row in days] == [(TODAY + timedelta(days=3), world.venue_id)], "where the entry is counted"


async def test_a_ticket_cancelled_while_its_holder_is_inside_still_lets_them_out(hub, world, jane, board):
    ticket = await inside(world, jane)
    await change_ticket(hub.database, ticket.id, status="CANCELLED")
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    assert (await jane.verify(ticket.code))["reason"] == "TICKET_CANCELLED", "and not in again"
    assert await figures(board) == counts(1, 0, 1, 0)
    # As it was, for the promises that are checked at the end.
    await change_ticket(hub.database, ticket.id, status="VERIFIED")


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


async def test_only_the_last_thing_a_ticket_did_is_undone(world, jane, board):
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


async def test_scanners_hear_that_a_ticket_left_and_came_back(world, jane, hub):
    await world.policy(re_entry="allow")
    ticket = await inside(world, jane)
    tom = await hub.socket(await world.staff(name="Tom Brown"))
    await tom.command("subscribe", topic="tickets")
    await jane.leave(ticket.code)
    assert (await tom.event())["data"]["change"] == "left"
    await jane.verify(ticket.code)
    assert (await tom.event())["data"]["change"] == "returned"


async def test_reconcile_finds_and_mends_movements_that_count_wrong(hub, world, jane, board):
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


async def test_the_log_tells_of_comings_and_goings_and_what_was_taken_back(hub, world, jane):
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


# ---- Over HTTP


async def test_an_exit_over_http(hub, world, jane, board):
    ticket, token = await inside(world, jane), await world.staff(name="Tom Brown")
    body = {"code": ticket.code, "scan_id": str(uuid4()), "gate": "B"}
    for _ in range(2):
        status, answer = await hub.post("/api/operator/exit", body, token=token)
        assert (status, answer["data"]["reason"]) == (200, "EXIT_RECORDED")
    status, answer = await hub.post("/api/operator/exit", {"code": ticket.code}, token=token)
    assert (status, answer["data"]["reason"], answer["data"]["detail"]) == (
        200,
        "ALREADY_LEFT",
        "Left at 12:00, gate B",
    )
    assert await figures(board) == counts(1, 0, 1, 0)
    assert (await hub.post("/api/operator/exit", body))[0] == 401
    assert (await hub.post("/api/operator/exit", {}, token=token))[0] == 400


async def test_coming_back_over_http(hub, world, jane):
    ticket, token = await inside(world, jane), await world.staff(name="Tom Brown")
    body = {"ticket_code": ticket.code}
    await jane.leave(ticket.code)
    status, answer = await hub.post("/api/operator/verify-ticket", body, token=token)
    assert (status, answer["data"]["already_verified"], answer["data"]["re_entry"]) == (200, True, False)
    await world.policy(re_entry="allow")
    status, answer = await hub.post("/api/operator/validate-ticket", body, token=token)
    assert (status, answer["data"]["validation_status"]) == (200, "MAY_RETURN")
    status, answer = await hub.post("/api/operator/verify-ticket", body, token=token)
    assert (status, answer["data"]["already_verified"], answer["data"]["re_entry"]) == (200, False, True)
    assert answer["data"]["operator_name"] == "Jane Smith", "the first entry stays the first"
    assert (await hub.post("/api/operator/validate-ticket", body, token=token))[0] == 400


# ---- Out of a queue


def queued(code: str, minutes: float, mode: str = "exit", **fields) -> dict:
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"scan_id": str(uuid4()), "code": code, "scanned_at": at, "offline_result": "GREEN", "mode": mode, **fields}


async def sync(gate: Socket, *scans: dict) -> list[tuple[str, str]]:
    reply = await gate.command("sync", scans=list(scans))
    assert reply["success"], reply
    return [(result["outcome"], result["reason"]) for result in reply["data"]["results"]]


async def test_a_queue_is_taken_over_in_the_order_in_which_they_came_and_went(hub, world, jane, board):
    await world.policy(re_entry="allow")
    slot_id = await world.slot()
    first, second = await world.fill(slot_id, 2)
    scans = [
        queued(first.code, -10), queued(second.code, -30, "verify"), queued(first.code, -40, "verify"),
        queued(first.code, -20, "verify"), queued(first.code, -25), queued(second.code, -5),
    ]  # fmt: skip
    wanted = ["EXIT_RECORDED", "VERIFIED", "VERIFIED", "RE_ENTRY", "EXIT_RECORDED", "EXIT_RECORDED"]
    assert await sync(jane, *scans) == [("accepted", reason) for reason in wanted]
    assert await figures(board) == counts(2, 0, 3, 1)
    assert await sync(jane, *reversed(scans)) == [("duplicate", reason) for reason in reversed(wanted)]
    assert await figures(board) == counts(2, 0, 3, 1)
    row = await read_scan(hub.database, scan_id=scans[0]["scan_id"])
    assert (row["scanned_at"], row["source"], row["device"]) == (NOON - timedelta(minutes=10), "sync", "gate-A")
    absences = await read_absences(hub.database, "left_at", ticket_id=first.id)
    assert max(row["left_at"] for row in absences) == NOON - timedelta(minutes=10)


@pytest.mark.parametrize("live", [True, False], ids=["exit online", "exit offline"])
async def test_an_exit_that_was_heard_of_before_its_entry_still_lets_them_out(hub, world, jane, board, clock, live):
    # The scanner of the entry is offline; the one of the exit is not, or is back online earlier.
    [ticket] = await world.fill(await world.slot(), 1)
    if live:
        assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    else:
        assert await sync(jane, queued(ticket.code, -5)) == [("accepted", "NOT_INSIDE")]
    clock.advance(60)
    entry = queued(ticket.code, -20, "verify")
    assert await sync(jane, entry) == [("accepted", "VERIFIED")]
    assert await figures(board) == counts(1, 0, 1, 0)
    left = (await read_absence(hub.database, ticket_id=ticket.id))["left_at"]
    assert NOON - timedelta(minutes=5) <= left < NOON + timedelta(minutes=1)
    # Sent again, nobody leaves again: not even whoever has come back meanwhile.
    await world.policy(re_entry="allow")
    assert (await jane.verify(ticket.code))["reason"] == "RE_ENTRY"
    assert await sync(jane, entry) == [("duplicate", "VERIFIED")]
    assert await figures(board) == counts(1, 1, 1, 1)


async def test_without_looking_for_them_they_would_be_inside_for_ever(hub, world, jane, board, monkeypatch):
    sabotage(monkeypatch, "scanning/exits", "exits_before_their_entries", ("e.reason = 'NOT_INSIDE'", "false"))
    [ticket] = await world.fill(await world.slot(), 1)
    await sync(jane, queued(ticket.code, -5))
    await sync(jane, queued(ticket.code, -20, "verify"))
    assert await figures(board) == counts(1, 1, 0, 0)


async def test_an_exit_from_before_the_entry_moves_nobody(world, jane, board):
    ticket = await inside(world, jane)
    assert await sync(jane, queued(ticket.code, -5)) == [("accepted", "NOT_INSIDE")]
    assert await figures(board) == counts(1, 1, 0, 0)
