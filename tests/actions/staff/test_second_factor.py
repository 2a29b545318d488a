"""The second factor against real Postgres: set up, asked for, used once, renewed, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.staff.accounts import add_staff
from hub.actions.staff.second_factor import (
    SecondFactorAnswer,
    begin_enrolment,
    confirm_enrolment,
    read_standing,
    remove_second_factor,
    renew_recovery_codes,
    resume_enrolment,
)
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.second_factors import code_of, count_recovery_codes, read_second_factor, set_up

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office

RIGHT = "correct horse"


@pytest.fixture
async def jane(office: Office) -> Actor:
    added = await add_staff(
        office.services, org_id=office.org_id, username="Jane", role=Role.MANAGER, name="Jane Smith", password=RIGHT
    )
    return Actor(office.org_id, office.venue_id, added["staff_id"], "Jane Smith", "page", "192.0.2.7")


async def reason_of(action: Any) -> Reason:
    with pytest.raises(Refused) as refusal:
        await action
    return refusal.value.reason


async def test_the_first_code_sets_it_up_and_only_hashes_and_a_sealed_secret_are_stored(
    office: Office, jane: Actor
) -> None:
    begun = await begin_enrolment(office.services, jane)
    assert begun.url.startswith("otpauth://totp/Org:Jane?")
    assert begun.qr_code.startswith("data:image/png;base64,")
    assert begun.secret not in begun.token
    codes = await confirm_enrolment(
        office.services, jane, begun.token, code_of(begun.secret, office.services.clock.now())
    )
    row = await read_second_factor(office.services.database, staff_id=jane.staff_id)
    assert begun.secret.encode() not in row["secret"]
    assert len(codes) == 10
    assert (await read_standing(office.services, jane)).codes_left == 10
    logged = (await read_audit_log(office.services.database))[-1]
    assert (logged["action"], logged["subject_id"], logged["staff_name"], logged["client_ip"]) == (
        "second_factor.added", str(jane.staff_id), "Jane Smith", "192.0.2.7",
    )  # fmt: skip
    assert begun.secret not in str(logged)


async def test_a_wrong_code_sets_nothing_up_and_the_same_secret_is_shown_again(office: Office, jane: Actor) -> None:
    begun = await begin_enrolment(office.services, jane)
    assert (
        await reason_of(confirm_enrolment(office.services, jane, begun.token, "000000")) is Reason.SECOND_FACTOR_WRONG
    )
    again = await resume_enrolment(office.services, jane, begun.token)
    assert (again.secret, again.url) == (begun.secret, begun.url)
    office.services.clock.advance(20 * 60 + 1)
    code = code_of(begun.secret, office.services.clock.now())
    assert await reason_of(confirm_enrolment(office.services, jane, begun.token, code)) is Reason.SIGN_IN_STEP_EXPIRED
    assert await reason_of(resume_enrolment(office.services, jane, begun.token)) is Reason.SIGN_IN_STEP_EXPIRED
    assert await read_second_factor(office.services.database, staff_id=jane.staff_id) is None


async def test_an_enrolment_is_its_owners_alone_and_there_is_one(office: Office, jane: Actor) -> None:
    begun = await begin_enrolment(office.services, jane)
    code = code_of(begun.secret, office.services.clock.now())
    other = replace(jane, staff_id=(jane.staff_id or 0) + 1)
    assert await reason_of(confirm_enrolment(office.services, other, begun.token, code)) is Reason.SIGN_IN_STEP_EXPIRED
    await set_up(office.services, office.org_id, jane.staff_id or 0)
    assert await reason_of(begin_enrolment(office.services, jane)) is Reason.SECOND_FACTOR_EXISTS
    assert await reason_of(confirm_enrolment(office.services, jane, begun.token, code)) is Reason.SECOND_FACTOR_EXISTS


async def test_new_recovery_codes_need_a_code_and_end_the_old_ones(office: Office, jane: Actor) -> None:
    secret, old = await set_up(office.services, office.org_id, jane.staff_id or 0)
    wrong = SecondFactorAnswer(code="000000")
    assert await reason_of(renew_recovery_codes(office.services, jane, wrong)) is Reason.SECOND_FACTOR_WRONG
    next_code = SecondFactorAnswer(code=code_of(secret, office.services.clock.now(), 1))
    new = await renew_recovery_codes(office.services, jane, next_code)
    assert not set(new) & set(old)
    assert await count_recovery_codes(office.services.database, staff_id=jane.staff_id) == 10
    by_old = SecondFactorAnswer(recovery_code=old[0])
    assert await reason_of(renew_recovery_codes(office.services, jane, by_old)) is Reason.SECOND_FACTOR_WRONG
    await renew_recovery_codes(office.services, jane, SecondFactorAnswer(recovery_code=new[0]))


async def test_it_is_removed_by_password_and_code_together(office: Office, jane: Actor) -> None:
    secret, codes = await set_up(office.services, office.org_id, jane.staff_id or 0)
    answer = SecondFactorAnswer(code=code_of(secret, office.services.clock.now(), 1))
    remove = remove_second_factor
    assert await reason_of(remove(office.services, jane, "wrong", answer)) is Reason.INVALID_CREDENTIALS
    no_code = SecondFactorAnswer(code="000000")
    assert await reason_of(remove(office.services, jane, RIGHT, no_code)) is Reason.SECOND_FACTOR_WRONG
    await remove(office.services, jane, RIGHT, answer)
    assert await read_second_factor(office.services.database, staff_id=jane.staff_id) is None
    assert await count_recovery_codes(office.services.database, staff_id=jane.staff_id) == 0
    lost = SecondFactorAnswer(recovery_code=codes[0])
    assert await reason_of(remove(office.services, jane, RIGHT, lost)) is Reason.SECOND_FACTOR_NOT_FOUND
    assert [row["action"] for row in await read_audit_log(office.services.database)][1:] == [
        "second_factor.added", "second_factor.removed",
    ]  # fmt: skip
