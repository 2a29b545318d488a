"""Exit and return scans: who may make them, their replies and their counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from hub.rules.timestamps import rfc3339
from tests.support.movements import (
    read_absence,
    read_movements,
)
from tests.support.occupancy import counts, figures, inside, shown
from tests.support.parties import numbers
from tests.support.scan_log import count_entries, count_scans, read_scans
from tests.support.shows import add_booking, add_stage
from tests.support.tickets import change_ticket
from tests.support.world import TODAY


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
    # The count of entries stays. Only the count inside changes.
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
    # The reply is the same after another exit.
    await jane.leave(ticket.code)
    assert (await jane.verify(ticket.code, scan_id))["reason"] == "RE_ENTRY"
    assert await figures(board) == counts(1, 0, 2, 1)


async def next_shift(hub, world):
    """Return a new scanner at gate A. The earlier session ended after eight hours, and its socket with it."""
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
    board = await hub.socket(await world.staff("MANAGER"))
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


async def test_whoever_a_supervisor_let_in_for_another_day_is_inside_today_and_leaves_today(hub, world, jane, board):
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=3)))
    scan_id = str(uuid4())
    assert (await jane.verify(ticket.code, scan_id))["reason"] == "WRONG_DATE"
    assert (await jane.leave(ticket.code))["reason"] == "NOT_INSIDE"
    assert (await board.command("override", scan_id=scan_id, reason="came early, there is room"))["success"]
    assert await figures(board) == counts(1, 1, 0, 0)
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    days = await read_movements(hub.database, "date", "venue_id", exited=1)
    assert [tuple(row) for row in days] == [(TODAY, world.venue_id)], "where the entry is counted"
    assert await figures(board) == counts(1, 0, 1, 0)


async def test_a_ticket_cancelled_while_its_holder_is_inside_still_lets_them_out(hub, world, jane, board):
    ticket = await inside(world, jane)
    await change_ticket(hub.database, ticket.id, status="CANCELLED")
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    assert (await jane.verify(ticket.code))["reason"] == "TICKET_CANCELLED", "and not in again"
    assert await figures(board) == counts(1, 0, 1, 0)
    # Restore the status for the invariants that are checked at the end.
    await change_ticket(hub.database, ticket.id, status="VERIFIED")


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


async def party_inside(world, gate, size, count=None):
    booking = await add_booking(world, (await add_stage(world)).performance_id, size)
    assert (await gate.verify(booking.code, count=count))["reason"] == "VERIFIED"
    return booking


async def test_a_party_leaves_at_once_or_in_parts(hub, world, jane, board):
    booking = await party_inside(world, jane, 5, count=4)
    left = await jane.leave(booking.code, count=1)
    assert shown(left) == ("GREEN", "EXIT_RECORDED", "1 out, 3 still inside")
    assert (numbers(left), left["presence"]["inside"]) == ((5, 4, 1), 3)
    assert await figures(board) == counts(4, 3, 1, 0)
    refused = await jane.leave(booking.code, count=4)
    assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "Only 3 inside")
    rest = await jane.leave(booking.code)
    assert shown(rest) == ("GREEN", "EXIT_RECORDED", "3 out, 0 still inside")
    assert await figures(board) == counts(4, 0, 4, 0)
    gone = await jane.leave(booking.code)
    assert shown(gone)[:2] == ("YELLOW", "ALREADY_LEFT")
    rows = await read_scans(hub.database, "reason", "people", mode="exit", order_by="logged_at, scan_id")
    assert sorted(tuple(row) for row in rows if row["reason"] == "EXIT_RECORDED") == [
        ("EXIT_RECORDED", 1), ("EXIT_RECORDED", 3),
    ]  # fmt: skip


async def test_whoever_of_a_party_is_still_to_come_comes_in_although_others_have_left(world, jane, board):
    booking = await party_inside(world, jane, 3, count=2)
    await jane.leave(booking.code)
    entered = await jane.verify(booking.code)
    assert (shown(entered), numbers(entered)) == (("GREEN", "VERIFIED", "3 of 3 in"), (3, 3, 0))
    assert await figures(board) == counts(3, 1, 2, 0)


async def test_a_whole_party_comes_back_at_once_or_in_parts(world, jane, board):
    await world.policy(re_entry="allow")
    booking = await party_inside(world, jane, 5)
    await jane.leave(booking.code, count=3)
    assert shown(await jane.validate(booking.code))[:2] == ("GREEN", "MAY_RETURN")
    back = await jane.verify(booking.code, count=1)
    assert shown(back) == ("GREEN", "RE_ENTRY", "1 back, 2 still out")
    assert back["presence"]["inside"] == 3
    assert await figures(board) == counts(5, 3, 3, 1)
    refused = await jane.verify(booking.code, count=3)
    assert shown(refused) == ("RED", "PARTY_TOO_LARGE", "Only 2 out")
    await jane.leave(booking.code)
    assert shown(await jane.verify(booking.code)) == ("GREEN", "RE_ENTRY", "5 back, 0 still out")
    assert await figures(board) == counts(5, 5, 6, 6)
    assert shown(await jane.verify(booking.code))[:2] == ("YELLOW", "ALREADY_VERIFIED")


async def test_the_exit_and_the_return_of_a_part_are_undone_with_their_people(hub, world, jane, sue, board):
    await world.policy(re_entry="allow")
    booking = await party_inside(world, jane, 5)
    out, more, back = (str(uuid4()) for _ in range(3))
    await jane.leave(booking.code, out, count=2)
    await jane.leave(booking.code, more, count=1)
    assert (await sue.command("undo", scan_id=more, reason="x"))["data"]["people"] == 1
    assert await figures(board) == counts(5, 3, 2, 0)
    await jane.verify(booking.code, back)
    assert await figures(board) == counts(5, 5, 2, 2)
    assert (await sue.command("undo", scan_id=out, reason="x"))["error"]["code"] == "MOVED_SINCE"
    assert (await sue.command("undo", scan_id=back, reason="x"))["data"]["people"] == 2
    assert await figures(board) == counts(5, 3, 2, 0)
    assert (await sue.command("undo", scan_id=out, reason="x"))["data"]["people"] == 2
    assert await figures(board) == counts(5, 5, 0, 0)


async def test_the_exit_of_a_part_sent_again_is_counted_once(hub, world, jane, board):
    booking, scan_id = await party_inside(world, jane, 4), str(uuid4())
    for _ in range(2):
        assert (await jane.leave(booking.code, scan_id, count=2))["reason"] == "EXIT_RECORDED"
    status, answer = await hub.post("/api/operator/exit", {"code": booking.code, "count": 1}, token=await world.staff())
    assert (status, answer["data"]["presence"]["inside"]) == (200, 1)
    assert shown(await jane.leave(booking.code)) == ("GREEN", "EXIT_RECORDED", "1 out, 0 still inside")
    assert await figures(board) == counts(4, 0, 4, 0)


async def test_the_link_of_a_booking_lets_its_people_out_and_is_not_in_the_log(hub, world, jane, board):
    booking = await party_inside(world, jane, 2)
    left = await jane.leave(f"https://hub.example/b/{booking.confirm_token}")
    assert (left["reason"], left["ticket"]["ticket_code"]) == ("EXIT_RECORDED", booking.code)
    assert await figures(board) == counts(2, 0, 2, 0)
    assert {row["code"] for row in await read_scans(hub.database, "code")} == {booking.code}
