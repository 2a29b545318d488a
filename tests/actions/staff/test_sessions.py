"""Sessions: listed, seen, ended one by one or all others, in all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.own_account import change_own_secret
from hub.actions.staff.sessions import (
    end_own_other_sessions,
    end_own_session,
    end_session,
    list_own_sessions,
    list_sessions,
    write_seen,
)
from hub.actions.staff.sign_in import SignedIn, sign_in, sign_out
from hub.jobs.revocations import refresh_revocations
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.rows import count_rows
from tests.support.staff import add_member
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
    await refresh_revocations(office.services)
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
