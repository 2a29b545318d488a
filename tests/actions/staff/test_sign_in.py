"""Sign-in and sign-out against real Postgres.

Attempts are counted before the check, and nobody can lock another's name.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from hub.access import passwords
from hub.access.roles import Role
from hub.access.tokens import LIFETIME
from hub.actions.audit.actor import Actor
from hub.actions.staff.accounts import add_staff
from hub.actions.staff.change_people import set_enabled
from hub.actions.staff.new_session import SignedIn
from hub.actions.staff.sign_in import sign_in, sign_out
from hub.actions.venues.venue_cache import VENUES
from hub.guards.sign_in_admission import AT_WORK, SignInAdmission
from hub.jobs.revocations import drop_ended_access, refresh_revocations
from hub.observability import telemetry
from hub.observability.alert_metrics import AlertMetrics, at
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.settings import Rate
from tests.support.rows import count_rows, read_row

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

RIGHT, WRONG = "correct horse", "battery staple"


@pytest.fixture
async def jane(office: Office) -> dict[str, Any]:
    return await add_staff(
        office.services, org_id=office.org_id, username="Jane", role=Role.OPERATOR, name="Jane Smith", password=RIGHT,
        pin="246810",
    )  # fmt: skip


async def enter(services: Services, secret: str = RIGHT, name: str = "jane", cookie: str | None = None) -> SignedIn:
    return await sign_in(services, username=name, password=secret, device_cookie=cookie)


async def outcome(services: Services, secret: str = RIGHT, name: str = "jane", cookie: str | None = None) -> str:
    try:
        await enter(services, secret, name, cookie)
    except Refused as refused:
        return refused.reason.value
    return "in"


async def test_password_and_pin_both_sign_in_and_case_does_not_matter_in_the_name(
    office: Office, jane: dict[str, Any]
) -> None:
    by_password = await enter(office.services, name="  JANE ")
    by_pin = await sign_in(office.services, username="jane", password=None, pin="246810")
    for signed_in in (by_password, by_pin):
        who = office.services.sessions.read(signed_in.token)
        assert (who.staff_id, who.org_id, who.venue_id) == (jane["staff_id"], office.org_id, office.venue_id)
        assert signed_in.expires_at == who.expires_at


@pytest.mark.usefixtures("jane")
async def test_a_pin_is_no_password_and_the_refusal_does_not_say_what_was_wrong(office: Office) -> None:
    assert await outcome(office.services, "246810") == "INVALID_CREDENTIALS"
    for name in ("nobody", "", " ", "x" * 5000, "ja\x00ne", "\ud800"):
        assert await outcome(office.services, name=name) == "INVALID_CREDENTIALS"
    for secret in ("", "\ud800", "x" * 100_000):
        assert await outcome(office.services, secret) == "INVALID_CREDENTIALS"


async def test_a_password_and_a_name_match_however_the_keyboard_composes_them(office: Office) -> None:
    """A Mac types letter and accent (NFD) where another keyboard types one character (NFC); spaces come in several kinds."""
    composed, apart = "caf\u00e9 au lait", "cafe\u0301\u00a0au lait"
    await add_staff(
        office.services,
        org_id=office.org_id,
        username="ren\u00e9",
        role=Role.OPERATOR,
        name="Ren\u00e9",
        password=composed,
    )
    await add_staff(
        office.services, org_id=office.org_id, username="zoe\u0308", role=Role.OPERATOR, name="Zoe\u0308", password=apart,
        pin="246810",
    )  # fmt: skip
    for name in ("ren\u00e9", "rene\u0301", "zo\u00eb", "ZOE\u0308"):
        for secret in (composed, apart):
            assert (await enter(office.services, secret, name)).token
    assert (await sign_in(office.services, username="zo\u00eb", pin="٢٤٦٨١٠")).token


async def test_a_password_that_was_stored_before_it_was_composed_still_signs_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = "cafe\u0301 au lait"
    with monkeypatch.context() as before:
        before.setattr(passwords, "composed", lambda secret: secret)
        await add_staff(
            office.services, org_id=office.org_id, username="ada", role=Role.OPERATOR, name="Ada", password=apart
        )
        with pytest.raises(Refused):  # the control: not composed, only the very characters match
            await enter(office.services, "caf\u00e9 au lait", "ada")
    assert (await enter(office.services, apart, "ada")).token


@pytest.mark.usefixtures("jane")
@pytest.mark.parametrize("name", ["jane", "nobody"])
async def test_five_failures_lock_for_fifteen_minutes_even_with_the_right_secret(office: Office, name: str) -> None:
    assert [await outcome(office.services, WRONG, name) for _ in range(5)] == ["INVALID_CREDENTIALS"] * 5
    with pytest.raises(Refused) as refusal:
        await enter(office.services, RIGHT, name)
    assert refusal.value.reason is Reason.LOCKED_OUT
    assert 890 < refusal.value.details["retry_after"] <= 900
    office.services.clock.advance(14 * 60)
    assert await outcome(office.services, RIGHT, name) == "LOCKED_OUT"
    office.services.clock.advance(62)
    assert await outcome(office.services, RIGHT, name) == ("in" if name == "jane" else "INVALID_CREDENTIALS")


@pytest.mark.usefixtures("jane")
async def test_attempts_while_locked_out_do_not_prolong_the_lock(office: Office) -> None:
    for _ in range(5):
        await outcome(office.services, WRONG)
    for _ in range(14):
        office.services.clock.advance(60)
        assert await outcome(office.services, WRONG) == "LOCKED_OUT"
    office.services.clock.advance(62)
    assert await outcome(office.services) == "in"


@pytest.mark.usefixtures("jane")
async def test_success_clears_the_count(office: Office) -> None:
    for _ in range(3):
        assert [await outcome(office.services, WRONG) for _ in range(4)] == ["INVALID_CREDENTIALS"] * 4
        assert await outcome(office.services) == "in"


@pytest.mark.usefixtures("jane")
async def test_strangers_cannot_lock_out_an_operator_on_a_known_device(office: Office) -> None:
    cookie = (await enter(office.services)).device_cookie
    for _ in range(8):
        await outcome(office.services, WRONG)
    assert await outcome(office.services) == "LOCKED_OUT"
    assert await outcome(office.services, cookie=cookie) == "in"
    assert await outcome(office.services) == "LOCKED_OUT", "success on the device clears its own count only"


@pytest.mark.usefixtures("jane")
async def test_a_known_device_has_five_guesses_of_its_own(office: Office) -> None:
    cookie = (await enter(office.services)).device_cookie
    for _ in range(5):
        await outcome(office.services, WRONG, cookie=cookie)
    assert await outcome(office.services, cookie=cookie) == "LOCKED_OUT"
    assert await outcome(office.services) == "in"


@pytest.mark.usefixtures("jane")
async def test_the_devices_of_other_people_buy_no_guesses(office: Office) -> None:
    await add_staff(
        office.services, org_id=office.org_id, username="mallory", role="OPERATOR", name="M", password=RIGHT
    )
    cookies = [(await enter(office.services, name="mallory")).device_cookie for _ in range(3)]
    answers = [await outcome(office.services, WRONG, cookie=cookie) for cookie in cookies for _ in range(3)]
    assert answers == ["INVALID_CREDENTIALS"] * 5 + ["LOCKED_OUT"] * 4


@pytest.mark.usefixtures("jane")
async def test_parallel_guesses_do_not_slip_through(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    houses = [office.services, office.process(), office.process(), office.process()]

    def counting(services: Services) -> None:
        verify = services.passwords.verify

        async def counted(stored: str | None, secret: str, **more: bool) -> bool:
            nonlocal looked_at
            looked_at += 1
            return await verify(stored, secret, **more)

        monkeypatch.setattr(services.passwords, "verify", counted)

    for services in houses:
        counting(services)
    answers = await asyncio.gather(*(outcome(services, WRONG) for services in houses for _ in range(25)))
    assert looked_at == 5
    assert (answers.count("INVALID_CREDENTIALS"), answers.count("LOCKED_OUT")) == (5, 95)


@pytest.mark.usefixtures("jane")
async def test_a_shift_that_signs_in_at_once_by_one_login_gets_in(office: Office) -> None:
    houses = [office.services, office.process()]
    answers = await asyncio.gather(*(outcome(houses[n % 2]) for n in range(40)))
    assert answers == ["in"] * 40


@pytest.mark.usefixtures("jane")
async def test_signing_out_ends_the_session_everywhere(office: Office) -> None:
    signed_in, other = await enter(office.services), await enter(office.services)
    elsewhere = office.process()
    elsewhere.sessions.read(signed_in.token)
    await sign_out(office.services, signed_in.identity)
    with pytest.raises(Refused):
        office.services.sessions.read(signed_in.token)
    # The announcement did not reach the other process. Its periodic job finds the end and reports it to the sockets.
    ended: list[Any] = []
    elsewhere.sessions.on_end(lambda *what: ended.append(what))
    await refresh_revocations(elsewhere)
    with pytest.raises(Refused):
        elsewhere.sessions.read(signed_in.token)
    assert ended == [(office.org_id, signed_in.identity.jti, None, None)]
    elsewhere.sessions.read(other.token)


async def test_a_disabled_member_of_staff_is_out_at_once(office: Office, jane: dict[str, Any]) -> None:
    signed_in = await enter(office.services)
    await set_enabled(office.services, Actor(office.org_id), jane["staff_id"], enabled=False)
    with pytest.raises(Refused):
        office.services.sessions.read(signed_in.token)
    assert await outcome(office.services) == "INVALID_CREDENTIALS"
    fresh = office.process()
    await refresh_revocations(fresh)
    with pytest.raises(Refused):
        fresh.sessions.read(signed_in.token)
    await set_enabled(office.services, Actor(office.org_id), jane["staff_id"], enabled=False)
    with pytest.raises(Refused) as refusal:
        await set_enabled(office.services, Actor(office.org_id), jane["staff_id"] + 1, enabled=False)
    assert refusal.value.reason is Reason.STAFF_NOT_FOUND


@pytest.mark.usefixtures("jane")
async def test_rows_that_ran_out_are_cleared_away(office: Office) -> None:
    await sign_out(office.services, (await enter(office.services)).identity)
    await outcome(office.services, WRONG)
    office.services.clock.advance(LIFETIME.total_seconds() + 1)
    await drop_ended_access(office.services)
    for table in ("revoked_sessions", "sign_in_attempts"):
        assert await count_rows(office.services.database, table) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "JANE"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a\x00"}, "username"),
        ({"name": " "}, "name"),
        ({"role": "ROOT"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "\ud800" * 9}, "password"),
        ({"password": None}, "password"),
        ({"pin": "123"}, "pin"),
        ({"pin": "12a456"}, "pin"),
        ({"pin": "7351"}, "pin"),
        ({"pin": "123456"}, "pin"),
        ({"pin": "735", "weak_pin": True}, "pin"),
        ({"venue_id": 2**40}, "venue_id"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("jane")
async def test_staff_that_cannot_be_added_is_refused_by_field(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    wanted = {
        "org_id": office.org_id,
        "username": "ann",
        "role": "OPERATOR",
        "name": "Ann",
        "password": RIGHT,
        **changes,
    }
    with pytest.raises(Refused) as refusal:
        await add_staff(office.services, **wanted)
    assert refusal.value.reason is Reason.INVALID_REQUEST
    assert [error["field"] for error in refusal.value.details["errors"]] == [field]


@pytest.mark.parametrize("pin", ["7351", "123456"])
async def test_a_weak_pin_is_taken_by_a_command_that_says_so(office: Office, pin: str) -> None:
    wanted = {"org_id": office.org_id, "username": "ann", "role": "OPERATOR", "name": "Ann", "pin": pin}
    await add_staff(office.services, **wanted, weak_pin=True)
    assert (await sign_in(office.services, username="ann", pin=pin)).token


async def loop_turns_meanwhile(monkeypatch: pytest.MonkeyPatch, hashing: Callable[[str], Awaitable[Any]]) -> bool:
    """Return whether the event loop makes a thousand turns while twenty secrets are hashed.

    No hash ends before these turns are made. On the loop's own thread, where they cannot be made, each hash gives up
    after 10 ms.
    """
    turned = threading.Event()

    class Waiting:
        def hash(self, secret: str) -> bool:
            return turned.wait(0.01 if threading.current_thread() is threading.main_thread() else 60)

    monkeypatch.setattr(passwords, "_HASHER", Waiting())
    running = asyncio.gather(*(hashing(f"secret {n}") for n in range(20)))
    for _ in range(1000):
        await asyncio.sleep(0)
    assert not running.done() or not all(running.result())
    turned.set()
    return all(await running)


async def test_hashing_does_not_hold_up_the_loop(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await loop_turns_meanwhile(monkeypatch, office.services.passwords.hash)


async def test_hashing_on_the_loop_itself_holds_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: hashing on the loop's own thread blocks the loop."""

    async def hash_here(secret: str) -> Any:
        return passwords._HASHER.hash(secret)

    assert not await loop_turns_meanwhile(monkeypatch, hash_here)


