"""One-time codes under concurrency: three guesses per code, one proof, one code a minute."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from hub.access.contact_proofs import ContactProofs
from hub.jobs.outbox import OutboxJob
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox, read_outbox_row
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.world import World

CONTACT = {"email": "john@example.com", "phone": "+12025551234", "channel": "email"}
# Add only a pause between read and write, as on a busy server.
NO_LOCK = (("FROM contact_codes WHERE id = $1 FOR NO KEY UPDATE", "FROM contact_codes, pg_sleep(0.3) WHERE id = $1"),)
NO_TURN = (("SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 4))", "SELECT $1::bytea IS NULL"),)
SLOW_WRITER = (("message.id FROM message", "message.id FROM message, pg_sleep(0.5)"),)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hubs send nothing, so one-time codes can be read in the outbox."""

    async def nothing(_self: OutboxJob) -> None:
        return

    monkeypatch.setattr(OutboxJob, "run", nothing)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of guesses that were compared with a code."""
    seen: list[str] = []
    compare = ContactProofs.is_code

    def is_code(self: ContactProofs, challenge: UUID, typed: str, code_hash: bytes) -> bool:
        seen.append(typed)
        return compare(self, challenge, typed, code_hash)

    monkeypatch.setattr(ContactProofs, "is_code", is_code)
    return seen


async def sent(hub: Hub, world: World) -> tuple[str, str]:
    """Send a code, and return its challenge and the code."""
    await world.policy(contact_check="email")
    status, body = await hub.post("/api/contact/code", CONTACT)
    assert status == 200, body
    payload = (await read_outbox_row(hub.database, kind="contact.code"))["payload"]
    return body["data"]["challenge_id"], json.loads(payload)["code"]


async def guess(hubs: list[Hub], challenge: str, codes: list[str]) -> list[tuple[int, Any]]:
    """Send all guesses at once, at both hubs in turn."""
    return await asyncio.gather(
        *(
            hubs[n % 2].post("/api/contact/confirm", {"challenge_id": challenge, "code": code})
            for n, code in enumerate(codes)
        )
    )


def wrong(code: str, count: int) -> list[str]:
    return [f"{(int(code) + 1 + n) % 1_000_000:06}" for n in range(count)]


async def test_of_fifty_wrong_guesses_at_once_three_are_compared(two_hubs, world, looks):
    challenge, code = await sent(two_hubs[0], world)
    answers = await guess(two_hubs, challenge, wrong(code, 50))
    received = [body["error"]["code"] for _, body in answers]
    assert len(looks) == 3
    assert received.count("CODE_WRONG") == 2
    # On a slow machine the last requests may get 503. No other answer is allowed.
    assert set(received) <= {"CODE_WRONG", "CODE_LOCKED", "SERVICE_UNAVAILABLE"}
    # The right code is not compared after them either.
    assert [body["error"]["code"] for _, body in await guess(two_hubs, challenge, [code])] == ["CODE_LOCKED"]
    assert len(looks) == 3


async def test_without_the_lock_more_than_three_are_compared(two_hubs, world, looks, monkeypatch):
    challenge, code = await sent(two_hubs[0], world)
    sabotage(monkeypatch, "booking/contact_codes", "lock_code", *NO_LOCK)
    await without_last_line(world, "contact_codes_tries_check", "contact_codes")
    await guess(two_hubs, challenge, wrong(code, 10))
    assert len(looks) > 3


async def test_without_the_lock_the_table_still_counts_to_three(two_hubs, world, looks, monkeypatch):
    """A guess is counted before it is compared, and the table's CHECK allows no fourth."""
    challenge, code = await sent(two_hubs[0], world)
    sabotage(monkeypatch, "booking/contact_codes", "lock_code", *NO_LOCK)
    await guess(two_hubs, challenge, wrong(code, 10))
    assert len(looks) == 3


async def test_the_right_code_twice_at_once_gives_one_proof(two_hubs, world):
    challenge, code = await sent(two_hubs[0], world)
    answers = await guess(two_hubs, challenge, [code] * 10)
    received = sorted("proof" if body["success"] else body["error"]["code"] for _, body in answers)
    assert received == ["CODE_USED"] * 9 + ["proof"]


async def test_without_the_lock_the_right_code_gives_several_proofs(two_hubs, world, monkeypatch):
    challenge, code = await sent(two_hubs[0], world)
    sabotage(monkeypatch, "booking/contact_codes", "lock_code", *NO_LOCK)
    answers = await guess(two_hubs, challenge, [code] * 2)
    assert [body["success"] for _, body in answers] == [True, True]


async def ask_at_once(hubs: list[Hub], world: World, count: int) -> list[str]:
    await world.policy(contact_check="email")
    hubs[1].services.venues.forget()
    answers = await asyncio.gather(*(hubs[n % 2].post("/api/contact/code", CONTACT) for n in range(count)))
    return sorted("sent" if body["success"] else body["error"]["code"] for _, body in answers)


async def test_asked_ten_times_at_once_one_code_is_sent(two_hubs, world):
    assert await ask_at_once(two_hubs, world, 10) == ["CODE_TOO_SOON"] * 9 + ["sent"]
    assert await count_outbox(world.hub.database, kind="contact.code") == 1


async def test_a_slow_writer_alone_sends_no_second_code(two_hubs, world, monkeypatch):
    """Control of the control: with the lock, the second writer waits and reads what the slow one wrote."""
    sabotage(monkeypatch, "booking/contact_codes", "add_code", *SLOW_WRITER)
    assert await ask_at_once(two_hubs, world, 2) == ["CODE_TOO_SOON", "sent"]


async def test_without_waiting_in_turn_more_codes_are_sent(two_hubs, world, monkeypatch):
    sabotage(monkeypatch, "booking/contact_codes", "hold_address", *NO_TURN)
    sabotage(monkeypatch, "booking/contact_codes", "add_code", *SLOW_WRITER)
    assert (await ask_at_once(two_hubs, world, 2)).count("sent") == 2
