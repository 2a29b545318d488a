"""What the audit log calls values that are stored as codes. A value without words here is shown as it is stored."""

from collections.abc import Mapping
from typing import Any

from hub.rules.venue_policies import POLICIES
from hub.text.languages import N_

_ACCEPTED = {
    "email": N_("By email address"),
    "username": N_("By username"),
    "linked": N_("By one sign-in with the password"),
}
_CHANGED = {"as before": N_("As before"), "another one": N_("Another one"), "changed": N_("Changed")}
_PERSONAL = ("name", "note", "email", "phone", "client_secret")
"""Fields of which the log keeps only whether they changed."""

_VALUES: Mapping[str, Mapping[str, str]] = {
    "mode": {"entry": N_("Entry only"), "exit": N_("Exit only"), "both": N_("Entry and exit"), "kiosk": N_("Kiosk")},
    "status": {
        "PENDING_PAYMENT": N_("Waiting for payment"), "INACTIVE": N_("Paid, not activated"), "ACTIVATED": N_("Active, not booked"),
        "RESERVED": N_("Booked"), "VERIFIED": N_("Admitted"), "EXPIRED": N_("Expired"), "CANCELLED": N_("Cancelled"),
        "PAID": N_("Paid"), "ACTIVE": N_("Open"), "CLOSED": N_("Closed"), "PENDING": N_("Not confirmed yet"),
        "CONFIRMED": N_("Confirmed"), "CHECKED_IN": N_("Checked in"), "DRAFT": N_("Draft"), "PUBLISHED": N_("Published"),
        "ARCHIVED": N_("Archived"),
    },
    "order": {"CANCELLED": N_("Cancelled")},
    "role": {"OPERATOR": N_("Operator"), "MANAGER": N_("Manager"), "ADMIN": N_("Administrator"), "OWNER": N_("Owner")},
    "wipe": {"after_sync": N_("After it has sent its scans"), "now": N_("At once")},
    "way": {
        "move": N_("Move everybody to another slot"), "choose": N_("Let them choose another time"),
        "tell": N_("Tell them that it is cancelled"),
    },
    "activation_mode": {"immediate": N_("At once, when it is paid"), "deferred": N_("When its holder activates it")},
    "channel": {"direct": N_("Own sale"), "mini_program": N_("Mini program"), "ota": N_("Travel agency")},
    "language": {"en": N_("English"), "zh-Hans": N_("Simplified Chinese")},
    "require_second_factor": {
        "none": N_("Nobody"), "administrators": N_("Administrators"), "passwords": N_("Everybody who signs in with a password"),
        "everybody": N_("Everybody, also with a PIN"),
    },
    "passwords": {"everybody": N_("Everybody"), "administrators": N_("Administrators only"), "nobody": N_("Nobody")},
    "match": _ACCEPTED,
    "set": {"password": N_("Password"), "PIN": N_("PIN")},
    "by": {"account": N_("Your account"), "invitation": N_("Invitation"), "reset": N_("Link to a new password")},
    **dict.fromkeys(_PERSONAL, _CHANGED),
}  # fmt: skip
_POLICIES = {policy.column: policy for policy in POLICIES}


def words_of_value(field: str, value: Any) -> str | None:
    """Return the English words of a stored value, or None if it is shown as it is."""
    if (policy := _POLICIES.get(field)) is not None and policy.choices and policy.type.choices:
        words = dict(zip(policy.type.choices, policy.choices, strict=True))
        return words.get(policy.text_of(value))
    return _VALUES.get(field, {}).get(value) if isinstance(value, str) else None
