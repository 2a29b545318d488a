"""The second step of a sign-in: its challenge, codes that count once, and wrong ones that lock out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.staff.accounts import add_staff
from hub.actions.staff.change_people import set_enabled
from hub.actions.staff.new_session import SignedIn, SignInClient
from hub.actions.staff.second_factor import SecondFactorAnswer
from hub.actions.staff.second_step import finish_sign_in
from hub.actions.staff.sign_in import sign_in
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.negative_controls import sabotage
from tests.support.second_factors import code_of, set_sign_in, set_up
from tests.support.staff import change_staff

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

RIGHT, PIN = "correct horse", "246810"


class Jane:
    """A manager with a second factor, who signs in."""

    def __init__(self, office: Office, staff_id: int) -> None:
        self.office, self.staff_id = office, staff_id
        self.secret, self.codes = "", [""]

    async def set_up(self) -> Jane:
        self.secret, self.codes = await set_up(self.office.services, self.office.org_id, self.staff_id)
        return self

    def code(self, steps: int = 1) -> str:
        return code_of(self.secret, self.office.services.clock.now(), steps)

    async def challenge(self, *, pin: bool = False) -> dict[str, Any]:
        secret = {"pin": PIN} if pin else {"password": RIGHT}
        with pytest.raises(Refused) as refusal:
            await sign_in(self.office.services, username="jane", **secret)
        assert refusal.value.reason is Reason.SECOND_FACTOR_REQUIRED
        return refusal.value.details

    async def finish(self, challenge: str, code: str | None = None, recovery_code: str | None = None) -> SignedIn:
        return await finish_sign_in(
            self.office.services, challenge, SecondFactorAnswer(code, recovery_code), SignInClient()
        )

    async def outcome(self, challenge: str, code: str | None = None, recovery_code: str | None = None) -> str:
        try:
            await self.finish(challenge, code, recovery_code)
        except Refused as no:
            return no.reason.value
        return "in"


async def hire(office: Office, role: Role = Role.MANAGER) -> Jane:
    added = await add_staff(
        office.services, org_id=office.org_id, username="Jane", role=role, name="Jane Smith", password=RIGHT, pin=PIN
    )
    return Jane(office, added["staff_id"])


@pytest.fixture
async def jane(office: Office) -> Jane:
    return await (await hire(office)).set_up()


async def test_the_password_alone_opens_nothing_and_a_code_finishes_the_sign_in(office: Office, jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    with pytest.raises(Refused):
        office.services.sessions.read(challenge)
    signed_in = await jane.finish(challenge, jane.code())
    assert office.services.sessions.read(signed_in.token).staff_id == jane.staff_id
    assert signed_in.recovery_codes == ()
    assert office.services.sessions.devices.known_to(signed_in.device_cookie, f"{office.org_id}\njane")


async def test_a_code_beside_the_password_signs_in_at_once(office: Office, jane: Jane) -> None:
    answer = SecondFactorAnswer(code=jane.code())
    assert (await sign_in(office.services, username="jane", password=RIGHT, second_factor=answer)).token
    with pytest.raises(Refused) as refusal:
        await sign_in(office.services, username="jane", password=RIGHT, second_factor=answer)
    assert refusal.value.reason is Reason.SECOND_FACTOR_WRONG


async def test_a_managers_pin_does_not_go_round_it_and_an_operators_does_unless_all_are_asked(office: Office) -> None:
    jane = await (await hire(office)).set_up()
    challenge = (await jane.challenge(pin=True))["challenge"]
    assert await jane.outcome(challenge, jane.code()) == "in"
    await change_staff(office.services.database, jane.staff_id, role="OPERATOR")
    assert (await sign_in(office.services, username="jane", pin=PIN)).token
    await jane.challenge()
    await set_sign_in(office.services.database, office.org_id, require_second_factor="everybody")
    await jane.challenge(pin=True)


async def test_a_code_counts_once_and_the_neighbours_of_the_present_step_count_too(jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    later = jane.code(1)
    assert await jane.outcome(challenge, later) == "in"
    for used in (later, jane.code(0), jane.code(-1), jane.code(2)):
        assert await jane.outcome(challenge, used) == "SECOND_FACTOR_WRONG"
    jane.office.services.clock.advance(60)
    assert await jane.outcome((await jane.challenge())["challenge"], jane.code(0)) == "in"


async def test_two_processes_that_get_one_code_at_once_let_one_in(office: Office, jane: Jane) -> None:
    assert sorted(await both_with_one_code(office, jane)) == ["SECOND_FACTOR_WRONG", "in"]


async def test_without_the_guarded_write_both_would_be_let_in(
    office: Office, jane: Jane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the same race without the condition on the last step."""
    sabotage(monkeypatch, "staff/second_factors", "use_code", (" AND last_step < $3", " AND $3::bigint IS NOT NULL"))
    assert await both_with_one_code(office, jane) == ["in", "in"]


