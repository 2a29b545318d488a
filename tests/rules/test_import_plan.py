"""The plan of an import: what a line does to the ticket that has its code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.rules.import_plan import StandingTicket, fields_after, plan_line
from hub.rules.ticket_lines import FIELDS, TicketRow

STANDING = StandingTicket(7, "X-1", "ACTIVATED", "direct", "Ada", "ada@example.com", "+390612345678", 3, "A-1", False)
SAME = TicketRow(
    2, "X-1", "A-1", "Adult", "direct", "ACTIVATED", "Ada", "ada@example.com", "+390612345678", frozenset(FIELDS)
)


def test_a_code_that_nobody_has_is_added():
    assert plan_line(SAME, None, 3).kind == "add"


def test_a_line_that_says_what_is_stored_changes_nothing():
    assert plan_line(SAME, STANDING, 3).kind == "same"


def test_a_line_changes_only_what_it_gives():
    row = replace(SAME, name=None, email=None, phone="+390687654321", given=frozenset({"code", "phone"}))
    planned = plan_line(row, STANDING, 99)
    assert (planned.kind, planned.changes) == ("change", {"phone": ("+390612345678", "+390687654321")})


@pytest.mark.parametrize(
    ("stored", "wanted", "kind"),
    [
        ("PENDING_PAYMENT", "ACTIVATED", "change"),
        ("PENDING_PAYMENT", "INACTIVE", "change"),
        ("INACTIVE", "ACTIVATED", "change"),
        ("ACTIVATED", "INACTIVE", "same"),
        ("RESERVED", "ACTIVATED", "same"),
        ("VERIFIED", "ACTIVATED", "same"),
        ("EXPIRED", "ACTIVATED", "same"),
        ("ACTIVATED", "PENDING_PAYMENT", "refuse"),
        ("CANCELLED", "ACTIVATED", "refuse"),
        ("CANCELLED", "CANCELLED", "same"),
        ("PENDING_PAYMENT", "CANCELLED", "cancel"),
        ("RESERVED", "CANCELLED", "cancel"),
        ("VERIFIED", "CANCELLED", "cancel"),
    ],
)
def test_a_file_pays_activates_and_cancels_but_takes_nothing_back(stored: str, wanted: str, kind: str):
    assert plan_line(replace(SAME, status=wanted), replace(STANDING, status=stored), 3).kind == kind


def test_a_status_that_the_line_does_not_give_cancels_and_activates_nothing():
    row = replace(SAME, given=frozenset(FIELDS) - {"status"})
    assert plan_line(row, replace(STANDING, status="PENDING_PAYMENT"), 3).kind == "same"


def test_a_ticket_that_this_import_has_cancelled_counts_as_cancelled_when_it_is_tried_again():
    row, standing = replace(SAME, status="CANCELLED"), replace(STANDING, status="CANCELLED", cancelled_here=True)
    assert (plan_line(row, standing, 3).kind, plan_line(row, standing, 3).changes) == ("cancel", {})


@pytest.mark.parametrize(
    ("row", "standing", "field"),
    [
        (SAME, replace(STANDING, channel="booking"), "code"),
        (SAME, replace(STANDING, channel="guest"), "code"),
        (SAME, replace(STANDING, is_elsewhere=True), "code"),
        (replace(SAME, order="B-9"), STANDING, "order"),
        (replace(SAME, channel="ota"), replace(STANDING, status="RESERVED"), "channel"),
        (replace(SAME, product="Child"), replace(STANDING, status="VERIFIED", product_id=4), "product"),
    ],
)
def test_what_a_line_may_not_do_is_an_error_of_its_field(row: TicketRow, standing: StandingTicket, field: str):
    planned = plan_line(row, standing, 3)
    assert (planned.kind, [name for name, _ in planned.errors]) == ("refuse", [field])


def test_a_ticket_that_nobody_has_booked_may_become_one_of_another_product():
    planned = plan_line(replace(SAME, product="Child"), replace(STANDING, product_id=4, product="Adult"), None)
    assert planned.changes == {"product": ("Adult", "Child")}


@pytest.mark.parametrize(
    ("row", "standing", "after"),
    [
        (replace(SAME, status="CANCELLED", name="Bea"), STANDING, {"status": "CANCELLED", "name": "Ada"}),
        (replace(SAME, name=None, given=frozenset({"code"})), STANDING, {"status": "ACTIVATED", "name": "Ada"}),
        (SAME, replace(STANDING, status="VERIFIED"), {"status": "VERIFIED", "name": "Ada"}),
        (replace(SAME, name="Bea"), STANDING, {"status": "ACTIVATED", "name": "Bea"}),
        (replace(SAME, name="Bea"), None, {"status": "ACTIVATED", "name": "Bea"}),
        (replace(SAME, name="Bea", order="B-9"), STANDING, {"status": "ACTIVATED", "name": "Bea"}),
    ],
    ids=["cancelled", "empty cell", "used", "changed", "new", "refused"],
)
def test_a_line_is_shown_as_its_ticket_will_be(row: TicketRow, standing: StandingTicket | None, after: dict[str, str]):
    shown = fields_after(row, standing, plan_line(row, standing, 3))
    assert {name: shown[name] for name in after} == after
