"""The reason table of the contract over all three ways of scanning: each gives the same decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.rules.scan_requests import ScanRequest
from tests.support.hub import Hub
from tests.support.scan_log import count_entries, count_scans, read_scan, read_scans
from tests.support.slots import read_slot
from tests.support.tickets import read_ticket
from tests.support.world import NOON, TODAY, Ticket, World
from web import keys

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
COLOUR = {
    "VALID": "GREEN", "VERIFIED": "GREEN", "ALREADY_VERIFIED": "YELLOW", "ALLOWED": "YELLOW", "NO_RESERVATION": "RED",
    "WRONG_DATE": "RED", "TOO_EARLY": "RED", "WRONG_VENUE": "RED", "TICKET_NOT_ACTIVATED": "RED",
    "TICKET_EXPIRED": "RED", "TICKET_CANCELLED": "RED", "TICKET_NOT_FOUND": "RED",
}  # fmt: skip
WORDS = {
    "VALID": "VALID TICKET", "VERIFIED": "ENTRY RECORDED", "ALLOWED": "NO RESERVATION",
    "TICKET_NOT_FOUND": "INVALID TICKET",
}  # fmt: skip


class Table:
    """Makes the ticket of each row."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def valid(self) -> Ticket:
        return await self._filled(await self.world.slot())

    async def already_verified(self) -> Ticket:
        ticket = await self.valid()
        staff = self.world.hub.services.sessions.read(await self.world.staff(name="Jane Smith"))
        await self.world.hub.app[keys.ENTRY_SCANS].submit(
            ScanRequest(
                self.world.org_id, self.world.venue_id, staff.staff_id, staff.name, "verify", ticket.code, gate="A"
            )
        )
        return ticket

    async def no_reservation(self) -> Ticket:
        return await self.world.ticket()

    async def allowed(self) -> Ticket:
        await self.world.policy(unreserved_entry="allow")
        return await self.world.ticket()

    async def wrong_date(self) -> Ticket:
        return await self._filled(await self.world.slot(TOMORROW))

    async def too_early(self) -> Ticket:
        await self.world.policy(early_entry_minutes=30)
        return await self._filled(await self.world.slot(start="15:00", end="16:00"))

    async def wrong_venue(self) -> Ticket:
        return await self._filled(await self.world.slot(venue_id=await self.world.venue()))

    async def unpaid(self) -> Ticket:
        return await self.world.ticket("PENDING_PAYMENT")

    async def inactive(self) -> Ticket:
        return await self.world.ticket("INACTIVE", activation_mode="deferred")

    async def ended(self) -> Ticket:
        """The rule decides even before the expiry job has run: the status still is RESERVED."""
        return await self._filled(await self.world.slot(YESTERDAY))

    async def expired(self) -> Ticket:
        return await self.world.ticket("EXPIRED")

    async def past_its_validity(self) -> Ticket:
        return await self.world.ticket(valid_until=NOON - timedelta(days=1))

    async def cancelled(self) -> Ticket:
        return await self.world.ticket("CANCELLED")

    async def cancelled_after_use(self) -> Ticket:
        """Validity is checked before duplicates."""
        return await self.world.ticket("CANCELLED", verified_at=NOON - timedelta(hours=1), verified_by=1)

    async def unknown(self) -> Ticket:
        return Ticket(999_999, "TKT-2026-222222-222222")

    async def from_elsewhere(self) -> Ticket:
        return Ticket(999_999, "DT-99-UNKNOWN")

    async def of_an_ota(self) -> Ticket:
        """An external system owns the ticket's status, so the reservation decides."""
        ticket = await self.world.ticket(channel="ota", code="DT-4711-ABC")
        return await self.world.reserve(ticket, await self.world.slot())

    async def _filled(self, slot_id: int) -> Ticket:
        (ticket,) = await self.world.fill(slot_id, 1)
        return ticket