# ---- Locks that follow one another


class HeldHasher:
    """Takes no time for `RIGHT`, which fits. No other comparison ends before `release`, and then it fails."""

    def __init__(self) -> None:
        self._released, self.compared = threading.Event(), 0

    def release(self) -> None:
        self._released.set()

    def verify(self, stored: str, secret: str) -> bool:
        self.compared += 1
        return secret == RIGHT or not self._released.wait(60)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldHasher]:
    hasher = HeldHasher()
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    yield hasher
    hasher.release()


@pytest.fixture
def quick(held: HeldHasher) -> None:
    """No comparison takes the time of a hash."""
    held.release()


async def locked_for(services: Services, name: str = "jane") -> int:
    """Fail until the name is locked, and return for how many seconds."""
    for _ in range(5):
        assert await outcome(services, WRONG, name) == "INVALID_CREDENTIALS"
    with pytest.raises(Refused) as refusal:
        await enter(services, RIGHT, name)
    return int(refusal.value.details["retry_after"])


@pytest.mark.usefixtures("jane", "quick")
@pytest.mark.parametrize("name", ["jane", "nobody"])
async def test_every_further_lock_is_twice_as_long_and_a_right_secret_begins_at_the_first(
    office: Office, name: str
) -> None:
    services, locks = office.services, []
    for _ in range(5):
        locks.append(await locked_for(services, name))
        services.clock.advance(locks[-1] + 1)
        await drop_ended_access(services)  # deletes nothing that counts
    assert [round(seconds / 60) for seconds in locks] == [15, 30, 60, 120, 120]
    if name == "jane":
        assert await outcome(services) == "in"
        assert round(await locked_for(services) / 60) == 15


