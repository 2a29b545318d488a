"""The scope of a session, on the socket, over HTTP and in a queue of an offline scanner: checked without a query."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.access.roles import Role
from hub.access.scope import gate_within, venue_within
from hub.access.tokens import LIFETIME, Sessions, Staff
from hub.actions.audit.actor import Actor
from hub.actions.staff.change_people import change_person
from hub.live.topics.table import TOPICS
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.offline_queue import queued, sync
from tests.support.scan_log import read_scans
from tests.support.staff import add_member, gates, shift, sign_in_at
from tests.support.tickets import read_ticket_status
from tests.support.websocket_client import error_of
from tests.support.world import NOON, TODAY, Ticket, World

OF_ALL = Staff(5, 1, 2, "Jane Smith", Role.OPERATOR)


def test_a_token_carries_its_scope_and_ends_with_the_shift(sessions: Sessions) -> None:
    scoped = replace(OF_ALL, venue_ids=(2, 7), gates=("North", "东门"), until=NOON + timedelta(hours=1, microseconds=5))
    who = sessions.read(sessions.issue(scoped))
    assert (who.venue_ids, who.gates, who.has_hours, who.ends_with_shift) == ((2, 7), ("North", "东门"), True, True)
    assert who.expires_at == NOON + timedelta(hours=1)
    later = sessions.read(sessions.issue(replace(OF_ALL, until=NOON + timedelta(hours=9))))
    assert (later.has_hours, later.ends_with_shift) == (True, False)
    assert timedelta() < later.expires_at - NOON <= LIFETIME + timedelta(seconds=1)


def test_a_token_without_the_claims_is_of_all_venues_and_a_damaged_claim_is_nobodys(sessions: Sessions) -> None:
    claims = {"sub": "5", "org": 1, "venue": 2, "name": "J", "role": "OPERATOR", "jti": "x", "iat": int(NOON.timestamp()),
              "nbf": int(NOON.timestamp()), "exp": int(NOON.timestamp()) + 60}  # fmt: skip
    old = sessions.read(sessions._signer.sign(claims))
    assert (old.venue_ids, old.gates, old.has_hours, old.issued_at) == ((), (), False, NOON)
    for damage in (
        {"venues": 2},
        {"venues": ["2"]},
        {"gates": "North"},
        {"gates": [1]},
        {"at": "x"},
        {"venues": [True]},
    ):
        with pytest.raises(Refused):
            sessions.read(sessions._signer.sign(claims | damage))


def test_the_largest_scope_fits_a_token_and_a_cookie(sessions: Sessions) -> None:
    largest = Staff(
        2**62, 2**62, 2**62, "\U0001f600" * 100, Role.MANAGER, tuple(range(2**40, 2**40 + 20)), ("\u6771" * 65,), NOON
    )
    assert len(sessions.issue(largest)) <= 2048


def test_the_only_gate_is_that_of_a_scan_without_one(sessions: Sessions) -> None:
    one, two = (sessions.read(sessions.issue(replace(OF_ALL, gates=gates))) for gates in (("A",), ("A", "B")))
    assert (gate_within(one, None), gate_within(two, "B"), gate_within(sessions.read(sessions.issue(OF_ALL)), "X")) == (
        "A",
        "B",
        "X",
    )
    for who, gate in ((one, "B"), (two, None), (two, "C")):
        with pytest.raises(Refused) as refused:
            gate_within(who, gate)
        assert refused.value.details["gates"] == list(who.gates)
    scoped = sessions.read(sessions.issue(replace(OF_ALL, venue_ids=(2,))))
    assert (venue_within(scoped, None, 2), venue_within(scoped, 2, 2)) == (2, 2)
    with pytest.raises(Refused):
        venue_within(scoped, 3, 2)


async def test_scans_outside_of_the_scope_are_refused_on_every_way(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    await add_member(hub.services, world.org_id, "jane", gate_ids=await gates(world, "North", "South"))
    token = await sign_in_at(world, "jane")
    socket = await hub.socket(token, gate="East")
    for command, fields in (
        ("validate", {}),
        ("verify", {"scan_id": str(uuid4())}),
        ("exit", {"scan_id": str(uuid4())}),
    ):
        refused = await error_of(socket, command, code=ticket.code, **fields)
        assert (refused["code"], refused["gates"]) == ("FORBIDDEN", ["North", "South"]), command
    for path, body in (
        ("/venue/scan", {"code": ticket.code, "mode": "validate"}), ("/api/operator/exit", {"code": ticket.code}),
        ("/api/operator/validate-ticket", {"ticket_code": ticket.code}), ("/api/check-in", {"code": "x"}),
        ("/api/operator/verify-ticket", {"ticket_code": ticket.code, "scan_id": str(uuid4())}),
    ):  # fmt: skip
        status, answer = await hub.post(path, {**body, "gate": "East"}, token=token)
        assert (status, answer["error"]["code"]) == (403, "FORBIDDEN"), path
    # In a queue each scan is judged by itself. One from before the session was made in an earlier scope.
    here, there = queued(ticket.code, 1, gate="South"), queued(ticket.code, 1, gate="East")
    before = queued(ticket.code, -30, gate="East")
    results = await sync(socket, here, there, before)
    assert [one["outcome"] for one in results] == ["conflict", "refused", "accepted"]
    assert results[1]["reason"] == "FORBIDDEN"
    assert {row["gate"] for row in await read_scans(hub.database)} == {"South", "East"}


async def test_what_belongs_to_other_venues_is_refused_to_whoever_works_at_one(hub: Hub, world: World) -> None:
    other = await world.venue()
    await add_member(hub.services, world.org_id, "sue", "MANAGER", venue_ids=[world.venue_id])
    token = await sign_in_at(world, "sue")
    socket = await hub.socket(token)
    for topic in sorted(set(TOPICS) - {"tickets", "notices", "scanner"}):
        assert (await socket.command("subscribe", topic=topic))["success"], topic
        refused = await error_of(socket, "subscribe", topic=topic, venue_id=other)
        assert (refused["code"], refused["venue_ids"]) == ("FORBIDDEN", [world.venue_id]), topic
    for path in ("/api/operators/scan-history", "/api/operator/conflicts", "/api/disputes", "/api/admin/rooms", "/api/admin/shows",
                 "/api/admin/performances", "/api/admin/slots", "/api/admin/reservations", "/api/admin/guests"):  # fmt: skip
        assert (await hub.get(f"{path}?venue_id={world.venue_id}", token=token))[0] == 200, path
        status, answer = await hub.get(f"{path}?venue_id={other}", token=token)
        assert (status, answer["error"]["code"]) == (403, "FORBIDDEN"), path
    body = {"name": "Hall", "capacity": 5, "venue_id": other}
    assert (await hub.post("/api/admin/rooms", body, token=token))[0] == 403
    admin = await world.staff("MANAGER")
    _, room = await hub.post("/api/admin/rooms", body, token=admin)
    assert (await hub.get(f"/api/admin/rooms/{room['data']['room_id']}", token=token))[0] == 403


async def test_visitors_and_guests_of_other_venues_are_nobodys_business(hub: Hub, world: World) -> None:
    other = await world.venue()
    slot_id = await world.slot(venue_id=other)
    visit = await world.reserved(slot_id)
    boss, guest = await world.staff("MANAGER"), {"slot_id": slot_id, "guests": [{"name": "Ann Lee"}]}
    _, added = await hub.post("/api/admin/guests", guest, token=boss)
    guest_id = added["data"]["guest_ids"][0]
    await add_member(hub.services, world.org_id, "sue", "MANAGER", venue_ids=[world.venue_id])
    token = await sign_in_at(world, "sue")
    reservation = f"/api/admin/reservations/{visit.reservation_id}"
    asked = [
        await hub.get(reservation, token=token), await hub.post(f"{reservation}/cancel", {}, token=token),
        await hub.post(f"{reservation}/resend", {}, token=token),
        await hub.post(f"{reservation}/move", {"slot_id": await world.slot()}, token=token),
        await hub.get(f"/api/admin/guests/{guest_id}", token=token), await hub.delete(f"/api/admin/guests/{guest_id}", token=token),
        await hub.get(f"/api/admin/guests?slot_id={slot_id}", token=token), await hub.post("/api/admin/guests", guest, token=token),
        await hub.get(f"/api/admin/messages?slot_id={slot_id}", token=token),
        await hub.delete(f"/api/reservations/{visit.reservation_id}", token=token),
    ]  # fmt: skip
    assert [(status, answer["error"]["code"]) for status, answer in asked] == [(403, "FORBIDDEN")] * len(asked)
    _, listed = await hub.get("/api/admin/reservations", token=token)
    assert listed["data"]["reservations"] == []
    assert (await hub.get(reservation, token=boss))[0] == 200


async def test_tickets_of_other_venues_are_nobodys_business(hub: Hub, world: World) -> None:
    other = await world.venue()
    anywhere, there, here = (
        await world.ticket(),
        await world.reserved(await world.slot(venue_id=other)),
        await world.reserved(await world.slot()),
    )
    tokens = {}
    for role in ("OPERATOR", "MANAGER", "ADMIN"):
        await add_member(hub.services, world.org_id, role, role, venue_ids=[world.venue_id])
        tokens[role] = await sign_in_at(world, role)
    for role, token in tokens.items():
        asked = [
            await hub.get(f"/api/tickets/{there.id}/{what}", token=token) for what in ("status", "availability", "life")
        ]
        asked.append(await hub.post(f"/api/tickets/{there.id}/activate", {}, token=token))
        if role == "ADMIN":
            asked += [
                await hub.get(f"/api/admin/tickets/{there.id}", token=token),
                await hub.post(f"/api/admin/tickets/{there.id}/cancel", {"reason": "x"}, token=token),
            ]
        for status, answer in asked:
            assert (status, answer["error"]["code"], answer["error"]["venue_ids"]) == (
                403,
                "FORBIDDEN",
                [world.venue_id],
            ), role
        for ticket in (here, anywhere):
            for what in ("status", "availability", "life"):
                assert (await hub.get(f"/api/tickets/{ticket.id}/{what}", token=token))[0] == 200, (role, what)
    # Whoever knows the code is its holder, whatever else they are.
    _, held = await hub.get(f"/api/tickets/{there.id}/status", token=tokens["OPERATOR"], X_Ticket_Code=there.code)
    assert held["data"]["status"] == "RESERVED"
    _, found = await hub.get("/api/tickets/search?q=john@example.com", token=tokens["MANAGER"])
    assert [one["ticket_id"] for one in found["data"]["tickets"]] == [here.id]
    _, listed = await hub.get("/api/admin/tickets", token=tokens["ADMIN"])
    assert {one["ticket_id"] for one in listed["data"]["tickets"]} == {here.id, anywhere.id}
    _, by_code = await hub.get(f"/api/admin/tickets?code={there.code}", token=tokens["ADMIN"])
    assert by_code["data"]["tickets"] == []
    assert (await read_ticket_status(hub.database, there.id)) == "RESERVED"
    everywhere = await world.staff("MANAGER")
    _, found = await hub.get("/api/tickets/search?q=john@example.com", token=everywhere)
    assert {one["ticket_id"] for one in found["data"]["tickets"]} == {here.id, there.id}


async def test_an_administrator_of_one_venue_changes_nothing_of_another(hub: Hub, world: World) -> None:
    other, boss = await world.venue(), await world.staff("ADMIN")
    (gate,) = await gates(world, "Far gate", venue_id=other)
    (own_gate,) = await gates(world, "Near gate")
    product = {"name": "Night", "venue_id": other}
    _, sold = await hub.post("/api/admin/products", product, token=boss)
    bob = await add_member(hub.services, world.org_id, "bob", "ADMIN")
    await add_member(hub.services, world.org_id, "sue", "ADMIN", venue_ids=[world.venue_id])
    token = await sign_in_at(world, "sue")
    headers = {"Authorization": f"Bearer {token}"}
    asked: list[tuple[str, str, Any]] = [
        ("PATCH", f"/api/admin/gates/{gate}", {"name": "Mine"}), ("DELETE", f"/api/admin/gates/{gate}", None),
        ("PATCH", f"/api/admin/venues/{other}", {"name": "Mine"}), ("DELETE", f"/api/admin/venues/{other}", None),
        ("POST", "/api/admin/venues", {"name": "Mine", "timezone": "Europe/Rome"}), ("POST", "/api/admin/products", product),
        ("PATCH", f"/api/admin/products/{sold['data']['product_id']}", {"name": "Mine"}),
        ("PATCH", f"/api/admin/products/{world.product_id}", {"venue_id": other}),
        ("DELETE", f"/api/admin/products/{sold['data']['product_id']}", None),
        ("PATCH", "/api/admin/security", {"require_second_factor": "everybody"}),
        ("DELETE", f"/api/admin/staff/{bob.staff_id}/second-factor", None),
        ("DELETE", f"/api/admin/staff/{bob.staff_id}/provider-account", None),
    ]  # fmt: skip
    for method, path, body in asked:
        async with hub.client.request(method, path, json=body, headers=headers) as response:
            answer = await response.json()
            assert (response.status, answer["error"]["code"]) == (403, "FORBIDDEN"), (method, path, answer)
    _, people = await hub.get("/api/admin/security/people", token=token)
    assert [one["username"] for one in people["data"]["people"]] == ["sue"]
    async with hub.client.patch(f"/api/admin/gates/{own_gate}", json={"name": "Mine"}, headers=headers) as response:
        assert response.status == 200


async def test_contact_is_shown_by_the_policy_of_the_venue_where_the_ticket_stands(hub: Hub, world: World) -> None:
    other = await world.venue()
    there, here = await world.reserved(await world.slot(venue_id=other)), await world.reserved(await world.slot())
    await world.policy(show_contact="full")
    operator, boss = await world.staff(), await world.staff("MANAGER")
    await add_member(hub.services, world.org_id, "sue", "MANAGER", venue_ids=[world.venue_id])
    limited = await sign_in_at(world, "sue")

    async def seen(ticket: Ticket, token: str) -> list[str]:
        _, scanned = await hub.post("/venue/scan", {"code": ticket.code, "mode": "validate"}, token=token)
        socket = await hub.socket(token)
        decision = (await socket.command("validate", code=ticket.code))["data"]
        (synced,) = await sync(socket, queued(ticket.code, mode="validate"))
        await socket.close()
        _, life = await hub.get(f"/api/tickets/{ticket.id}/life", token=token)
        decisions = [scanned["data"], decision, synced["decision"], *([life["data"]] if life["success"] else [])]
        return [one["ticket"]["customer_email"] for one in decisions]

    assert await seen(here, operator) == ["john@example.com"] * 4
    assert await seen(there, operator) == ["j***@example.com"] * 4
    assert await seen(there, boss) == ["john@example.com"] * 4
    assert await seen(there, limited) == ["j***@example.com"] * 3
    # A ticket that was at both venues is shown as the stricter one says.
    assert (await hub.post(f"/api/admin/reservations/{there.reservation_id}/cancel", {}, token=boss))[0] == 200
    again = await world.reserve(there, await world.slot(start="15:00", end="16:00"))
    _, life = await hub.get(f"/api/tickets/{again.id}/life", token=operator)
    assert life["data"]["ticket"]["customer_email"] == "j***@example.com"
    _, life = await hub.get(f"/api/tickets/{again.id}/life", token=limited)
    assert life["data"]["ticket"]["customer_email"] == "j***@example.com"


async def test_a_changed_scope_closes_the_open_socket_and_the_shifts_end_says_when(hub: Hub, world: World) -> None:
    shifts = [shift(TODAY, "09:00", "13:00")]
    jane = await add_member(hub.services, world.org_id, "jane", shifts=shifts)
    by = Actor(world.org_id)

    async def closed_with(changing: Any) -> tuple[dict[str, Any], int | None]:
        socket = await hub.socket(await sign_in_at(world, "jane"), gate="A")
        await changing
        frame = await socket.receive()
        await socket.ws.receive()
        return frame["error"], socket.ws.close_code

    error, code = await closed_with(change_person(hub.services, by, jane.staff_id, {"venue_ids": [world.venue_id]}))
    assert (error["code"], code) == ("UNAUTHENTICATED", 4401)

    async def an_hour_passes() -> None:
        hub.clock.advance(3600)

    error, code = await closed_with(an_hour_passes())
    assert (error["code"], error["ended_at"], error["timezone"], code) == (
        "OUTSIDE_SHIFT", "2026-11-20T12:00:00Z", "Europe/Rome", 4401,
    )  # fmt: skip


async def test_scans_of_a_shift_are_accepted_later_and_those_after_its_end_are_not(hub: Hub, world: World) -> None:
    slot = await world.slot(start="09:00", end="23:00")
    inside, outside = [await world.reserved(slot) for _ in range(2)]
    shifts = [shift(TODAY, "09:00", "12:30"), shift(TODAY, "14:00", "18:00")]
    await add_member(hub.services, world.org_id, "jane", shifts=shifts)
    hub.clock.advance(2 * 3600 + 60)
    socket = await hub.socket(await sign_in_at(world, "jane"), gate="A")
    results = await sync(socket, queued(inside.code, 20), queued(outside.code, 45))
    assert [(one["outcome"], one["reason"]) for one in results] == [
        ("accepted", "VERIFIED"),
        ("refused", "OUTSIDE_SHIFT"),
    ]


async def test_a_venues_address_list_is_obeyed_at_sign_in_on_pages_and_at_sockets(hub: Hub, world: World) -> None:
    token = await world.staff("MANAGER", username="sue")
    await world.policy(ip_allow_list=["192.0.2.0/24"])
    status, answer = await hub.get("/api/operator/account", token=token)
    assert (status, answer["error"]["code"], answer["error"]["address"]) == (403, "ADDRESS_NOT_ALLOWED", "127.0.0.1")
    status, answer = await hub.post("/api/operator/login", {"username": "sue", "password": "correct horse"})
    assert (status, answer["error"]["code"]) == (403, "ADDRESS_NOT_ALLOWED")
    async with hub.client.get("/manager", headers={"Authorization": f"Bearer {token}"}, allow_redirects=False) as page:
        assert page.status == 403
    async with hub.client.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}) as ws:
        frames = [(await ws.receive_json()) for _ in range(2)]
        assert frames[1]["error"]["code"] == "ADDRESS_NOT_ALLOWED"
        await ws.receive()
        assert ws.close_code == 4401
    await world.policy(ip_allow_list=["192.0.2.0/24", "127.0.0.1/32"])
    assert (await hub.get("/api/operator/account", token=token))[0] == 200


async def test_the_mail_of_the_organisation_is_for_managers_of_every_venue(hub: Hub, world: World) -> None:
    await add_member(hub.services, world.org_id, "sue", "MANAGER", venue_ids=[world.venue_id])
    await world.reserved(await world.slot())
    mail_id = (await read_outbox(hub.database))[0]["id"]
    token, boss = await sign_in_at(world, "sue"), await world.staff("MANAGER")
    asked = [
        await hub.get("/api/admin/mail", token=token),
        await hub.post(f"/api/admin/mail/{mail_id}/retry", {}, token=token),
        await hub.post(f"/api/admin/mail/{mail_id}/discard", {}, token=token),
    ]
    assert [(status, answer["error"]["code"]) for status, answer in asked] == [(403, "FORBIDDEN")] * len(asked)
    assert (await hub.get("/api/admin/mail", token=boss))[0] == 200
    menus = {}
    for who in (token, boss):
        async with hub.client.get("/admin", cookies={"hub_session": who}) as page:
            menus[who] = await page.text()
        async with hub.client.get("/admin/mail", cookies={"hub_session": who}) as page:
            assert page.status == (403 if who == token else 200)
    assert ('href="/admin/mail"' in menus[token], 'href="/admin/mail"' in menus[boss]) == (False, True)