async def both_with_one_code(office: Office, jane: Jane) -> list[str]:
    challenge, code = (await jane.challenge())["challenge"], jane.code()

    async def enter(services: Any) -> str:
        try:
            await finish_sign_in(services, challenge, SecondFactorAnswer(code), SignInClient())
        except Refused as no:
            return no.reason.value
        return "in"

    return list(await asyncio.gather(enter(office.services), enter(office.process())))


async def test_a_recovery_code_counts_once_as_it_is_typed(jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    typed = jane.codes[3].upper().replace("-", "  ")
    assert await jane.outcome(challenge, recovery_code=typed) == "in"
    assert await jane.outcome(challenge, recovery_code=jane.codes[3]) == "SECOND_FACTOR_WRONG"
    assert await jane.outcome(challenge, recovery_code=jane.codes[4]) == "in"


async def test_five_wrong_codes_lock_the_name_out_even_with_the_right_password_between_them(jane: Jane) -> None:
    found = [await jane.outcome((await jane.challenge())["challenge"], "000000") for _ in range(5)]
    assert found == ["SECOND_FACTOR_WRONG"] * 5
    with pytest.raises(Refused) as refusal:
        await sign_in(jane.office.services, username="jane", password=RIGHT)
    assert refusal.value.reason is Reason.LOCKED_OUT


async def test_wrong_passwords_and_wrong_codes_add_up(jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    for _ in range(3):
        with pytest.raises(Refused):
            await sign_in(jane.office.services, username="jane", password="wrong")
    assert await jane.outcome(challenge, "000000") == "SECOND_FACTOR_WRONG"
    assert await jane.outcome(challenge, "000000") == "SECOND_FACTOR_WRONG"
    assert await jane.outcome(challenge, jane.code()) == "LOCKED_OUT"
    jane.office.services.clock.advance(15 * 60 + 1)
    assert await jane.outcome((await jane.challenge())["challenge"], jane.code()) == "in"


async def test_right_passwords_without_a_code_are_no_failures(jane: Jane) -> None:
    for _ in range(12):
        challenge = (await jane.challenge())["challenge"]
    assert await jane.outcome(challenge, jane.code()) == "in"


async def test_a_challenge_ends_with_its_time_a_new_password_and_the_account(office: Office, jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    assert await jane.outcome(challenge + "x", jane.code()) == "SIGN_IN_STEP_EXPIRED"
    other = await office.services.passwords.hash("another one")
    await change_staff(office.services.database, jane.staff_id, password_hash=other)
    assert await jane.outcome(challenge, jane.code()) == "SIGN_IN_STEP_EXPIRED"
    await change_staff(
        office.services.database, jane.staff_id, password_hash=await office.services.passwords.hash(RIGHT)
    )
    challenge = (await jane.challenge())["challenge"]
    await set_enabled(office.services, Actor(office.org_id), jane.staff_id, enabled=False)
    assert await jane.outcome(challenge, jane.code()) == "SIGN_IN_STEP_EXPIRED"


async def test_a_challenge_lasts_five_minutes(jane: Jane) -> None:
    challenge = (await jane.challenge())["challenge"]
    jane.office.services.clock.advance(5 * 60)
    assert await jane.outcome(challenge, jane.code()) == "SIGN_IN_STEP_EXPIRED"


async def test_who_must_have_one_sets_it_up_before_the_first_session(office: Office) -> None:
    jane = await hire(office, Role.ADMIN)
    await set_sign_in(office.services.database, office.org_id, require_second_factor="administrators")
    details = await jane.challenge()
    assert set(details["enrolment"]) == {"secret", "url", "qr_code"}
    jane.secret = details["enrolment"]["secret"]
    assert await jane.outcome(details["challenge"], "000000") == "SECOND_FACTOR_WRONG"
    signed_in = await jane.finish(details["challenge"], jane.code(0))
    assert len(signed_in.recovery_codes) == 10
    assert await jane.outcome(details["challenge"], jane.code(1)) == "SECOND_FACTOR_EXISTS"
    challenge = (await jane.challenge())["challenge"]
    assert await jane.outcome(challenge, recovery_code=signed_in.recovery_codes[0]) == "in"


async def test_after_a_change_of_the_key_codes_work_and_without_the_old_key_recovery_codes_do(
    office: Office, jane: Jane
) -> None:
    old = office.services.settings
    new = replace(old, secret_key=b"a new secret of at least thirty-two bytes", secret_key_previous=old.secret_key)
    during = replace(office.services, settings=new)
    after = replace(office.services, settings=replace(new, secret_key_previous=None))

    async def enter(services: Any, answer: SecondFactorAnswer) -> str:
        try:
            await sign_in(services, username="jane", password=RIGHT, second_factor=answer)
        except Refused as no:
            return no.reason.value
        return "in"

    assert await enter(during, SecondFactorAnswer(jane.code())) == "in"
    office.services.clock.advance(60)
    assert await enter(after, SecondFactorAnswer(jane.code())) == "SECOND_FACTOR_WRONG"
    assert await enter(after, SecondFactorAnswer(recovery_code=jane.codes[0])) == "in"
