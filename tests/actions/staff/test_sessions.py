"""Sessions: listed, seen, ended one by one or all others, in all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.new_session import SignedIn
from hub.actions.staff.own_account import change_own_secret, set_secret
from hub.actions.staff.sessions import (
    end_own_other_sessions,
    end_own_session,
    end_session,
    list_own_sessions,
    list_sessions,
    write_seen,
)
from hub.actions.staff.sign_in import sign_in, sign_out
from hub.jobs import revocations
from hub.jobs.revocations import drop_ended_access, refresh_revocations
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.rows import count_rows
from tests.support.staff import add_member, change_staff
from tests.support.world import PASSWORD

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"


async def enter(office: Office, device: str = FIREFOX) -> SignedIn:
    return await sign_in(office.services, username="ann", password=PASSWORD, client_ip="192.0.2.7", device_text=device)


def goes_on(office: Office, session: SignedIn) -> bool:
    try:
        office.services.sessions.read(session.token)
    except Refused:
        return False
    return True


async def test_sessions_are_listed_with_device_and_address_and_seen_by_a_job(office: Office) -> None:
    ann = await add_member(office.services, office.org_id, "ann")
    first = await enter(office)
    office.services.clock.advance(600)
    await enter(office, "curl/8 " * 40)
    await write_seen(office.services, [first.identity])
    newest, oldest = await list_own_sessions(office.services, first.identity)
    assert (oldest.device, oldest.client_ip, oldest.is_own, newest.is_own) == (
        "Firefox, Android",
        "192.0.2.7",
        True,
        False,
    )
    assert newest.device == ("curl/8 " * 40)[:60].strip()
    assert 600 <= (oldest.last_seen_at - oldest.signed_in_at).total_seconds() < 610
    office.services.clock.advance(60)
    office.services.sessions.read(first.token)
    await write_seen(office.services, [])
    seen = (await list_sessions(office.services, Actor(office.org_id), ann.staff_id))[1]
    assert (seen.last_seen_at - oldest.last_seen_at).total_seconds() >= 60
    office.services.clock.advance(9 * 3600)
    await drop_ended_access(office.services)
    assert await count_rows(office.services.database, "staff_sessions") == 0


async def test_one_session_ends_and_the_others_go_on(office: Office) -> None:
    ann = await add_member(office.services, office.org_id, "ann")
    own, other, third = [await enter(office) for _ in range(3)]
    listed = {one.is_own: one for one in await list_own_sessions(office.services, own.identity)}
    await end_own_session(office.services, own.identity, listed[False].session_id)
    assert [goes_on(office, one) for one in (own, other, third)].count(False) == 1
    assert goes_on(office, own)
    with pytest.raises(Refused) as refused:
        await end_own_session(office.services, own.identity, listed[False].session_id)
    assert refused.value.reason is Reason.SESSION_NOT_FOUND
    assert await end_own_other_sessions(office.services, own.identity) == 1
    assert [goes_on(office, one) for one in (own, other, third)] == [True, False, False]
    elsewhere = office.process()
    await refresh_revocations(elsewhere)
    with pytest.raises(Refused):
        elsewhere.sessions.read(other.token)
    await end_session(office.services, Actor(office.org_id), ann.staff_id, listed[True].session_id)
    assert not goes_on(office, own)
    await sign_out(office.services, (await enter(office)).identity)
    assert await list_sessions(office.services, Actor(office.org_id), ann.staff_id) == ()


async def test_a_wrong_present_password_counts_as_a_failed_sign_in(office: Office) -> None:
    await add_member(office.services, office.org_id, "ann")
    who = (await enter(office)).identity
    for reason in [Reason.INVALID_CREDENTIALS] * 5 + [Reason.LOCKED_OUT]:
        with pytest.raises(Refused) as refused:
            await change_own_secret(office.services, who, old="wrong", password="a new password")
        assert refused.value.reason is reason
    with pytest.raises(Refused) as refused:
        await enter(office)
    assert refused.value.reason is Reason.LOCKED_OUT


async def test_whoever_sql_alone_has_disabled_is_out_in_every_process_at_the_next_look(office: Office) -> None:
    ann = await add_member(office.services, office.org_id, "ann")
    bob = await add_member(office.services, office.org_id, "bob")
    first, second = await enter(office), await enter(office)
    other = await sign_in(office.services, username="bob", password=PASSWORD)
    processes = [office.process(), office.process()]
    ended_ids: list[str | None] = []
    processes[1].sessions.on_end(lambda _org_id, jti, _staff_id, _before: ended_ids.append(jti))
    await change_staff(office.services.database, ann.staff_id, disabled_at=office.services.clock.now())
    for process in processes:
        await refresh_revocations(process)
        for ended in (first, second):
            with pytest.raises(Refused):
                process.sessions.read(ended.token)
        assert process.sessions.read(other.token).staff_id == bob.staff_id
    assert sorted(filter(None, ended_ids)) == sorted([first.identity.jti, second.identity.jti])
    assert await list_sessions(office.services, Actor(office.org_id), ann.staff_id) == ()
    # Enabled again, the person signs in anew. What has ended stays ended.
    await change_staff(office.services.database, ann.staff_id, disabled_at=None)
    fresh = office.process()
    await refresh_revocations(fresh)
    with pytest.raises(Refused):
        fresh.sessions.read(first.token)
    assert fresh.sessions.read((await enter(office)).token).staff_id == ann.staff_id


def test_access_that_was_taken_away_has_ended_within_fifteen_seconds() -> None:
    """The job waits `EVERY` seconds and at most a tenth more. A second is left for its statements."""
    assert revocations.EVERY * 1.1 <= 14


async def test_a_secret_that_a_command_sets_is_the_only_one_and_ends_every_session(office: Office) -> None:
    ann = await add_member(office.services, office.org_id, "ann", "MANAGER")
    by, old = Actor(office.org_id), await enter(office)
    tried = await set_secret(office.services, by, ann.staff_id, pin="730518", dry_run=True)
    assert (tried.has_password, tried.has_pin, goes_on(office, old)) == (False, True, True)
    changed = await set_secret(office.services, by, ann.staff_id, pin="730518")
    assert (changed.has_password, changed.has_pin, goes_on(office, old)) == (False, True, False)
    elsewhere = office.process()
    await refresh_revocations(elsewhere)
    with pytest.raises(Refused):
        elsewhere.sessions.read(old.token)
    await sign_in(office.services, username="ann", pin="730518")
    with pytest.raises(Refused) as refused:
        await enter(office)
    assert refused.value.reason is Reason.INVALID_CREDENTIALS
    last = (await read_audit_log(office.services.database))[-1]
    assert (last["action"], last["source"], last["after"]) == ("staff.secret_set", "command", {"set": "PIN"})
    admin = await add_member(office.services, office.org_id, "adam", "ADMIN")
    await change_staff(office.services.database, ann.staff_id, disabled_at=office.services.clock.now())
    for staff_id, secret, reason in (
        (admin.staff_id, {"pin": "730518"}, Reason.INVALID_REQUEST), (admin.staff_id, {"password": "12345678"}, Reason.INVALID_REQUEST),
        (admin.staff_id, {}, Reason.INVALID_REQUEST), (ann.staff_id, {"password": "a new password"}, Reason.STAFF_DISABLED),
        (admin.staff_id + 1, {"password": "a new password"}, Reason.STAFF_NOT_FOUND),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await set_secret(office.services, by, staff_id, **secret)
        assert refused.value.reason is reason
