"""Who is asked for a second factor, and who may use a password."""

from __future__ import annotations

from itertools import product

import pytest

from hub.rules.second_factor import (
    Asked,
    PasswordUse,
    Requirement,
    is_newly_asked,
    may_use_password,
    what_is_asked,
)

# (requirement, by_pin, who) of everybody who must set one up.
MUST = {
    ("administrators", False, "administrator"), ("administrators", True, "administrator"),
    ("passwords", False, "administrator"), ("passwords", True, "administrator"), ("passwords", False, "operator"),
    ("passwords", False, "manager"),
    *product(["everybody"], [False, True], ["operator", "manager", "administrator"]),
}  # fmt: skip
CASES = list(product(Requirement, [False, True], ["operator", "manager", "administrator"]))


@pytest.mark.parametrize(("requirement", "by_pin", "who"), CASES)
def test_who_has_none_sets_one_up_where_it_is_required(requirement: Requirement, by_pin: bool, who: str) -> None:
    asked = ask(requirement, by_pin, who, has_one=False)
    assert asked is (Asked.ENROLMENT if (requirement.value, by_pin, who) in MUST else Asked.NOTHING)


@pytest.mark.parametrize(("requirement", "by_pin", "who"), CASES)
def test_who_has_one_is_asked_except_for_an_operators_pin_at_the_gate(
    requirement: Requirement, by_pin: bool, who: str
) -> None:
    exempt = by_pin and who == "operator" and requirement.value != "everybody"
    assert ask(requirement, by_pin, who, has_one=True) is (Asked.NOTHING if exempt else Asked.CODE)


@pytest.mark.parametrize(("before", "after"), list(product(Requirement, Requirement)))
def test_only_a_stricter_requirement_asks_who_was_not_asked_before(before: Requirement, after: Requirement) -> None:
    stricter = list(Requirement).index(after) > list(Requirement).index(before)
    facts = {"administrator": False, "operator": False}

    def newly(**others: bool) -> bool:
        return is_newly_asked(
            before, after, **{"has_one": False, "has_password": True, "has_pin": True, **facts, **others}
        )

    assert newly(administrator=True) is (stricter and before is Requirement.NONE)
    assert newly() is (stricter and after in (Requirement.PASSWORDS, Requirement.EVERYBODY))
    assert newly(has_password=False) is (stricter and after is Requirement.EVERYBODY)
    assert newly(has_one=True, operator=True) is (stricter and after is Requirement.EVERYBODY), "a PIN was enough"
    assert not newly(has_one=True)
    assert not newly(has_password=False, has_pin=False), "whoever comes by the provider alone"


def ask(requirement: Requirement, by_pin: bool, who: str, *, has_one: bool) -> Asked:
    return what_is_asked(
        requirement, has_one=has_one, by_pin=by_pin, administrator=who == "administrator", operator=who == "operator"
    )


@pytest.mark.parametrize("use", PasswordUse)
def test_before_the_provider_has_worked_and_for_an_owner_passwords_stay(use: PasswordUse) -> None:
    for administrator in (False, True):
        assert may_use_password(use, provider_worked=False, administrator=administrator, owner=False)
    assert may_use_password(use, provider_worked=True, administrator=True, owner=True)


@pytest.mark.parametrize(
    ("use", "others", "administrators"),
    [("everybody", True, True), ("administrators", False, True), ("nobody", False, False)],
)
def test_afterwards_the_setting_decides(use: str, others: bool, administrators: bool) -> None:
    found = [
        may_use_password(PasswordUse(use), provider_worked=True, administrator=one, owner=False)
        for one in (False, True)
    ]
    assert found == [others, administrators]
