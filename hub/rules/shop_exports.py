"""Exports of other ticket shops: which one wrote a file shows in its headers, and which column means what follows from it.

The headers are those of the English exports. `docs/import.md` lists them. A column that is named here wins over the usual spellings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.rules.column_names import plain_header


@dataclass(frozen=True, slots=True)
class ShopExport:
    """A shop's export. `marks` are headers that only it has together; `missing` says what to do where the code is not in the file."""

    key: str
    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, str]
    missing: str


PRETIX = ShopExport(
    "pretix", "pretix", ("Order code", "Attendee name", "Product"),
    {"Secret": "code", "Ticket secret": "code", "Order code": "order", "Product": "product", "Attendee name": "name",
     "Attendee email": "email", "E-mail": "email", "Email": "email", "Phone number": "phone", "Status": "status", "Paid": "status"},
    "pretix: export the check-in list, and tick “Include QR-code secret”",
)  # fmt: skip
EVENTBRITE = ShopExport(
    "eventbrite", "Eventbrite", ("Order #", "Attendee #", "Ticket Type"),
    {"Barcode #": "code", "Order #": "order", "Ticket Type": "product", "First Name": "first_name", "Last Name": "last_name",
     "Email": "email", "Cell Phone": "phone", "Attendee Status": "status"},
    "Eventbrite: add the column “Barcode #” to the attendee report",
)  # fmt: skip
HI_EVENTS = ShopExport(
    "hi.events", "Hi.Events", ("Public ID", "First Name", "Last Name", "Status"),
    {"Public ID": "code", "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Status": "status",
     "Ticket Name": "product", "Ticket": "product", "Product Name": "product", "Order ID": "order", "ID": "", "Short ID": "", "Ticket ID": ""},
    "Hi.Events: export the attendees again, with the column “Public ID”",
)  # fmt: skip
SHOPS = (PRETIX, EVENTBRITE, HI_EVENTS)


def shop_of(headers: Sequence[str]) -> ShopExport | None:
    """Return the shop whose marks are all among the headers; None for any other file."""
    plain = {plain_header(header) for header in headers}
    return next((shop for shop in SHOPS if plain.issuperset(map(plain_header, shop.marks))), None)


def shop_column(shop: ShopExport, header: str) -> str | None:
    """Return the column that a header means in this shop's export: "" for one that is not used, None for one it does not name."""
    named = {plain_header(one): column for one, column in shop.columns.items()}
    return named.get(plain_header(header))
