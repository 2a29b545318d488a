"""A family on the waiting list: from joining to entry, only by the links in its e-mails."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from tests.support.hub import Hub
from tests.support.world import NOON, TODAY, World

IN_TWO_DAYS = TODAY + timedelta(days=2)


async def letters_to(hub: Hub, email: str, count: int) -> list[str]:
    """Wait until there are `count` mails to this address, and return their texts, oldest first."""
    folder = hub.settings.data_dir
    for _ in range(500):
        found = [item for item in list_development_mail(folder) if email in item.recipient]
        if len(found) >= count:
            letters = [read_development_mail(folder, item.name) for item in found]
            letters.sort(key=lambda letter: letter["Date"].datetime)
            return [letter.get_body(("plain",)).get_content() for letter in letters]
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(found)} mails for {email}, not {count}")


async def test_a_family_of_two_waits_is_offered_a_place_each_and_walks_in(hub: Hub, world: World, clock):
    slot_id = await world.slot(IN_TWO_DAYS, capacity=2)
    others = [await world.reserved(slot_id) for _ in range(2)]
    family = await world.tickets(2)
    _, body = await hub.post("/api/waitlist", {
        "ticket_codes": [ticket.code.lower() for ticket in family], "slot_id": slot_id,
        "customer_email": "family@example.com", "customer_phone": "+12025551234",
    })  # fmt: skip
    assert body["data"]["position"] == 1, body
    joined = await letters_to(hub, "family@example.com", 1)
    assert f"/w/{body['data']['token']}" in joined[-1]

    for other in others:
        status, _ = await hub.delete(f"/api/reservations/{other.reservation_id}?token={other.token}")
        assert status == 200
    offer = (await letters_to(hub, "family@example.com", 2))[-1]
    (token,) = set(re.findall(r"/w/([A-Za-z0-9_-]{32})", offer))
    _, body = await hub.get(f"/api/waitlist/{token}")
    assert (body["data"]["status"], body["data"]["places"]) == ("OFFERED", 2)
    status, body = await hub.post(f"/api/waitlist/{token}/accept", None)
    assert status == 200, body

    await letters_to(hub, "family@example.com", 3)
    clock.set(NOON + timedelta(days=2))
    gate = await hub.socket(await world.staff(), gate="A")
    assert [(await gate.verify(ticket.code))["reason"] for ticket in family] == ["VERIFIED", "VERIFIED"]


async def test_an_offer_nobody_takes_goes_to_the_next_and_both_get_a_mail(hub: Hub, world: World, clock):
    slot_id = await world.slot(IN_TWO_DAYS, capacity=1)
    other = await world.reserved(slot_id)
    tokens = {}
    for name in ("first", "second"):
        _, body = await hub.post("/api/waitlist", {
            "ticket_codes": [(await world.ticket()).code], "slot_id": slot_id,
            "customer_email": f"{name}@example.com", "customer_phone": "+12025551234",
        })  # fmt: skip
        tokens[name] = body["data"]["token"]
    await hub.delete(f"/api/reservations/{other.reservation_id}?token={other.token}")
    await letters_to(hub, "first@example.com", 2)
    clock.advance(30 * 60 + 1)
    lapsed = (await letters_to(hub, "first@example.com", 3))[-1]
    offer = (await letters_to(hub, "second@example.com", 2))[-1]
    assert lapsed != offer, "one is told that it is over, the other that it begins"
    for name, status, code in (("first", 409, "OFFER_LAPSED"), ("second", 200, None)):
        answered, body = await hub.post(f"/api/waitlist/{tokens[name]}/accept", None)
        assert (answered, None if body["success"] else body["error"]["code"]) == (status, code)