@pytest.mark.usefixtures("jane", "quick")
async def test_a_quiet_day_forgets_the_locks(office: Office) -> None:
    services = office.services
    for minutes in (15, 30):
        assert round(await locked_for(services) / 60) == minutes
        services.clock.advance(minutes * 60 + 1)
    services.clock.advance(24 * 3600 - 60)
    await drop_ended_access(services)
    assert await count_rows(services.database, "sign_in_attempts") == 1
    services.clock.advance(60)
    assert round(await locked_for(services) / 60) == 15
    services.clock.advance(25 * 3600)
    await drop_ended_access(services)
    assert await count_rows(services.database, "sign_in_attempts") == 0


@pytest.mark.usefixtures("jane", "quick")
async def test_a_lock_from_a_clock_that_was_ahead_is_over_when_the_clock_is_right_again(office: Office) -> None:
    services = office.services
    for _ in range(4):
        await outcome(services, WRONG)
    services.clock.advance(7200)
    await locked_for(services)
    services.clock.advance(-7200)
    assert await outcome(services) == "in"
    await locked_for(services)
    services.clock.advance(-600)
    assert await outcome(services) == "in", "15 minutes from then are longer than a first lock"
    services.clock.advance(7200)
    for _ in range(4):
        await outcome(services, WRONG)
    services.clock.advance(-7200)
    assert [await outcome(services, WRONG) for _ in range(5)] == ["INVALID_CREDENTIALS"] * 5


