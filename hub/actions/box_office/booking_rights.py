"""The right to book at the gate: by the venue's policy and the role of whoever stands there."""

from hub.access.roles import Role, at_least
from hub.rules.venue import Venue

_LEAST = {"managers": Role.MANAGER, "operators": Role.OPERATOR}


def may_book(venue: Venue, role: str) -> bool:
    """Return whether a role may book a place at this venue's door for a visitor who stands there."""
    least = _LEAST.get(venue.door_booking)
    return least is not None and at_least(role, least)
