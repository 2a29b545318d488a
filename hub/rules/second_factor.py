"""Who needs a second factor at sign-in, and who may sign in with a password at all."""

from enum import StrEnum


class Requirement(StrEnum):
    """Whose sign-in an organisation requires a second factor for."""

    NONE = "none"
    ADMINISTRATORS = "administrators"
    PASSWORDS = "passwords"
    """Administrators, and everybody else who signs in with a password. PINs of operators and managers stay as they are."""
    EVERYBODY = "everybody"


class PasswordUse(StrEnum):
    """Who may sign in with a password beside the organisation's provider. PINs are not concerned."""

    EVERYBODY = "everybody"
    ADMINISTRATORS = "administrators"
    NOBODY = "nobody"


class Asked(StrEnum):
    NOTHING = "nothing"
    CODE = "code"
    ENROLMENT = "enrolment"


def what_is_asked(
    requirement: Requirement, *, has_one: bool, by_pin: bool, administrator: bool, operator: bool
) -> Asked:
    """Return what stands between the right password or PIN and a session.

    Whoever has a second factor is asked for it, even if it is not required. An operator's PIN at the gate is the exception:
    it opens nothing but the scanner, and a code would hold up the queue.
    """
    if has_one and not (by_pin and operator and requirement is not Requirement.EVERYBODY):
        return Asked.CODE
    required = {
        Requirement.NONE: False,
        Requirement.ADMINISTRATORS: administrator,
        Requirement.PASSWORDS: administrator or not by_pin,
        Requirement.EVERYBODY: True,
    }[requirement]
    return Asked.ENROLMENT if required and not has_one else Asked.NOTHING


def is_newly_asked(
    before: Requirement, after: Requirement, *, has_one: bool, has_password: bool, has_pin: bool, administrator: bool,
    operator: bool,
) -> bool:  # fmt: skip
    """Return whether another requirement asks this person for more than a password or PIN where the one before did not."""

    def is_asked(requirement: Requirement, *, by_pin: bool) -> bool:
        asked = what_is_asked(
            requirement, has_one=has_one, by_pin=by_pin, administrator=administrator, operator=operator
        )
        return asked is not Asked.NOTHING

    ways = [by_pin for by_pin, has in ((False, has_password), (True, has_pin)) if has]
    return any(is_asked(after, by_pin=way) and not is_asked(before, by_pin=way) for way in ways)


def may_use_password(use: PasswordUse, *, provider_worked: bool, administrator: bool, owner: bool) -> bool:
    """Return whether a right password signs in. `provider_worked`: an administrator has signed in by the provider.

    An owner always may. So a broken provider locks nobody out for good.
    """
    if not provider_worked or owner:
        return True
    return {
        PasswordUse.EVERYBODY: True,
        PasswordUse.ADMINISTRATORS: administrator,
        PasswordUse.NOBODY: False,
    }[use]
