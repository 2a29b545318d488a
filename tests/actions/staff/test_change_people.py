"""Changes of staff: scope, sessions that end with it, and the last administrator, against real Postgres."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.staff import change_people
from hub.actions.staff.add_people import NewSecret, add_person
from hub.actions.staff.change_people import change_person, set_enabled
from hub.actions.staff.own_account import set_secret
from hub.actions.staff.people import PeopleFilter, Person, list_people, read_person
from hub.actions.staff.sign_in import sign_in
from hub.jobs.revocations import refresh_revocations
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.staff_scope import Shift
from tests.support.audit_log import read_audit_log
from tests.support.world import NOON

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

RIGHT = "correct horse"


@pytest.fixture
def owner(office: Office) -> Actor:
    return Actor(office.org_id)


async def add(office: Office, username: str, role: str = "OPERATOR", **fields: Any) -> Person:
    given = {"username": username, "name": username.title(), "role": role, **fields}
    return await add_person(office.services, Actor(office.org_id), given, NewSecret(password=RIGHT))


async def reason_of(doing: Any) -> tuple[Reason, dict[str, Any]]:
    with pytest.raises(Refused) as refused:
        await doing
    return refused.value.reason, refused.value.details


async def test_a_new_person_is_as_given_and_their_scope_is_in_the_token(office: Office, owner: Actor) -> None:
    jane = await add(office, "jane", venue_ids=[office.venue_id])
    assert (jane.status, jane.venue_ids, jane.version) == ("ACTIVE", (office.venue_id,), 1)
    who = (await sign_in(office.services, username="jane", password=RIGHT)).identity
    assert (who.venue_id, who.venue_ids, who.gates) == (office.venue_id, (office.venue_id,), ())
    assert (await read_person(office.services, owner, jane.staff_id)).last_signed_in_at is not None


async def test_every_wrong_field_is_named(office: Office) -> None:
    reason, details = await reason_of(
        add(office, "a b", "CHIEF", email="x@", venue_ids=[99], gate_ids=[7], name="\u202e",
            valid_from=NOON, valid_until=NOON)
    )  # fmt: skip
    assert reason is Reason.INVALID_REQUEST
    fields = {one["field"] for one in details["errors"]}
    assert fields == {"username", "role", "email", "venue_ids", "gate_ids", "name", "valid_until"}
    await add(office, "jane")
    assert (await reason_of(add(office, "JANE")))[1]["errors"][0]["field"] == "username"


async def test_another_scope_ends_the_sessions_in_every_process_and_another_name_does_not(
    office: Office, owner: Actor
) -> None:
    jane, services, other = await add(office, "jane"), office.services, office.process()
    token = (await sign_in(services, username="jane", password=RIGHT)).token
    renamed = await change_person(services, owner, jane.staff_id, {"name": "Jane S."}, version=1)
    services.sessions.read(token)
    changed = await change_person(services, owner, jane.staff_id, {"venue_ids": [office.venue_id]}, version=2)
    assert (renamed.version, changed.version) == (2, 3)
    await refresh_revocations(other)
    for process in (services, other):
        with pytest.raises(Refused):
            process.sessions.read(token)
    assert (await sign_in(services, username="jane", password=RIGHT)).identity.venue_ids == (office.venue_id,)
    assert (await reason_of(change_person(services, owner, jane.staff_id, {"name": "X"}, version=2)))[1] == {
        "version": 3
    }
    actions = [row["action"] for row in await read_audit_log(services.database)]
    assert actions == ["staff.added", "staff.changed", "staff.changed"]


async def test_outside_of_a_shift_nobody_signs_in_and_the_session_ends_with_it(office: Office, owner: Actor) -> None:
    shifts = [Shift(date(2026, 11, 20), time(9), time(14)), Shift(date(2026, 11, 21), time(22), time(2))]
    jane, services = await add(office, "jane", shifts=shifts), office.services
    who = await sign_in(services, username="jane", password=RIGHT)
    assert (who.expires_at.isoformat(), who.identity.ends_with_shift) == ("2026-11-20T13:00:00+00:00", True)
    services.clock.advance(2 * 3600)
    with pytest.raises(Refused):
        services.sessions.read(who.token)
    reason, details = await reason_of(sign_in(services, username="jane", password=RIGHT))
    assert reason is Reason.OUTSIDE_SHIFT
    assert details == {
        "ended_at": "2026-11-20T13:00:00Z", "next_at": "2026-11-21T21:00:00Z", "timezone": "Europe/Rome"
    }  # fmt: skip
    # New shifts replace those to come. Those that are over stay, so the right does not become one without hours.
    later = [Shift(date(2026, 11, 20), time(13), time(18))]
    changed = await change_person(services, owner, jane.staff_id, {"shifts": later})
    assert [one.start_time for one in changed.shifts] == [time(9), time(13)]
    assert (await sign_in(services, username="jane", password=RIGHT)).expires_at.hour == 17
    free = await change_person(services, owner, jane.staff_id, {"shifts": []})
    assert free.shifts == ()


async def test_the_last_administrator_stays_and_can_do_everything(office: Office, owner: Actor) -> None:
    boss, services = await add(office, "boss", "ADMIN"), office.services
    limited = await add(office, "half", "ADMIN", venue_ids=[office.venue_id])
    tomorrow = services.clock.now() + timedelta(days=1)
    for changes in ({"role": "MANAGER"}, {"venue_ids": [office.venue_id]}, {"valid_until": tomorrow},
                    {"shifts": [Shift(date(2026, 11, 20), time(9), time(14))]}):  # fmt: skip
        assert (await reason_of(change_person(services, owner, boss.staff_id, changes)))[0] is Reason.LAST_ADMINISTRATOR
    assert (await reason_of(set_enabled(services, owner, boss.staff_id, enabled=False)))[0] is Reason.LAST_ADMINISTRATOR
    await set_enabled(services, owner, limited.staff_id, enabled=False)
    await add(office, "second", "ADMIN")
    assert (await set_enabled(services, owner, boss.staff_id, enabled=False)).status == "DISABLED"


@pytest.mark.parametrize("guarded", [True, False], ids=["with the lock", "without it"])
async def test_of_two_changes_that_take_away_the_last_two_administrators_one_is_refused(
    office: Office, owner: Actor, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    people = [await add(office, name, "ADMIN") for name in ("ann", "bob")]
    arrived = asyncio.Barrier(2)
    refuse = change_people._refuse_without_administrator
    held_up = 0.3 if guarded else 20  # the guard keeps the other away, so waiting is in vain; without it both must meet

    async def meet(*args: Any) -> None:
        """Check only when the other change has written too, unless that one waits for the lock, and end only when both have checked."""
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            await asyncio.wait_for(arrived.wait(), held_up)
        await refuse(*args)
        if not guarded:
            await asyncio.wait_for(arrived.wait(), held_up)

    monkeypatch.setattr(change_people, "_refuse_without_administrator", meet)
    if not guarded:

        async def nothing(*_: Any) -> None: ...

        monkeypatch.setattr(change_people, "hold_administrators", nothing)
    answers = await asyncio.gather(
        *(change_person(office.services, owner, one.staff_id, {"role": "OPERATOR"}) for one in people),
        return_exceptions=True,
    )
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [one.reason for one in refused] == ([Reason.LAST_ADMINISTRATOR] if guarded else [])


async def test_nobody_gives_or_touches_a_role_or_venue_beyond_their_own(office: Office) -> None:
    services, venue_id = office.services, office.venue_id
    boss = await add(office, "boss", "ADMIN")
    jane = await add(office, "jane", venue_ids=[venue_id])
    of_venue = Actor(office.org_id, venue_id, role=Role.ADMIN, venue_ids=(venue_id,))
    manager = Actor(office.org_id, venue_id, role=Role.MANAGER)
    assert (await change_person(services, of_venue, jane.staff_id, {"role": "MANAGER"})).role == "MANAGER"
    for doing in (
        read_person(services, of_venue, boss.staff_id),
        change_person(services, of_venue, jane.staff_id, {"venue_ids": []}),
        change_person(services, manager, boss.staff_id, {"name": "X"}),
        change_person(services, manager, jane.staff_id, {"role": "ADMIN"}),
    ):
        assert (await reason_of(doing))[0] is Reason.FORBIDDEN
    assert [one.username for one in (await list_people(services, of_venue)).people] == ["jane"]


async def test_people_are_found_by_the_beginnings_of_words_and_page_by_page(office: Office, owner: Actor) -> None:
    for name in ("ann.smith", "bob.smithers", "carl"):
        await add(office, name, email=f"{name}@example.org")
    services = office.services

    async def found(text: str = "", **wanted: Any) -> list[str]:
        page = await list_people(services, owner, PeopleFilter(text, **wanted))
        return [one.username for one in page.people]

    assert await found("smi") == ["bob.smithers", "ann.smith"]
    assert await found("BOB smit") == ["bob.smithers"]
    assert await found("carl@example.org") == ["carl"]
    assert await found("' & | ! :*") == []
    assert await found(role="ADMIN") == []
    assert await found(status="ACTIVE") == ["carl", "bob.smithers", "ann.smith"]
    first = await list_people(services, owner, limit=2)
    rest = await list_people(services, owner, before=first.next, limit=2)
    assert ([one.username for one in rest.people], rest.next) == (["ann.smith"], None)


async def test_a_sign_in_beside_a_change_of_scope_gets_the_new_scope_or_no_session(
    office: Office, owner: Actor
) -> None:
    """The account is locked while its session is written, so no session outlives the scope it was issued with."""
    jane, services = await add(office, "jane"), office.services
    for n in range(6):
        scope = [office.venue_id] if n % 2 == 0 else []
        signed_in, _ = await asyncio.gather(
            sign_in(services, username="jane", password=RIGHT),
            change_person(services, owner, jane.staff_id, {"venue_ids": scope}),
        )
        with suppress(Refused):
            assert list(services.sessions.read(signed_in.token).venue_ids) == scope


@pytest.mark.parametrize("how", ["disabled", "another scope", "another secret"])
async def test_a_session_of_a_process_whose_clock_is_ahead_ends_as_well(office: Office, owner: Actor, how: str) -> None:
    """So does that of a sign-in which held the account's row while the change waited for it."""
    jane, services, other = await add(office, "jane"), office.services, office.process()
    services.clock.advance(5)
    token = (await sign_in(services, username="jane", password=RIGHT)).token
    services.clock.advance(-5)
    if how == "disabled":
        await set_enabled(services, owner, jane.staff_id, enabled=False)
    elif how == "another scope":
        await change_person(services, owner, jane.staff_id, {"venue_ids": [office.venue_id]})
    else:
        await set_secret(services, owner, jane.staff_id, password="another good one")
    services.clock.advance(5)
    await refresh_revocations(other)
    for process in (services, other):
        with pytest.raises(Refused):
            process.sessions.read(token)