# Which ticket -> the reason of validate, the reason of verify, whether verify enters.
ROWS: list[tuple[str, str, str, bool]] = [
    ("valid", "VALID", "VERIFIED", True),
    ("of_an_ota", "VALID", "VERIFIED", True),
    ("already_verified", "ALREADY_VERIFIED", "ALREADY_VERIFIED", False),
    ("no_reservation", "NO_RESERVATION", "NO_RESERVATION", False),
    ("allowed", "ALLOWED", "ALLOWED", True),
    ("wrong_date", "WRONG_DATE", "WRONG_DATE", False),
    ("too_early", "TOO_EARLY", "TOO_EARLY", False),
    ("wrong_venue", "WRONG_VENUE", "WRONG_VENUE", False),
    ("unpaid", "TICKET_NOT_ACTIVATED", "TICKET_NOT_ACTIVATED", False),
    ("inactive", "TICKET_NOT_ACTIVATED", "TICKET_NOT_ACTIVATED", False),
    ("ended", "TICKET_EXPIRED", "TICKET_EXPIRED", False),
    ("expired", "TICKET_EXPIRED", "TICKET_EXPIRED", False),
    ("past_its_validity", "TICKET_EXPIRED", "TICKET_EXPIRED", False),
    ("cancelled", "TICKET_CANCELLED", "TICKET_CANCELLED", False),
    ("cancelled_after_use", "TICKET_CANCELLED", "TICKET_CANCELLED", False),
    ("unknown", "TICKET_NOT_FOUND", "TICKET_NOT_FOUND", False),
    ("from_elsewhere", "TICKET_NOT_FOUND", "TICKET_NOT_FOUND", False),
]


def reason_of(word: str) -> str:
    return "NO_RESERVATION" if word == "ALLOWED" else word


@pytest.mark.parametrize(("row", "validated", "verified", "enters"), ROWS, ids=[row[0] for row in ROWS])
async def test_the_socket_and_the_scan_endpoint_give_the_decision_of_the_table(
    hub: Hub, world: World, row, validated, verified, enters
):
    tom = await world.staff(name="Tom Brown")
    ticket = await getattr(Table(world), row)()
    gate = await hub.socket(tom, gate="B")
    scans_before = await count_scans(hub.database)

    by_socket = await gate.validate(ticket.code)
    status, body = await hub.post("/venue/scan", {"code": ticket.code, "mode": "validate", "gate": "B"}, token=tom)
    assert status == 200
    assert _but_scan_id(by_socket) == _but_scan_id(body["data"])
    _agrees(by_socket, validated)
    assert await count_scans(hub.database, entered=True, gate="B") == 0

    entry = await gate.verify(ticket.code)
    _agrees(entry, verified)
    entered = (await read_scan(hub.database, scan_id=entry["scan_id"]))["entered"]
    assert entered is enters
    assert (entry["verified"] is not None) is (enters or row in ("already_verified", "cancelled_after_use"))
    if enters:
        assert (entry["verified"]["operator_name"], entry["verified"]["gate"]) == ("Tom Brown", "B")
    # Every scan request is in the log, whatever its result.
    log = await read_scans(hub.database, "mode", "result", "reason", "code", order_by="logged_at")
    wanted = [("validate", validated), ("validate", validated), ("verify", verified)]
    assert [tuple(r) for r in log[scans_before:]] == [
        (mode, COLOUR[word], reason_of(word), ticket.code) for mode, word in wanted
    ]


@pytest.mark.parametrize(("row", "validated", "verified", "enters"), ROWS, ids=[row[0] for row in ROWS])
async def test_the_prds_endpoints_give_the_decision_of_the_table(
    hub: Hub, world: World, row, validated, verified, enters
):
    tom = await world.staff(name="Tom Brown")
    ticket = await getattr(Table(world), row)()
    status, body = await hub.post("/api/operator/validate-ticket", {"ticket_code": ticket.code}, token=tom)
    if validated in ("VALID", "ALLOWED"):
        assert (status, body["data"]["validation_status"]) == (200, reason_of(validated))
    else:
        assert (status, body["error"]["code"]) == (400, reason_of(validated))
    by = {"ticket_id": ticket.id} if enters else {"ticket_code": ticket.code}
    status, body = await hub.post("/api/operator/verify-ticket", {**by, "gate": "B"}, token=tom)
    if enters or verified == "ALREADY_VERIFIED":
        assert (status, body["data"]["already_verified"]) == (200, not enters)
        assert body["data"]["operator_name"] == ("Tom Brown" if enters else "Jane Smith")
    else:
        assert (status, body["error"]["code"]) == (400, reason_of(verified))
    assert await count_entries(hub.database) == (1 if enters or row == "already_verified" else 0)


