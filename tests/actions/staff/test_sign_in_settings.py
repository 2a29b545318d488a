"""Sign-in settings: every wrong field named, versions, and a secret that nobody sees again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.accounts import add_staff
from hub.actions.staff.new_session import SignInClient, open_session
from hub.actions.staff.own_account import set_secret
from hub.actions.staff.reseal_secrets import reseal_secrets
from hub.actions.staff.sign_in import sign_in
from hub.actions.staff.sign_in_settings import (
    SignInChange,
    change_settings,
    issuer_problem,
    read_provider,
    read_settings,
)
from hub.jobs.revocations import refresh_revocations
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.second_factors import read_second_factor, read_sign_in_settings, set_sign_in, set_up
from tests.support.staff import add_member
from tests.support.world import PASSWORD

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

GOOD = {"issuer": "https://login.example.org", "client_id": "hub", "client_secret": "a client's secret"}


async def wrong_fields(office: Office, **changes: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        await change_settings(office.services, Actor(office.org_id), SignInChange(**changes))
    assert refusal.value.reason is Reason.INVALID_REQUEST
    return [error["field"] for error in refusal.value.details["errors"]]


async def test_the_secret_is_sealed_and_neither_shown_nor_logged(office: Office) -> None:
    by = Actor(office.org_id, name="Ann")
    shown = await change_settings(office.services, by, SignInChange(**GOOD))
    assert (shown.issuer, shown.has_client_secret, shown.version) == ("https://login.example.org", True, 2)
    row = await read_sign_in_settings(office.services.database)
    assert b"secret" not in row["oidc_client_secret"]
    provider = await read_provider(office.services, office.org_id)
    assert provider is not None
    assert provider.client_secret == GOOD["client_secret"]
    assert "secret" not in repr(provider)
    (logged,) = await read_audit_log(office.services.database)
    assert GOOD["client_secret"] not in str(logged)
    assert logged["after"]["issuer"] == "https://login.example.org"


async def test_every_wrong_field_is_named(office: Office) -> None:
    wrong = {"require_second_factor": "some", "passwords": "x", "match": "x", "issuer": "ftp://x", "client_secret": "a\nb",
             "label": "x" * 61}  # fmt: skip
    assert sorted(await wrong_fields(office, **wrong)) == sorted([*wrong, "client_id"])
    assert await wrong_fields(office, passwords="nobody") == ["passwords"]
    assert await wrong_fields(office, issuer=GOOD["issuer"]) == ["client_id"]
    assert await wrong_fields(office, **{**GOOD, "client_id": "a:b"}) == ["client_id"]


async def test_another_version_and_a_dry_run_change_nothing(office: Office) -> None:
    by = Actor(office.org_id)
    would = await change_settings(office.services, by, SignInChange(**GOOD), dry_run=True)
    assert would.issuer == GOOD["issuer"]
    assert (await read_settings(office.services, by)).issuer == ""
    await change_settings(office.services, by, SignInChange(require_second_factor="everybody"), version=1)
    with pytest.raises(Refused) as refusal:
        await change_settings(office.services, by, SignInChange(label="x"), version=1)
    assert refusal.value.details == {"version": 2}


async def test_without_an_issuer_nothing_of_the_provider_is_kept(office: Office) -> None:
    by = Actor(office.org_id)
    await change_settings(office.services, by, SignInChange(**GOOD, passwords="nobody"))
    await set_sign_in(office.services.database, office.org_id, oidc_worked_at=office.services.clock.now())
    left = await change_settings(office.services, by, SignInChange(issuer=""))
    assert (left.client_id, left.has_client_secret, left.passwords, left.worked_at) == ("", False, "everybody", None)
    assert await read_provider(office.services, office.org_id) is None


async def test_in_production_an_issuer_needs_https(office: Office) -> None:
    served = replace(office.services.settings, development=False)
    assert issuer_problem(served, "http://login.example.org")
    assert not issuer_problem(replace(served, rehearsal=True), "http://login.example.org")
    for address in (
        "https://",
        "https://a b",
        "https://x:y@z",
        "https://z?x",
        "https://z#x",
        "https://[",
        "https://z:99999999",
    ):
        assert issuer_problem(served, address), address
    assert not issuer_problem(served, "https://login.example.org/realms/museum/")


async def test_after_a_change_of_the_key_everything_is_sealed_with_the_new_one(office: Office) -> None:
    jane = await add_staff(office.services, org_id=office.org_id, username="jane", role="ADMIN", name="J", pin="246810")
    await set_up(office.services, office.org_id, jane["staff_id"])
    await change_settings(office.services, Actor(office.org_id), SignInChange(**GOOD))
    before = await read_second_factor(office.services.database, staff_id=jane["staff_id"])
    old = office.services.settings
    new = replace(old, secret_key=b"a new secret of at least thirty-two bytes", secret_key_previous=old.secret_key)
    during = replace(office.services, settings=new)
    assert await reseal_secrets(during) == 2
    assert await reseal_secrets(during) == 0
    after = replace(office.services, settings=replace(new, secret_key_previous=None))
    provider = await read_provider(after, office.org_id)
    assert provider is not None
    assert provider.client_secret == GOOD["client_secret"]
    assert (await read_second_factor(office.services.database, staff_id=jane["staff_id"]))["secret"] != before["secret"]


async def test_whoever_is_newly_asked_for_a_second_factor_is_signed_out_in_every_process(office: Office) -> None:
    services = office.services
    people = {name: await add_member(services, office.org_id, name, role) for name, role in (
        ("ada", "ADMIN"), ("ben", "ADMIN"), ("eve", "ADMIN"), ("max", "MANAGER"), ("pia", "OPERATOR"),
    )}  # fmt: skip
    by_pin = await set_secret(services, Actor(office.org_id), people["pia"].staff_id, pin="730518")
    assert by_pin.has_pin
    sessions = {
        name: await sign_in(services, username=name, password=PASSWORD) for name in ("ada", "ben", "eve", "max")
    }
    sessions["pia"] = await sign_in(services, username="pia", pin="730518")
    second_of_ada = await sign_in(services, username="ada", password=PASSWORD)
    await set_up(services, office.org_id, people["eve"].staff_id)
    by, other = Actor.of(sessions["ada"].identity), office.process()

    async def ended(requirement: str, **how: Any) -> set[str]:
        await change_settings(services, by, SignInChange(require_second_factor=requirement), **how)
        await refresh_revocations(other)
        here, there = (
            {name for name, session in sessions.items() if process.sessions.has_ended(session.identity)}
            for process in (services, other)
        )
        assert here == there
        return here

    assert await ended("everybody", dry_run=True) == set()
    assert await ended("administrators") == {"ben"}, "not in the session that has just changed it"
    assert services.sessions.has_ended(second_of_ada.identity)
    assert await ended("none") == {"ben"}
    assert await ended("passwords") == {"ben", "max"}
    assert await ended("administrators") == {"ben", "max"}
    assert await ended("everybody") == {"ben", "max", "pia"}


async def test_sessions_of_passwords_end_with_the_right_to_use_them(office: Office) -> None:
    services, database = office.services, office.services.database
    people = {name: await add_member(services, office.org_id, name, role) for name, role in (
        ("ada", "ADMIN"), ("ben", "ADMIN"), ("max", "MANAGER"), ("pia", "OPERATOR"), ("zoe", "OWNER"),
    )}  # fmt: skip
    await set_secret(services, Actor(office.org_id), people["pia"].staff_id, pin="730518")
    sessions = {
        name: await sign_in(services, username=name, password=PASSWORD) for name in ("ada", "ben", "max", "zoe")
    }
    sessions["pia"] = await sign_in(services, username="pia", pin="730518")
    by_provider = SignInClient()
    sessions["max by provider"] = await open_session(
        services, office.org_id, people["max"].staff_id, "max", stored=None, client=by_provider
    )
    by, other = Actor.of(sessions["ada"].identity), office.process()

    async def ended(use: str, **how: Any) -> set[str]:
        await change_settings(services, by, SignInChange(passwords=use), **how)
        await refresh_revocations(other)
        return {name for name, session in sessions.items() if other.sessions.has_ended(session.identity)}

    await change_settings(services, by, SignInChange(**GOOD))
    assert await ended("nobody") == set(), "the service has not worked yet"
    await ended("everybody")
    await set_sign_in(database, office.org_id, oidc_worked_at=services.clock.now())
    assert await ended("nobody", dry_run=True) == set()
    assert await ended("administrators") == {"max"}, "not the one that began at the service"
    assert await ended("nobody") == {"max", "ben"}, (
        "not in the session that has just changed it, nor an owner's or a PIN's"
    )
