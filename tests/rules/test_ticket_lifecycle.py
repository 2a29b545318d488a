"""The ticket lifecycle: every status against every action."""

import pytest

from hub.rules.ticket_lifecycle import Action, TicketStatus, after, may

ALLOWED = {
    ("PENDING_PAYMENT", "pay_immediate", "ACTIVATED"),
    ("PENDING_PAYMENT", "pay_deferred", "INACTIVE"),
    ("INACTIVE", "activate", "ACTIVATED"),
    ("ACTIVATED", "reserve", "RESERVED"),
    ("RESERVED", "move", "RESERVED"),
    ("RESERVED", "release", "ACTIVATED"),
    ("RESERVED", "verify", "VERIFIED"),
    ("ACTIVATED", "verify", "VERIFIED"),
    ("RESERVED", "override", "VERIFIED"),
    ("ACTIVATED", "override", "VERIFIED"),
    ("EXPIRED", "override", "VERIFIED"),
    ("VERIFIED", "undo_entry", "RESERVED"),
    ("RESERVED", "expire", "EXPIRED"),
    ("ACTIVATED", "expire", "EXPIRED"),
    ("INACTIVE", "expire", "EXPIRED"),
    *((status, "cancel", "CANCELLED") for status in TicketStatus if status != "CANCELLED"),
}


@pytest.mark.parametrize("status", TicketStatus)
@pytest.mark.parametrize("action", Action)
def test_an_action_is_allowed_only_where_the_table_says(status, action):
    expected = {target for start, name, target in ALLOWED if start == status and name == action}
    assert after(status, action) == (expected.pop() if expected else None)
    assert may(status, action) == (after(status, action) is not None)


def test_activation_is_irreversible():
    assert not any(target == TicketStatus.INACTIVE for start, _, target in ALLOWED if start != "PENDING_PAYMENT")


def test_a_cancelled_ticket_stays_cancelled():
    assert not any(may(TicketStatus.CANCELLED, action) for action in Action)


def test_an_ota_ticket_keeps_its_status_through_a_reservation():
    for action in (Action.RESERVE, Action.MOVE, Action.RELEASE):
        assert after("ACTIVATED", action, "ota") == "ACTIVATED"
    assert after("ACTIVATED", Action.VERIFY, "ota") == "VERIFIED"
    assert after("VERIFIED", Action.UNDO_ENTRY, "ota") == "ACTIVATED"
    assert after("ACTIVATED", Action.RESERVE, "mini_program") == "RESERVED"


def test_undoing_a_walk_in_gives_the_ticket_back_without_a_reservation():
    assert after("VERIFIED", Action.UNDO_ENTRY, has_reservation=False) == "ACTIVATED"
    assert after("RESERVED", Action.UNDO_ENTRY, has_reservation=False) is None