def _agrees(decision: dict[str, Any], word: str) -> None:
    assert decision["reason"] == reason_of(word)
    assert decision["result"] == COLOUR[word]
    assert decision["message"] == WORDS.get(word, reason_of(word).replace("_", " "))
    assert decision["can_verify"] is (COLOUR[word] != "RED")
    assert decision["detail"]


def _but_scan_id(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in decision.items() if name != "scan_id"}


async def test_an_ota_ticket_stays_activated_and_is_let_in_once(hub: Hub, world: World):
    ticket = await Table(world).of_an_ota()
    gate = await hub.socket(await world.staff())
    words = [(await gate.verify(ticket.code))["reason"] for _ in range(2)]
    assert words == ["VERIFIED", "ALREADY_VERIFIED"]
    row = await read_ticket(hub.database, "status", "verified_at", id=ticket.id)
    assert row["status"] == "ACTIVATED"
    assert row["verified_at"] is not None
    assert (await read_slot(hub.database))["verified_count"] == 1


async def test_an_ota_ticket_with_a_place_cannot_take_another(hub: Hub, world: World):
    ticket = await Table(world).of_an_ota()
    status, body = await hub.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert (status, body["error"]["code"]) == (409, "TICKET_ALREADY_RESERVED")


@pytest.mark.parametrize("row", ["valid", "no_reservation", "wrong_date", "unknown", "allowed", "already_verified"])
async def test_the_same_scan_id_again_gets_the_same_answer_and_nothing_twice(hub: Hub, world: World, row):
    ticket = await getattr(Table(world), row)()
    scan_id = str(uuid4())
    gate = await hub.socket(await world.staff(), gate="A")
    first = await gate.verify(ticket.code, scan_id)
    logged = await count_scans(hub.database)
    again = await gate.verify(ticket.code, scan_id)
    assert again == first
    status, body = await hub.post(
        "/venue/scan", {"code": ticket.code, "mode": "verify", "scan_id": scan_id}, token=await world.staff("MANAGER")
    )
    assert (status, body["data"]["reason"], body["data"]["verified"]) == (200, first["reason"], first["verified"])
    assert await count_scans(hub.database) == logged


async def test_a_scan_id_used_for_another_code_is_refused(hub: Hub, world: World):
    first, second = await world.fill(await world.slot(), 2)
    scan_id = str(uuid4())
    gate = await hub.socket(await world.staff())
    await gate.verify(first.code, scan_id)
    reply = await gate.command("verify", code=second.code, scan_id=scan_id)
    assert reply["error"]["code"] == "SCAN_ID_REUSED"
    assert await count_scans(hub.database) == 1


async def test_a_ticket_verified_by_its_id_over_the_socket_is_the_same_ticket(hub: Hub, world: World):
    (ticket,) = await world.fill(await world.slot(), 1)
    gate = await hub.socket(await world.staff())
    reply = await gate.command("verify", ticket_id=ticket.id, scan_id=str(uuid4()))
    assert (reply["data"]["reason"], reply["data"]["ticket"]["ticket_code"]) == ("VERIFIED", ticket.code)


async def test_a_ticket_is_known_however_its_code_is_delivered(hub: Hub, world: World):
    (ticket,) = await world.fill(await world.slot(), 1)
    gate = await hub.socket(await world.staff())
    for delivered in (ticket.code.lower(), f"  {ticket.code}\r\n", ticket.code.replace("-", ""),
                      f"https://hub.example/reserve?ticket={ticket.code}", ticket.code.replace("-", "–")):  # fmt: skip
        assert (await gate.validate(delivered))["ticket"]["ticket_id"] == ticket.id


async def test_another_organisations_ticket_does_not_exist_here(hub: Hub, world: World):
    other = await World(hub).found()
    ticket = await other.ticket()
    gate = await hub.socket(await world.staff())
    assert (await gate.verify(ticket.code))["reason"] == "TICKET_NOT_FOUND"
    assert (await read_scan(hub.database))["ticket_id"] is None
