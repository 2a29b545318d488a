"""A reset by an administrator: audited, told by mail, and never of a higher role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from hub.access.roles import Role
from hub.actions.audit.actor import Actor
from hub.actions.staff.accounts import add_staff
from hub.actions.staff.sign_in_security import list_people, reset_second_factor
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.mail_outbox import read_outbox
from tests.support.second_factors import read_second_factor, set_up
from tests.support.staff import change_staff

if TYPE_CHECKING:
    from tests.actions.staff.conftest import Office


async def hire(office: Office, username: str, role: Role = Role.MANAGER) -> int:
    added = await add_staff(
        office.services, org_id=office.org_id, username=username, role=role, name="Jane Smith", pin="246810"
    )
    return int(added["staff_id"])


async def test_a_reset_is_logged_and_the_person_learns_of_it(office: Office) -> None:
    jane = await hire(office, "jane")
    await set_up(office.services, office.org_id, jane)
    await change_staff(office.services.database, jane, email="jane@example.com")
    by = Actor(office.org_id, None, 9, "Ann", "page", "192.0.2.7")
    await reset_second_factor(office.services, by, jane, role=Role.ADMIN, dry_run=True)
    assert await read_second_factor(office.services.database, staff_id=jane)
    await reset_second_factor(office.services, by, jane, role=Role.ADMIN)
    assert await read_second_factor(office.services.database, staff_id=jane) is None
    (mail,) = await read_outbox(office.services.database)
    assert (mail["kind"], mail["recipient"], mail["language"]) == (
        "staff.second_factor_reset",
        "jane@example.com",
        "en",
    )
    assert orjson.loads(mail["payload"])["by"] == "Ann"
    assert [(row["action"], row["staff_name"]) for row in await read_audit_log(office.services.database)][-1:] == [
        ("second_factor.reset", "Ann")
    ]


async def test_nobody_resets_a_higher_role_and_what_is_not_there(office: Office) -> None:
    boss, jane = await hire(office, "boss", Role.ADMIN), await hire(office, "jane")
    await set_up(office.services, office.org_id, boss)
    by = Actor(office.org_id)
    for staff_id, reason in (
        (boss, Reason.FORBIDDEN),
        (jane, Reason.SECOND_FACTOR_NOT_FOUND),
        (2**40, Reason.NOT_FOUND),
    ):
        with pytest.raises(Refused) as refusal:
            await reset_second_factor(office.services, by, staff_id, role=Role.MANAGER)
        assert refusal.value.reason is reason


async def test_the_list_has_pages_and_both_filters(office: Office) -> None:
    people = [await hire(office, f"jane-{n}") for n in range(5)]
    await set_up(office.services, office.org_id, people[1])
    by = Actor(office.org_id)
    first = await list_people(office.services, by, limit=3)
    second = await list_people(office.services, by, before=first.next, limit=3)
    assert [one.staff_id for one in (*first.people, *second.people)] == people[::-1]
    assert second.next is None
    with_one = await list_people(office.services, by, has_second_factor=True)
    assert [(one.staff_id, one.recovery_codes_left) for one in with_one.people] == [(people[1], 10)]
    assert len((await list_people(office.services, by, has_second_factor=False)).people) == 4