@pytest.mark.usefixtures("jane", "quick")
async def test_the_third_lock_in_a_row_is_counted_for_alerts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    alert_metrics = AlertMetrics()
    monkeypatch.setattr(telemetry, "alert_metrics", alert_metrics)
    counts = []
    for _ in range(4):
        office.services.clock.advance(await locked_for(office.services) + 1)
        counted = await alert_metrics.gather(office.services.redis, 15)
        counts.append(counted[at("names_locked", office.org_id, 0)])
    assert counts == [0, 0, 1, 2]


# ---- Admission


async def guess(services: Services, name: str, address: str) -> str:
    try:
        await sign_in(services, username=name, password=WRONG, address=ip_address(address))
    except Refused as refused:
        return refused.reason.value
    return "in"


@pytest.mark.usefixtures("jane")
async def test_a_known_device_signs_in_while_unknown_ones_from_everywhere_wait(
    office: Office, held: HeldHasher
) -> None:
    cookie = (await enter(office.services)).device_cookie
    guesses = [asyncio.create_task(guess(office.services, f"name{n}", f"10.0.{n % 100}.{n}")) for n in range(200)]
    try:
        async with asyncio.timeout(15):
            while held.compared < 2 or await count_rows(office.services.database, "sign_in_attempts") < AT_WORK:
                await asyncio.sleep(0.01)
            for _ in range(3):
                assert await outcome(office.services, cookie=cookie) == "in"
        assert [one.result() for one in guesses if one.done()] == []
    finally:
        held.release()
        answers = await asyncio.gather(*guesses)
    assert set(answers) == {"INVALID_CREDENTIALS"}


