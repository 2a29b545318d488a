"""Invitations and links to a new password: they work once, for a while, for nobody who is disabled, and only the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.add_people import NewSecret, add_person
from hub.actions.staff.change_people import set_enabled
from hub.actions.staff.links import invite_again, read_link, revoke_invitation, send_forgotten, send_reset, use_link
from hub.actions.staff.own_account import reset_pin
from hub.actions.staff.people import Person, person_of
from hub.actions.staff.sign_in import sign_in
from hub.jobs.revocations import drop_ended_access
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.negative_controls import sabotage
from tests.support.rows import count_rows, read_rows
from tests.support.staff import link_tokens

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

CHOSEN = "a chosen password"
DAY = 24 * 3600


@pytest.fixture
def boss(office: Office) -> Actor:
    return Actor(office.org_id, name="Boss", source="page")


@pytest.fixture
async def ann(office: Office, boss: Actor) -> Person:
    fields = {"username": "ann", "name": "Ann", "role": "OPERATOR", "email": "ann@example.org"}
    return await add_person(office.services, boss, fields, NewSecret(invited=True))


async def reason_of(doing: Any) -> Reason:
    with pytest.raises(Refused) as refused:
        await doing
    return refused.value.reason


async def newest(office: Office, kind: str = "staff.invited") -> str:
    return (await link_tokens(office.services.database, kind))[-1]


async def test_an_invitation_works_once_and_reading_it_changes_nothing(office: Office, ann: Person) -> None:
    services, token = office.services, await newest(office)
    assert ann.status == "INVITED"
    assert await reason_of(sign_in(services, username="ann", password="x")) is Reason.INVALID_CREDENTIALS
    for _ in range(3):
        assert (await read_link(services, token)).username == "ann"
    for wrong, field in (({"password": "short"}, "password"), ({"password": "12345678"}, "password"), ({"pin": "123456"}, "pin"),
                         ({"pin": "111111"}, "pin"), ({"pin": "12345"}, "pin"), ({}, "password")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await use_link(services, token, **wrong)
        assert [one["field"] for one in refused.value.details["errors"]] == [field], wrong
    await use_link(services, token, password=CHOSEN)
    assert await reason_of(use_link(services, token, password=CHOSEN)) is Reason.LINK_USED
    assert (await sign_in(services, username="ann", password=CHOSEN)).identity.name == "Ann"
    rows = await read_audit_log(services.database)
    assert [row["action"] for row in rows] == ["staff.added", "staff.invited", "staff.secret_set"]
    assert "ann@example.org" not in str(rows)
    assert token not in str(await read_rows(services.database, "staff_links"))


async def test_the_newest_link_is_the_only_one_and_it_expires(office: Office, boss: Actor, ann: Person) -> None:
    services, first = office.services, await newest(office)
    await invite_again(services, boss, ann.staff_id)
    second = await newest(office)
    assert await reason_of(read_link(services, first)) is Reason.LINK_NOT_FOUND
    services.clock.advance(7 * DAY - 60)
    await read_link(services, second)
    services.clock.advance(61)
    assert await reason_of(read_link(services, second)) is Reason.LINK_EXPIRED
    assert await reason_of(use_link(services, second, password=CHOSEN)) is Reason.LINK_EXPIRED
    services.clock.advance(31 * DAY)
    await drop_ended_access(services)
    assert await count_rows(services.database, "staff_links") == 0
    await invite_again(services, boss, ann.staff_id)
    await revoke_invitation(services, boss, ann.staff_id)
    assert await reason_of(read_link(services, await newest(office))) is Reason.LINK_NOT_FOUND


async def test_a_disabled_person_has_no_link_and_gets_none(office: Office, boss: Actor, ann: Person) -> None:
    services, token = office.services, await newest(office)
    await set_enabled(services, boss, ann.staff_id, enabled=False)
    assert await reason_of(use_link(services, token, password=CHOSEN)) is Reason.LINK_NOT_FOUND
    for sending in (invite_again, send_reset):
        assert await reason_of(sending(services, boss, ann.staff_id)) is Reason.STAFF_DISABLED
    await send_forgotten(services, "ann")
    assert await count_rows(services.database, "staff_links") == 1
    await set_enabled(services, boss, ann.staff_id, enabled=True)
    assert await reason_of(read_link(services, token)) is Reason.LINK_NOT_FOUND, "the old link stays dead"


async def test_a_reset_ends_the_sessions_when_it_is_used_and_is_the_only_secret_then(
    office: Office, boss: Actor, ann: Person
) -> None:
    services = office.services
    await use_link(services, await newest(office), pin="735142")
    session = (await sign_in(services, username="ann", pin="735142")).token
    assert await reason_of(invite_again(services, boss, ann.staff_id)) is Reason.INVITATION_ACCEPTED
    await send_reset(services, boss, ann.staff_id)
    services.sessions.read(session)
    await use_link(services, await newest(office, "staff.reset"), password=CHOSEN)
    with pytest.raises(Refused):
        services.sessions.read(session)
    assert await reason_of(sign_in(services, username="ann", pin="735142")) is Reason.INVALID_CREDENTIALS


async def test_whoever_chooses_a_new_secret_is_locked_out_no_longer(office: Office, boss: Actor, ann: Person) -> None:
    services = office.services
    await use_link(services, await newest(office), pin="735142")
    await send_reset(services, boss, ann.staff_id)
    for _ in range(5):
        await reason_of(sign_in(services, username="ann", pin="000000"))
    assert await reason_of(sign_in(services, username="ann", pin="735142")) is Reason.LOCKED_OUT
    await use_link(services, await newest(office, "staff.reset"), password=CHOSEN)
    assert (await sign_in(services, username="ann", password=CHOSEN)).token


async def test_a_pin_is_made_for_an_operator_only(office: Office, boss: Actor, ann: Person) -> None:
    person, pin = await reset_pin(office.services, boss, ann.staff_id)
    assert (person.status, len(pin)) == ("ACTIVE", 6)
    assert (await sign_in(office.services, username="ann", pin=pin)).identity.staff_id == ann.staff_id
    fields = {"username": "sue", "name": "Sue", "role": "MANAGER"}
    sue = await add_person(office.services, boss, fields, NewSecret(password=CHOSEN))
    assert await reason_of(reset_pin(office.services, boss, sue.staff_id)) is Reason.INVALID_REQUEST
    assert await reason_of(send_reset(office.services, boss, sue.staff_id)) is Reason.NO_EMAIL


async def test_three_links_an_hour_are_sent_to_a_forgotten_name(office: Office, ann: Person) -> None:
    for name in (*["ann"] * 4, "Ann@Example.org", "nobody", "", "\x00", "x" * 400, "\ud800"):
        await send_forgotten(office.services, name)
    assert await count_rows(office.services.database, "staff_links", staff_id=ann.staff_id) == 3
    office.services.clock.advance(3601)
    await send_forgotten(office.services, "ann@example.org")
    assert await count_rows(office.services.database, "staff_links") == 4


@pytest.mark.parametrize("guarded", [True, False], ids=["as it is", "without the check in the write"])
async def test_of_two_who_use_a_link_at_once_one_sets_the_password(
    office: Office, ann: Person, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        sabotage(
            monkeypatch,
            "staff/links",
            "use_link",
            ("AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3", "AND $3 >= created_at"),
        )
    token = await newest(office)
    houses = [office.services, office.process()]
    hashed = asyncio.Barrier(2)

    def meeting(hashing: Callable[[str], Any]) -> Callable[[str], Any]:
        async def hash_and_meet(secret: str) -> str:
            found: str = await hashing(secret)
            await hashed.wait()
            return found

        return hash_and_meet

    for services in houses:
        monkeypatch.setattr(services.passwords, "hash", meeting(services.passwords.hash))
    answers = await asyncio.gather(
        *(use_link(services, token, password=f"{CHOSEN} {n}") for n, services in enumerate(houses)),
        return_exceptions=True,
    )
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [one.reason for one in refused] == ([Reason.LINK_USED] if guarded else [])
    assert ann.staff_id == (await person_of(office.services.database, office.org_id, ann.staff_id)).staff_id
