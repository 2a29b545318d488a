"""One-time codes over HTTP: a code is sent, typed, and exchanged for the proof that a booking requires."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from hub.access.contact_proofs import ContactProofs
from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.expire import expire
from hub.jobs.outbox import OutboxJob
from hub.observability import logs
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.settings import Rate
from tests.support.api_client import Answer, Api
from tests.support.hub import Hub
from tests.support.mail_outbox import read_contact_code, read_outbox, read_outbox_row
from tests.support.rows import count_rows
from tests.support.world import World

EMAIL, PHONE = "John@example.com", "+12025551234"
OpenHub = Callable[..., Awaitable[Hub]]


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hubs send nothing, so one-time codes can be read in the outbox."""

    async def nothing(_self: OutboxJob) -> None:
        return

    monkeypatch.setattr(OutboxJob, "run", nothing)


@pytest.fixture
async def asking(world: World) -> World:
    """A venue that requires both addresses confirmed."""
    await world.policy(contact_check="both")
    return world


async def ask(api: Api, channel: str = "email", email: str = EMAIL, phone: str = PHONE, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.post("/api/contact/code", {"email": email, "phone": phone, "channel": channel}, headers=named)


async def confirm(api: Api, challenge: str, code: str) -> Answer:
    return await api.post("/api/contact/confirm", {"challenge_id": challenge, "code": code})


async def messages(world: World) -> list[dict[str, Any]]:
    rows = await read_outbox(world.hub.database, kind="contact.code", order_by="id")
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


async def code_of(world: World, challenge: str) -> str:
    """Return the code in the message of this challenge."""
    number = (await read_contact_code(world.hub.database, challenge))["outbox_id"]
    payload = (await read_outbox_row(world.hub.database, "payload", id=number))["payload"]
    return str(json.loads(payload)["code"])


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_code_and_its_message_are_written_in_one_transaction(api: Api, asking: World) -> None:
    for channel, carrier, recipient, masked in (
        ("email", "mail", EMAIL, "J***@example.com"),
        ("sms", "sms", PHONE, "***34"),
    ):
        answer = await ask(api, channel, Accept_Language="zh-CN")
        assert answer.data["channel"] == channel
        assert answer.data["sent_to"] == masked
        assert answer.data["resend_after"] == 60
        message = (await messages(asking))[-1]
        assert (message["channel"], message["recipient"], message["language"]) == (carrier, recipient, "zh_Hans")
        assert message["not_after"] - message["next_attempt_at"] == timedelta(minutes=5)
        assert message["payload"]["minutes"] == 5
        assert message["payload"]["venue_name"] == "Test Venue"
        assert message["payload"]["code"].isdecimal()
        row = await read_contact_code(asking.hub.database, answer.data["challenge_id"])
        kept = " ".join(str(value) for value in row.values())
        assert message["payload"]["code"] not in kept, "the table holds no code"
        assert recipient.lower() not in kept.lower(), "and no address"


async def test_the_right_code_becomes_a_proof_once(api: Api, asking: World) -> None:
    sent = (await ask(api)).data
    code = await code_of(asking, sent["challenge_id"])
    confirmed = await confirm(api, sent["challenge_id"], f" {code[:3]} {code[3:]}")
    books = ContactProofs(asking.hub.settings, asking.hub.clock)
    proof = confirmed.data["contact_proof"]
    assert books.proven([proof], asking.org_id, {"email": "john@EXAMPLE.com", "sms": PHONE}) == {"email"}
    again = await confirm(api, sent["challenge_id"], code)
    assert (again.status, again.code) == (409, "CODE_USED")
    assert "contact_proof" not in again.error


async def test_three_wrong_guesses_and_the_right_one_is_not_looked_at_any_more(api: Api, asking: World) -> None:
    challenge = (await ask(api)).data["challenge_id"]
    code = await code_of(asking, challenge)
    results = [await confirm(api, challenge, another(code)) for _ in range(3)]
    assert [(a.status, a.code, a.error.get("tries_left")) for a in results] == [
        (400, "CODE_WRONG", 2), (400, "CODE_WRONG", 1), (429, "CODE_LOCKED", None),
    ]  # fmt: skip
    assert (await confirm(api, challenge, code)).code == "CODE_LOCKED"


async def test_what_is_no_code_at_all_costs_no_guess(api: Api, asking: World) -> None:
    challenge = (await ask(api)).data["challenge_id"]
    for typed in ("12345", "abcdef", "1234567", "      "):
        assert (await confirm(api, challenge, typed)).code == "INVALID_REQUEST"
    assert (await confirm(api, challenge, await code_of(asking, challenge))).status == 200


async def test_a_code_is_good_for_five_minutes(api: Api, asking: World) -> None:
    early, late = (await ask(api)).data["challenge_id"], (await ask(api, "sms")).data["challenge_id"]
    codes = [await code_of(asking, challenge) for challenge in (early, late)]
    asking.hub.clock.advance(299)
    assert (await confirm(api, early, codes[0])).status == 200
    asking.hub.clock.advance(2)
    answer = await confirm(api, late, codes[1])
    assert (answer.status, answer.code) == (410, "CODE_EXPIRED")


async def test_a_new_code_makes_the_older_one_void_and_stops_its_message(api: Api, asking: World) -> None:
    old = (await ask(api)).data["challenge_id"]
    asking.hub.clock.advance(61)
    # The same mailbox in another spelling.
    new = (await ask(api, email="john@example.com")).data["challenge_id"]
    first, second = await messages(asking)
    assert first["not_after"] <= asking.hub.clock.now() < second["not_after"]
    assert (await confirm(api, old, await code_of(asking, old))).code == "CODE_EXPIRED"
    assert (await confirm(api, new, await code_of(asking, new))).status == 200


async def test_another_address_s_code_is_not_disturbed(api: Api, asking: World) -> None:
    mine = (await ask(api)).data["challenge_id"]
    await ask(api, email="somebody.else@example.com")
    assert (await confirm(api, mine, await code_of(asking, mine))).status == 200


async def test_a_challenge_nobody_was_given_is_as_good_as_expired(api: Api, asking: World) -> None:
    assert (await confirm(api, "00000000-0000-4000-8000-000000000000", "123456")).code == "CODE_EXPIRED"
    assert (await confirm(api, "no-uuid", "123456")).code == "INVALID_REQUEST"


async def test_an_address_gets_one_code_a_minute_and_five_an_hour(api: Api, asking: World) -> None:
    assert (await ask(api)).status == 200
    soon = await ask(api, email=EMAIL.lower())
    assert (soon.status, soon.code) == (429, "CODE_TOO_SOON")
    assert 58 <= soon.error["retry_after"] <= 60
    for _ in range(4):
        asking.hub.clock.advance(61)
        assert (await ask(api)).status == 200
    asking.hub.clock.advance(61)
    many = await ask(api)
    assert (many.status, many.code) == (429, "CODE_TOO_MANY")
    assert 3290 <= many.error["retry_after"] <= 3300
    assert int(many.headers["Retry-After"]) == many.error["retry_after"]
    assert len(await messages(asking)) == 5
    # Another address and another channel each have their own count.
    assert (await ask(api, "sms")).status == 200
    asking.hub.clock.advance(3300)
    assert (await ask(api)).status == 200


async def test_one_client_cannot_have_codes_sent_to_many_addresses(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_codes=Rate(3, 3600))
    world, api = await World(hub).found(), Api(hub)
    await world.policy(contact_check="email")
    results = [await ask(api, email=f"person{n}@example.com") for n in range(4)]
    assert [answer.status for answer in results] == [200, 200, 200, 429]
    assert results[3].code == "CODE_TOO_MANY"
    assert len(await messages(world)) == 3


async def test_nobody_is_written_to_where_no_venue_asks_for_it(api: Api, world: World) -> None:
    await world.policy(contact_check="email")
    refused = await ask(api, "sms")
    assert (refused.status, refused.error["errors"][0]["field"]) == (400, "channel")
    assert (await ask(api, "email")).status == 200
    assert len(await messages(world)) == 1


@pytest.mark.parametrize(("email", "phone"), [("no address", PHONE), (EMAIL, "12"), ("", "")])
async def test_a_contact_that_cannot_be_reached_gets_no_code(api: Api, asking: World, email: str, phone: str) -> None:
    answer = await ask(api, email=email, phone=phone)
    assert (answer.status, answer.code) == (400, "INVALID_CONTACT")
    assert not await messages(asking)


async def test_the_logs_hold_neither_code_nor_address(
    api: Api, asking: World, caplog: pytest.LogCaptureFixture
) -> None:
    with logs.captured() as lines, caplog.at_level(logging.DEBUG):
        sent = (await ask(api)).data
        code = await code_of(asking, sent["challenge_id"])
        await confirm(api, sent["challenge_id"], another(code))
        await confirm(api, sent["challenge_id"], code)
    events = {line["event"] for line in lines}
    assert {"contact.code.sent", "contact.code.refused", "contact.code.confirmed"} <= events
    text = json.dumps(lines) + caplog.text
    for secret in (code, another(code), EMAIL, EMAIL.lower(), PHONE):
        assert secret not in text


async def test_old_codes_are_forgotten(api: Api, asking: World) -> None:
    await ask(api)
    await expire(asking.hub.services)
    assert await count_rows(asking.hub.database, "contact_codes") == 1
    asking.hub.clock.advance(86_500)
    await expire(asking.hub.services)
    assert await count_rows(asking.hub.database, "contact_codes") == 0


# ---- The proof


async def proofs_of(api: Api, world: World) -> dict[str, str]:
    found = {}
    for channel in ("email", "sms"):
        challenge = (await ask(api, channel)).data["challenge_id"]
        found[channel] = (await confirm(api, challenge, await code_of(world, challenge))).data["contact_proof"]
    return found


def needed(
    world: World, venue: Venue, proofs: list[str] | str | None, email: str = EMAIL, phone: str = PHONE
) -> list[str]:
    """Return what is still to be confirmed, or an empty list if the proofs are enough."""
    try:
        require_proof(world.hub.services, venue, email, phone, proofs)
    except Refused as no:
        return list(no.details["needed"]) if no.reason is Reason.CONTACT_NOT_VERIFIED else [no.reason]
    return []


async def test_a_proof_speaks_for_its_own_address_its_own_channel_and_its_own_organisation(
    api: Api, asking: World
) -> None:
    proofs = await proofs_of(api, asking)
    both = list(proofs.values())
    venue = await asking.hub.services.venues.read(asking.org_id, asking.venue_id)
    assert needed(asking, venue, both) == []
    assert needed(asking, venue, None) == needed(asking, venue, []) == ["email", "sms"]
    assert needed(asking, venue, proofs["email"]) == ["sms"]
    assert needed(asking, venue, both, email="jane@example.com") == ["email"]
    assert needed(asking, venue, both, phone="+12025551235") == ["sms"]
    assert needed(asking, replace(venue, org_id=venue.org_id + 1), both) == ["email", "sms"]
    assert needed(asking, replace(venue, contact_check="sms"), proofs["sms"]) == []
    assert needed(asking, replace(venue, contact_check="sms"), proofs["email"]) == ["sms"]
    assert needed(asking, replace(venue, contact_check="format"), None) == []


async def test_a_proof_runs_out_and_cannot_be_made_up(api: Api, asking: World) -> None:
    proofs = await proofs_of(api, asking)
    venue = await asking.hub.services.venues.read(asking.org_id, asking.venue_id)
    header, claims, signature = proofs["email"].split(".")
    session = await asking.staff()
    for forged in (f"{header}.{claims}.{signature[:-4]}AAAA", f"{header}.{claims}.", "x", "", "\u00e9", session):
        assert needed(asking, venue, [forged, proofs["sms"]]) == ["email"]
    # The limit is taken from the times in the proofs, because seconds may pass between them on a busy machine.
    moments = [jwt.decode(proof, options={"verify_signature": False}) for proof in proofs.values()]
    assert [moment["exp"] - moment["iat"] for moment in moments] == [3600, 3600]
    asking.hub.clock.set(datetime.fromtimestamp(min(moment["exp"] for moment in moments) - 1, UTC))
    assert needed(asking, venue, list(proofs.values())) == []
    asking.hub.clock.set(datetime.fromtimestamp(max(moment["exp"] for moment in moments), UTC))
    assert needed(asking, venue, list(proofs.values())) == ["email", "sms"]


async def test_a_proof_is_no_session(api: Api, asking: World) -> None:
    proof = (await proofs_of(api, asking))["email"]
    assert (await api.get("/api/operators/scan-history", token=proof)).status == 401


async def test_a_code_sent_before_the_secret_was_changed_is_still_good(
    api: Api, asking: World, open_hub: OpenHub
) -> None:
    challenge = (await ask(api)).data["challenge_id"]
    code = await code_of(asking, challenge)
    old = asking.hub.settings.secret_key
    other = await open_hub(secret_key=b"another secret of at least thirty-two bytes", secret_key_previous=old)
    proof = (await confirm(Api(other), challenge, code)).data["contact_proof"]
    venue = await other.services.venues.read(asking.org_id, asking.venue_id)
    require_proof(other.services, replace(venue, contact_check="email"), EMAIL, PHONE, proof)