@pytest.mark.usefixtures("jane")
async def test_names_tried_from_one_network_reach_the_hash_as_often_as_its_rate_says(
    office: Office, held: HeldHasher
) -> None:
    held.release()
    services = replace(office.services, sign_in_admission=SignInAdmission(office.services.rate_limit, Rate(3, 60)))
    cookie = (await enter(services)).device_cookie
    held.compared = 0
    answers = [await guess(services, f"name{n}", f"192.0.2.{n}") for n in range(6)]
    assert answers == ["INVALID_CREDENTIALS"] * 3 + ["RATE_LIMITED"] * 3
    assert held.compared == 3
    assert await guess(services, "name9", "198.51.100.9") == "INVALID_CREDENTIALS"
    jane = {"username": "jane", "password": RIGHT, "address": ip_address("192.0.2.1")}
    with pytest.raises(Refused) as refusal:
        await sign_in(services, **jane)
    assert 1 <= refusal.value.details["retry_after"] <= 60
    assert (await sign_in(services, **jane, device_cookie=cookie)).token


@pytest.mark.usefixtures("jane", "quick")
async def test_a_whole_shift_signs_in_from_one_network(office: Office) -> None:
    services = replace(office.services, sign_in_admission=SignInAdmission(office.services.rate_limit, Rate(20, 60)))
    assert await asyncio.gather(*(outcome(services) for _ in range(40))) == ["in"] * 40


# ---- Several organisations


@pytest.fixture
async def elsewhere(office: Office) -> int:
    """Return another organisation with a Jane of its own."""
    org_id: int = await office.services.database.fetchval(VENUES.add_organisation, "Elsewhere")
    await add_staff(
        office.services,
        org_id=org_id,
        username="jane",
        role=Role.MANAGER,
        name="Jane Elsewhere",
        password="other secret",
    )
    office.services.venues.forget()
    return org_id


async def of(services: Services, organisation: int | str | None, secret: str) -> int | str:
    """Return the organisation that this sign-in leads to, or why it was refused."""
    named = None if organisation is None else str(organisation)
    try:
        signed_in = await sign_in(services, username="jane", password=secret, organisation=named)
    except Refused as refused:
        return refused.reason.value
    return signed_in.identity.org_id


@pytest.mark.usefixtures("jane")
async def test_a_name_of_two_organisations_signs_in_where_its_secret_fits(office: Office, elsewhere: int) -> None:
    assert await of(office.services, None, RIGHT) == office.org_id
    assert await of(office.services, None, "other secret") == elsewhere
    assert await of(office.services, None, WRONG) == "INVALID_CREDENTIALS"


@pytest.mark.usefixtures("jane")
async def test_a_named_organisation_takes_only_its_own_secret(office: Office, elsewhere: int) -> None:
    slug = (await read_row(office.services.database, "organisations", id=elsewhere))["slug"]
    assert await of(office.services, elsewhere, "other secret") == elsewhere
    assert await of(office.services, slug.upper(), "other secret") == elsewhere
    assert await of(office.services, slug, RIGHT) == "INVALID_CREDENTIALS"
    assert await of(office.services, "nowhere", RIGHT) == "INVALID_CREDENTIALS"


@pytest.mark.usefixtures("jane")
async def test_a_secret_that_fits_two_organisations_needs_one_named(office: Office, elsewhere: int) -> None:
    third = await office.services.database.fetchval(VENUES.add_organisation, "Third")
    await add_staff(office.services, org_id=third, username="JANE", role=Role.OPERATOR, name="J", password=RIGHT)
    office.services.venues.forget()
    assert await of(office.services, None, RIGHT) == "INVALID_CREDENTIALS"
    assert await of(office.services, third, RIGHT) == third
    assert await of(office.services, None, "other secret") == elsewhere


@pytest.mark.usefixtures("jane")
async def test_one_organisation_cannot_lock_the_name_of_another(office: Office, elsewhere: int) -> None:
    for _ in range(6):
        await of(office.services, elsewhere, WRONG)
    assert await of(office.services, elsewhere, "other secret") == "LOCKED_OUT"
    assert await of(office.services, office.org_id, RIGHT) == office.org_id
    for _ in range(6):
        await of(office.services, None, WRONG)
    assert await of(office.services, None, RIGHT) == "LOCKED_OUT"
    assert await of(office.services, office.org_id, RIGHT) == office.org_id


@pytest.mark.usefixtures("jane", "elsewhere")
async def test_every_attempt_without_an_organisation_takes_as_many_comparisons(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    verify = office.services.passwords.verify

    async def counted(stored: str | None, secret: str, **more: bool) -> bool:
        nonlocal compared
        compared += 1
        return await verify(stored, secret, **more)

    monkeypatch.setattr(office.services.passwords, "verify", counted)
    took = []
    for name in ("jane", "nobody"):
        compared = 0
        await outcome(office.services, WRONG, name)
        took.append(compared)
    assert took == [3, 3]
