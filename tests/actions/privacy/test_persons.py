"""One person's data: found in every table, exported, and erased so that a dump of the database holds none of it."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.privacy import persons
from hub.actions.privacy.persons import erase_person, export_person, find_person
from hub.actions.privacy.retention import read_retention, set_retention
from hub.rules.personal_data import PERSONAL
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.actions.privacy.conftest import Traces
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.personal_data import BYSTANDER, ZAPHIRA, tables_with
from tests.support.reservations import read_reservations
from tests.support.slots import read_slots
from tests.support.world import World

WITHOUT_TEXT = {"contact_codes", "slot_message_recipients", "idempotency_keys"}
"""Tables whose personal columns are hashes and tokens: they show nothing of a person in a dump."""


@pytest.mark.parametrize("address", [ZAPHIRA.email, f" {ZAPHIRA.email.upper()}"])
async def test_after_an_erasure_no_table_holds_anything_of_the_person(
    hub: Hub, world: World, by: Actor, traces: Traces, address: str
):
    before = await tables_with(hub.database, *ZAPHIRA.texts)
    shown = {table for tables in before.values() for table in tables}
    assert shown == set(PERSONAL) - WITHOUT_TEXT, "the person is in every table that shows one"
    assert (await find_person(hub.services, by, address)).rows.keys() == PERSONAL.keys()
    counts = await read_slots(hub.database, "id", "booked_count", "verified_count", order_by="id")
    hub.clock.advance(1 * 86_400)
    done = await erase_person(hub.services, by, address)
    assert done.rows > 15
    assert await tables_with(hub.database, *ZAPHIRA.texts) == {}
    assert (await tables_with(hub.database, BYSTANDER.email))[BYSTANDER.email]
    assert len((await find_person(hub.services, by, BYSTANDER.email)).rows) == len(PERSONAL)
    assert await read_slots(hub.database, "id", "booked_count", "verified_count", order_by="id") == counts
    with pytest.raises(Refused, match="PERSON_NOT_FOUND"):
        await find_person(hub.services, by, address)
    assert [row["action"] for row in await read_audit_log(hub.database)][-1] == "person.erased"
    assert {row["status"] for row in await read_outbox(hub.database, recipient="")} <= {"SENT", "DROPPED"}


async def test_a_table_left_out_is_noticed(
    hub: Hub, world: World, by: Actor, traces: Traces, monkeypatch: pytest.MonkeyPatch
):
    """The control of the test above: with one table not erased, the dump shows the person."""
    from hub.actions.privacy import erasure

    monkeypatch.setattr(
        erasure, "PERSONAL", {table: columns for table, columns in PERSONAL.items() if table != "disputes"}
    )
    hub.clock.advance(1 * 86_400)
    await erase_person(hub.services, by, ZAPHIRA.email)
    assert set(await tables_with(hub.database, ZAPHIRA.name)) == {ZAPHIRA.name}


async def test_a_phone_number_finds_the_visits_booked_with_it(hub: Hub, by: Actor, traces: Traces):
    found = await find_person(hub.services, by, "+39 333 123 4567")
    assert {"ticket_reservations", "bookings", "waitlist_entries", "tickets"} <= found.rows.keys()
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await find_person(hub.services, by, "nobody")


async def test_an_export_shows_what_the_hub_knows_and_opens_nothing(hub: Hub, by: Actor, traces: Traces):
    data = await export_person(hub.services, by, ZAPHIRA.email)
    assert data.keys() >= {"tickets", "bookings", "guests", "ticket_reservations", "orders", "mail_outbox", "scans"}
    text = orjson.dumps(data).decode()
    assert all(one in text for one in ZAPHIRA.texts)
    assert not any(word in text for word in ("_hash", "manage_token", "payload", BYSTANDER.email))
    (row,) = [one for one in await read_audit_log(hub.database) if one["action"] == "person.exported"]
    assert "zaphira" not in str(row).lower()


async def test_somebody_who_is_expected_is_not_erased_unless_the_visits_are_cancelled(
    hub: Hub, world: World, by: Actor, traces: Traces
):
    with pytest.raises(Refused) as no:
        await erase_person(hub.services, by, ZAPHIRA.email)
    assert no.value.reason is Reason.PERSON_EXPECTED
    assert len(no.value.details["visits"]) == 3
    assert (await erase_person(hub.services, by, ZAPHIRA.email, cancel=True, dry_run=True)).cancelled == 3
    assert await tables_with(hub.database, ZAPHIRA.email)
    assert (await erase_person(hub.services, by, ZAPHIRA.email, cancel=True)).cancelled == 3
    assert await tables_with(hub.database, *ZAPHIRA.texts) == {}
    standing = await read_reservations(hub.database, status="RESERVED")
    assert {row["customer_email"] for row in standing} == {BYSTANDER.email}


async def test_another_organisation_knows_nobody(hub: Hub, traces: Traces):
    other = await World(hub).found()
    with pytest.raises(Refused, match="PERSON_NOT_FOUND"):
        await erase_person(hub.services, Actor(other.org_id), ZAPHIRA.email)


async def test_two_erasures_at_once_are_one(hub: Hub, by: Actor, traces: Traces):
    hub.clock.advance(1 * 86_400)
    results = await asyncio.gather(
        *(erase_person(hub.services, by, ZAPHIRA.email) for _ in range(3)), return_exceptions=True
    )
    assert any(isinstance(one, persons.ErasedPerson) for one in results)
    assert all(isinstance(one, persons.ErasedPerson) or "PERSON_NOT_FOUND" in str(one) for one in results)
    assert await tables_with(hub.database, *ZAPHIRA.texts) == {}


async def test_an_administrator_of_some_venues_learns_of_nobody(hub: Hub, world: World, traces: Traces):
    """A person's data belongs to no one venue, so neither finding, exporting, erasing nor the days of keeping are theirs."""
    limited = Actor(world.org_id, world.venue_id, role=Role.ADMIN, venue_ids=(world.venue_id,))
    services, kept = hub.services, await tables_with(hub.database, ZAPHIRA.email)
    for refused in (
        find_person(services, limited, ZAPHIRA.email),
        export_person(services, limited, ZAPHIRA.email),
        erase_person(services, limited, ZAPHIRA.email, cancel=True),
        read_retention(services, limited),
        set_retention(services, limited, 1),
    ):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await refused
    assert await tables_with(hub.database, ZAPHIRA.email) == kept
    assert not [row for row in await read_audit_log(hub.database) if row["action"].startswith("person.")]
