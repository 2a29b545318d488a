"""Responses about the policies of a venue, and about what the scans of a day would have been under others."""

from datetime import date
from typing import Any, Literal

from hub.rules.venue_policies import PolicyGroup
from web.api.responses import Colour, Done, Response


class PolicyFields(Response):
    name: str
    """The field of `PATCH`."""
    group: PolicyGroup
    label: str
    sentence: str
    """What it changes."""
    noticed_by: str
    """Who will notice another value."""
    choices: list[str] | None
    """The values, if it has only these."""
    value_type: str | None
    """What stands for the value: M minutes, H hours, P percent, A,A addresses; null if there are `choices`."""
    off: str | None
    """The word for no limit; its value is null."""
    default: Any
    value: Any
    decides_scans: bool
    """Whether a dry run tells its effect on the scans of today and yesterday."""


class VenuePoliciesFields(Response):
    venue_id: int
    venue: str
    version: int
    """Counts the changes of the venue. `If-Match` names it."""
    policies: list[PolicyFields]


class VenuePoliciesAnswer(Done):
    data: VenuePoliciesFields


class ChangedScansFields(Response):
    from_result: Colour
    from_reason: str
    to_result: Colour
    to_reason: str
    scans: int


class PolicyEffectFields(Response):
    date: date
    """A day of the venue: today so far, or yesterday."""
    scans: int
    results: dict[Literal["GREEN", "YELLOW", "RED"], int]
    """The scans as they were, by colour."""
    changed: list[ChangedScansFields]
    """Those that would have had another verdict, each decided by itself."""
    undecided: int
    """Those that cannot be told, because the log lacks a fact or the slot was moved since."""


class ChangedPoliciesFields(VenuePoliciesFields):
    effects: list[PolicyEffectFields]
    """For a dry run that changes how scans are decided: today and yesterday."""
    alert_webhook_secret: str | None
    """Set after `alert_webhook_url` was set. It is not shown again."""
    dry_run: bool


class ChangedPoliciesAnswer(Done):
    data: ChangedPoliciesFields
