"""The exports of other shops: recognised by their headers, and mapped as their columns are meant."""

from __future__ import annotations

import pytest

from hub.rules.shop_exports import shop_of
from hub.rules.ticket_lines import guess_mapping, mapping_problem

PRETIX = ("Order code,Attendee name,Attendee name: Given name,Attendee name: Family name,Product,Price,Checked in,Checked out,"
          "Automatically checked in,Paid,Secret,E-mail,Phone number,Company,Voucher code,Order date,Requires special attention,Comment")  # fmt: skip
EVENTBRITE = ("Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Barcode #,Group,Order Type,"
              "Currency,Total Paid,Fees Paid,Attendee Status,Cell Phone")  # fmt: skip
HI_EVENTS = (
    "ID,First Name,Last Name,Email,Status,Is Checked In,Ticket ID,Ticket Name,Event ID,Public ID,Short ID,Created Date"
)


@pytest.mark.parametrize(
    ("headers", "name", "columns"),
    [
        (PRETIX, "pretix", {"Secret": "code", "Order code": "order", "Attendee name": "name", "Product": "product", "E-mail": "email",
                            "Phone number": "phone", "Paid": "status"}),
        (EVENTBRITE, "Eventbrite", {"Barcode #": "code", "Order #": "order", "First Name": "first_name", "Last Name": "last_name",
                                    "Email": "email", "Ticket Type": "product", "Attendee Status": "status", "Cell Phone": "phone"}),
        (HI_EVENTS, "Hi.Events", {"Public ID": "code", "First Name": "first_name", "Last Name": "last_name", "Email": "email",
                                  "Status": "status", "Ticket Name": "product"}),
    ],
)  # fmt: skip
def test_an_export_is_recognised_and_its_columns_are_what_the_shop_means(
    headers: str, name: str, columns: dict[str, str]
):
    names = headers.split(",")
    mapping, shop = guess_mapping(names)
    assert shop is not None
    assert shop.name == name
    assert {header: column for header, column in zip(names, mapping, strict=True) if column} == columns
    assert mapping_problem(mapping, shop) is None


def test_the_newer_headers_of_hi_events_name_one_product():
    headers = "ID,First Name,Last Name,Email,Status,Is Checked In,Checked In At,Product ID,Product Name,Event ID,Public ID,Short ID,Notes"
    mapping, shop = guess_mapping(headers.split(","))
    named = {header: column for header, column in zip(headers.split(","), mapping, strict=True) if column}
    assert (named["Product Name"], named["Public ID"], "Product ID" in named) == ("product", "code", False)
    assert mapping_problem(mapping, shop) is None


@pytest.mark.parametrize(("headers", "left_out"), [(PRETIX, "Secret"), (EVENTBRITE, "Barcode #")])
def test_an_export_without_the_codes_says_how_to_get_them(headers: str, left_out: str):
    mapping, shop = guess_mapping([header for header in headers.split(",") if header != left_out])
    assert shop is not None
    assert mapping_problem(mapping, shop) == shop.missing


def test_a_file_of_nobody_is_no_shops():
    assert shop_of(["code", "name", "Order code"]) is None
    assert guess_mapping(["Barcode", "Surname", "Attendee Status"])[0] == ["code", "last_name", "status"]


def test_two_columns_of_one_meaning_are_for_a_person_to_choose_from():
    mapping, _ = guess_mapping(["code", "Ticket number", "name"])
    assert mapping == ["code", "code", "name"]
    assert mapping_problem(mapping) == "Two columns are the code: choose one of them"
