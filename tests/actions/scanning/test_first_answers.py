"""A repeated scan gets its first answer, whole, whatever has happened since, and hears if it was undone."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.actions.booking.cancel import cancel_reservation
from hub.clock import Clock
from tests.support.hub import Hub
from tests.support.occupancy import shown
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together, numbers
from tests.support.products import add_product, overwrite_product, reserved_of
from tests.support.scan_log import change_scan, count_scans, read_scans
from tests.support.shows import add_booking, add_stage
from tests.support.staff import change_staff
from tests.support.tickets import change_ticket, read_ticket_status
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import Ticket, World

VERIFY, SCAN, EXIT, CHECK_IN = "/api/operator/verify-ticket", "/venue/scan", "/api/operator/exit", "/api/check-in"
ASKED_AGAIN = ("undone",)
"""What a repeat may have that its first answer had not."""


def without(answer: dict[str, Any], names: tuple[str, ...] = ASKED_AGAIN) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}


@pytest.fixture
async def ticket(world: World) -> Ticket:
    return await world.reserved(await world.slot())


@pytest.fixture
async def token(world: World) -> str:
    return await world.staff(name="Ann Hill")


async def cancel(hub: Hub, world: World, ticket_id: int) -> int:
    """Cancel a ticket as an administrator, and return the status of the answer."""
    path = f"/api/admin/tickets/{ticket_id}/cancel"
    status, _ = await hub.post(path, {"reason": "Refunded"}, token=await world.staff("ADMIN"))
    return status


async def undo(gate: Socket, scan_id: str) -> None:
    await answer_of(gate, "undo", scan_id=scan_id, reason="wrong ticket")


@pytest.mark.parametrize("by", ["ticket_code", "ticket_id"])
async def test_over_http_a_repeat_after_an_undo_says_who_undid_it(
    hub: Hub, sue: Socket, ticket: Ticket, token: str, clock: Clock, by: str
) -> None:
    named = ticket.code if by == "ticket_code" else ticket.id
    body = {by: named, "scan_id": str(uuid4()), "gate": "A"}
    status, first = await hub.post(VERIFY, body, token=token)
    assert (status, first["data"]["status"], first["data"]["already_verified"]) == (200, "VERIFIED", False)
    clock.advance(60)
    await undo(sue, body["scan_id"])
    status, again = await hub.post(VERIFY, body, token=token)
    assert (status, without(again["data"])) == (200, first["data"])
    undone = again["data"]["undone"]
    assert (undone["undone_by"], undone["operator_name"]) == (sue.ready["operator"]["id"], "Sue Lee")
    assert undone["undone_at"] > first["data"]["verified_at"]
    # A scan of its own is decided anew.
    status, other = await hub.post(VERIFY, body | {"scan_id": str(uuid4())}, token=token)
    assert (status, "undone" in other["data"], other["data"]["already_verified"]) == (200, False, False)


async def test_the_scan_that_found_an_entry_is_answered_with_it_after_its_undo(
    hub: Hub, jane: Socket, sue: Socket, ticket: Ticket, token: str
) -> None:
    entry = await jane.verify(ticket.code)
    body = {"ticket_code": ticket.code, "scan_id": str(uuid4())}
    status, first = await hub.post(VERIFY, body, token=token)
    assert (status, first["data"]["already_verified"], first["data"]["operator_name"]) == (200, True, "Jane Smith")
    await undo(sue, entry["scan_id"])
    assert await hub.post(VERIFY, body, token=token) == (200, first), "this scan recorded nothing that could be undone"


async def test_on_the_socket_and_over_http_an_undone_entry_keeps_its_verdict_and_its_entry(
    hub: Hub, world: World, jane: Socket, sue: Socket, ticket: Ticket, token: str
) -> None:
    scan_id = str(uuid4())
    first = await jane.verify(ticket.code, scan_id)
    assert "undone" not in await jane.verify(ticket.code, scan_id)
    await undo(sue, scan_id)
    again = await jane.verify(ticket.code, scan_id)
    assert (without(again), again["undone"]["operator_name"]) == (first, "Sue Lee")
    assert again["verified"]["operator_name"] == "Jane Smith"
    _, scanned = await hub.post(SCAN, {"code": ticket.code, "mode": "verify", "scan_id": scan_id}, token=token)
    assert scanned["data"] == again
    assert await cancel(hub, world, ticket.id) == 200
    assert await jane.verify(ticket.code, scan_id) == again, "nor does a cancellation change it"


async def test_an_exit_and_a_return_are_answered_as_before_and_say_that_they_were_undone(
    world: World, jane: Socket, sue: Socket, ticket: Ticket
) -> None:
    await world.policy(re_entry="allow")
    await jane.verify(ticket.code)
    out, back = str(uuid4()), str(uuid4())
    left, returned = await jane.leave(ticket.code, out), await jane.verify(ticket.code, back)
    assert (shown(left)[1], shown(returned)[1]) == ("EXIT_RECORDED", "RE_ENTRY")
    assert await jane.leave(ticket.code, out) == left
    await undo(sue, back)
    again = await jane.verify(ticket.code, back)
    assert (without(again), again["undone"]["operator_name"]) == (returned, "Sue Lee")
    await undo(sue, out)
    again = await jane.leave(ticket.code, out)
    assert (without(again), again["undone"]["operator_name"]) == (left, "Sue Lee")


async def test_a_check_in_sent_again_after_an_undo_gets_its_first_answer(
    hub: Hub, world: World, jane: Socket, sue: Socket, token: str
) -> None:
    booking = await add_booking(world, (await add_stage(world)).performance_id, 5)
    body = {"code": booking.code, "count": 2, "scan_id": str(uuid4())}
    status, first = await hub.post(CHECK_IN, body, token=token)
    assert (status, first["data"]["admitted"]) == (200, 2)
    await jane.verify(booking.code, count=1)
    await undo(sue, body["scan_id"])
    status, again = await hub.post(CHECK_IN, body, token=token)
    assert (status, without(again["data"]), again["data"]["undone"]["operator_name"]) == (200, first["data"], "Sue Lee")


@pytest.mark.parametrize("first_in", [False, True])
async def test_the_scan_of_a_family_is_answered_as_before_after_its_undo(
    world: World, jane: Socket, sue: Socket, first_in: bool
) -> None:
    family = await book_together(world, await world.slot(), 4)
    if first_in:
        await jane.verify(family[1].code)
    scan_id = str(uuid4())
    first = await jane.verify(family[1].code, scan_id, party=True, count=2)
    assert (first["reason"], numbers(first)[1]) == ("VERIFIED", 2 + first_in)
    await jane.verify(family[3].code)
    await undo(sue, scan_id)
    again = await jane.verify(family[1].code, scan_id, party=True, count=2)
    assert (without(again), again["undone"]["operator_name"]) == (first, "Sue Lee")
    refused = await error_of(jane, "verify", code=family[2].code, scan_id=scan_id, party=True)
    assert refused["code"] == "SCAN_ID_REUSED"


async def test_whatever_is_changed_of_ticket_slot_venue_and_product_the_answer_stays(
    hub: Hub, world: World, jane: Socket, tom: Socket, sue: Socket, clock: Clock
) -> None:
    product = await add_product(world, "Student", note="Give the guide", gates=["A"])
    ticket, unknown = await reserved_of(world, await world.slot(), product), "TKT-2026-ABC123-DEF456"
    other = await world.ticket()
    scans = [(jane, ticket.code), (tom, ticket.code), (jane, unknown), (jane, other.code)]
    ids = [str(uuid4()) for _ in scans]

    async def ask(kind: str) -> list[dict[str, Any]]:
        asked = zip(scans, ids, strict=True)
        return [await answer_of(gate, kind, code=code, scan_id=scan_id) for (gate, code), scan_id in asked]

    checked, entered = await ask("validate"), await ask("verify")
    assert [one["reason"] for one in checked] == ["VALID", "WRONG_GATE", "TICKET_NOT_FOUND", "NO_RESERVATION"]
    assert entered[0]["product"]["note"] == "Give the guide"
    await undo(sue, ids[0])
    clock.advance(4 * 3600)
    await overwrite_product(world, product, name="Senior", note="")
    await world.policy(unreserved_entry="allow", re_entry="allow", early_entry_minutes=0)
    await world.ticket(code=unknown)
    assert await cancel(hub, world, ticket.id) == 200
    assert await ask("validate") == checked
    again = await ask("verify")
    assert [without(one) for one in again] == entered
    assert ["undone" in one for one in again] == [True, False, False, False]


async def test_contact_details_that_were_erased_do_not_come_back(hub: Hub, world: World, jane: Socket) -> None:
    ticket = await world.reserved(await world.slot(), customer_email="john@example.com", customer_phone="+393331234567")
    scan_id = str(uuid4())
    assert (await jane.verify(ticket.code, scan_id))["ticket"]["customer_email"] is not None
    [kept] = await read_scans(hub.database, "answer", mode="verify")
    assert not {"john", "example", "1234567"} & set(kept["answer"].replace("@", " ").split()), "the log has none of it"
    assert "example.com" not in kept["answer"]
    await change_ticket(hub.database, ticket.id, customer_email=None, customer_phone=None)
    again = await jane.verify(ticket.code, scan_id)
    assert (again["ticket"]["customer_email"], again["ticket"]["customer_phone"]) == (None, None)


@pytest.mark.parametrize("undone", [False, True])
async def test_a_scan_from_before_answers_were_kept_is_answered_by_the_log(
    hub: Hub, world: World, jane: Socket, sue: Socket, ticket: Ticket, token: str, undone: bool
) -> None:
    await world.policy(unreserved_entry="allow", re_entry="allow")
    booking = await add_booking(world, (await add_stage(world)).performance_id, 3)
    walk_in, ids = await world.ticket(), [str(uuid4()) for _ in range(7)]
    bodies = [{"ticket_code": code, "scan_id": one} for code, one in zip(
        (ticket.code, ticket.code, walk_in.code, "TKT-2026-ABC123-DEF456"), ids, strict=False)]  # fmt: skip
    firsts = [await hub.post(VERIFY, body, token=token) for body in bodies]
    out, back = await jane.leave(ticket.code, ids[4]), await jane.verify(ticket.code, ids[5])
    admitted = {"code": booking.code, "count": 2, "scan_id": ids[6]}
    assert (await hub.post(CHECK_IN, admitted, token=token))[0] == 200
    for one in ids:
        await change_scan(hub.database, UUID(one), answer=None)
    if undone:
        for one in (ids[6], ids[5], ids[4], ids[2], ids[0]):
            await undo(sue, one)
        by = world.identity("MANAGER")
        await cancel_reservation(hub.services, booking.reservation_id, token=None, identity=by)
    for body, (status, first) in zip(bodies, firsts, strict=True):
        now, again = await hub.post(VERIFY, body, token=token)
        assert (now, again["success"]) == (status, first["success"])
        assert ("undone" in again.get("data", {})) == (undone and body["scan_id"] in (ids[0], ids[2]))
    again = await jane.leave(ticket.code, ids[4])
    assert (again["reason"], again["detail"]) == (out["reason"], "Answered before")
    assert (await jane.verify(ticket.code, ids[5]))["reason"] == back["reason"]
    status, answer = await hub.post(VERIFY, {"ticket_code": ticket.code, "scan_id": ids[5]}, token=token)
    assert (status, answer["data"]["re_entry"]) == (200, True)
    assert (await hub.post(CHECK_IN, admitted, token=token))[0] == (404 if undone else 200)


async def test_the_name_of_whoever_undid_it_is_that_of_now(hub: Hub, jane: Socket, sue: Socket, ticket: Ticket) -> None:
    scan_id = (await jane.verify(ticket.code))["scan_id"]
    await undo(sue, scan_id)
    await change_staff(hub.database, sue.ready["operator"]["id"], name="Sue Kim")
    assert (await jane.verify(ticket.code, scan_id))["undone"]["operator_name"] == "Sue Kim"


_MOVED = ("VERIFIED", "RE_ENTRY", "EXIT_RECORDED")


@dataclass
class Model:
    """What the hub has answered: by mode and scan_id, the code, and the answer whole. A repeat must be the same."""

    first: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    undone: set[tuple[str, str]] = field(default_factory=set)
    history: list[str] = field(default_factory=list)

    def check(self, mode: str, scan_id: str, code: str, answer: dict[str, Any] | str) -> None:
        """Compare an answer, or the code of a refusal, with what this scan was answered first."""
        known, first = self.first.setdefault((mode, scan_id), (code, answer if isinstance(answer, dict) else {}))
        if known != code:
            assert answer == "SCAN_ID_REUSED", self.history
            return
        assert isinstance(answer, dict), (answer, self.history)
        assert without(answer) == without(first), self.history
        assert ("undone" in answer) == ((mode, scan_id) in self.undone), self.history


def as_verified(decision: dict[str, Any]) -> dict[str, Any] | str:
    """Return what `verify-ticket` says of a decision: the entry, or the code of its refusal."""
    let_in = decision["reason"] in ("VERIFIED", "ALREADY_VERIFIED", "RE_ENTRY") or decision["result"] == "YELLOW"
    if not let_in:
        return str(decision["reason"])
    kept = {name: decision[name] for name in ("party", "undone", "scan_id") if name in decision}
    ticket = {name: decision["ticket"][name] for name in ("ticket_id", "ticket_code", "status")}
    return {**ticket, **decision["verified"], **kept}


class RandomScans:
    """Random scans, undos and changes at one hub, with few scan_ids, so that most of them are repeats."""

    def __init__(self, hub: Hub, world: World, gate: Socket, sue: Socket, token: str, seed: int) -> None:
        self.hub, self.world, self.gate, self.sue, self.token = hub, world, gate, sue, token
        self.dice, self.model = random.Random(seed), Model()
        # A check and its entry share an id, and an exit has its own.
        self.ids = [str(UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(9)]
        self.tickets: list[Ticket] = []
        self.codes: list[str] = []

    async def prepare(self) -> None:
        slot = await self.world.slot()
        booking = await add_booking(self.world, (await add_stage(self.world)).performance_id, 4)
        self.tickets = [await self.world.reserved(slot), await self.world.reserved(slot), await self.world.ticket()]
        self.codes = [*(ticket.code for ticket in self.tickets), booking.code, "TKT-2026-ABC123-DEF456"]

    async def step(self) -> None:
        steps: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.scan, 12), (self.verify_over_http, 4), (self.synced, 2), (self.undo, 4), (self.change, 2),
        ]  # fmt: skip
        [chosen] = self.dice.choices([one for one, _ in steps], [weight for _, weight in steps])
        await chosen()

    def note(self, *words: object) -> None:
        self.model.history.append(" ".join(map(str, words)))

    def drawn(self, mode: str = "verify") -> tuple[str, str]:
        """Return a scan_id and a code: mostly those that were scanned together before."""
        scan_id = self.dice.choice(self.ids[:3] if mode == "exit" else self.ids[3:])
        known = [code for (_, one), (code, _) in self.model.first.items() if one == scan_id]
        return scan_id, self.dice.choice(known) if known and self.dice.random() < 0.8 else self.dice.choice(self.codes)

    async def scan(self) -> None:
        mode = self.dice.choice(["validate", "verify", "verify", "exit"])
        scan_id, code = self.drawn(mode)
        over_http, count = self.dice.random() < 0.5, self.dice.choice([None, 1, 2])
        self.note(mode, scan_id, code, "http" if over_http else "socket", count)
        counted = {} if count is None or mode == "validate" else {"count": count}
        if not over_http:
            reply = await self.gate.command(mode, code=code, scan_id=scan_id, gate="A", **counted)
        elif mode == "exit":
            _, reply = await self.post(EXIT, {"code": code, "scan_id": scan_id, "gate": "A", **counted})
        else:
            _, reply = await self.post(SCAN, {"code": code, "mode": mode, "scan_id": scan_id, "gate": "A", **counted})
        self.model.check(mode, scan_id, code, reply["data"] if reply["success"] else reply["error"]["code"])

    async def verify_over_http(self) -> None:
        scan_id, code = self.drawn()
        self.note("verify-ticket", scan_id, code)
        _, reply = await self.post(VERIFY, {"ticket_code": code, "scan_id": scan_id, "gate": "A"})
        said = await self.gate.command("verify", code=code, scan_id=scan_id, gate="A")
        self.model.check("verify", scan_id, code, said["data"] if said["success"] else said["error"]["code"])
        expected = as_verified(said["data"]) if said["success"] else said["error"]["code"]
        got = without(reply["data"], ("already_verified", "re_entry")) if reply["success"] else reply["error"]["code"]
        assert got == expected, self.model.history

    async def synced(self) -> None:
        scan_id, code = self.drawn()
        self.note("sync", scan_id, code)
        [result] = await sync(self.gate, queued(code, -self.dice.randrange(60), scan_id=scan_id, gate="A"))
        self.model.check("verify", scan_id, code, result["decision"] or result["reason"])

    async def undo(self) -> None:
        moved = [one for (_, one), (_, first) in self.model.first.items() if first.get("reason") in _MOVED]
        scan_id = self.dice.choice(moved if moved and self.dice.random() < 0.8 else self.ids)
        reply = await self.sue.command("undo", scan_id=scan_id, reason="a mistake")
        self.note("undo", scan_id, reply.get("data", reply.get("error")))
        if reply["success"]:
            self.model.undone.add(("exit" if reply["data"]["reason"] == "EXIT_UNDONE" else "verify", scan_id))
        else:
            assert reply["error"]["code"] in ("SCAN_NOT_FOUND", "NOTHING_TO_UNDO", "LEFT_SINCE", "MOVED_SINCE")

    async def change(self) -> None:
        policy = {
            "re_entry": self.dice.choice(["allow", "deny"]), "unreserved_entry": self.dice.choice(["allow", "deny"]),
        }  # fmt: skip
        self.note("policy", policy)
        await self.world.policy(**policy)
        ticket = self.dice.choice(self.tickets)
        if self.dice.random() < 0.3 and await read_ticket_status(self.hub.database, ticket.id) != "VERIFIED":
            self.note("cancel", ticket.code)
            assert await cancel(self.hub, self.world, ticket.id) in (200, 409)

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        status, reply = await self.hub.post(path, body, token=self.token)
        assert status < 500, (status, self.model.history)
        return status, reply


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_scans_and_undos_answers_each_scan_once(
    hub: Hub, world: World, jane: Socket, sue: Socket, clock: Clock, seed: int
) -> None:
    scans = RandomScans(hub, world, jane, sue, await world.staff(name="Jane Smith"), seed)
    await scans.prepare()
    for _ in range(70):
        clock.advance(scans.dice.randrange(30))
        await scans.step()
    logged = await read_scans(hub.database, "scan_id", "mode")
    modes = {(row["mode"], str(row["scan_id"])) for row in logged if str(row["scan_id"]) in scans.ids}
    assert modes == set(scans.model.first), "each is logged once, and nothing else is"
    assert await count_scans(hub.database, mode="undo") == len(scans.model.undone)
    assert scans.model.undone, "the sequence undid something"
