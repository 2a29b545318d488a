"""The sections of the staff's menu: one row for each place in control room, records and administration, with the role that sees it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.text.languages import N_


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the menu. A template says which one it belongs to by `{% set here = "rooms" %}`.

    `everywhere`: only for those who may act at every venue.
    """

    key: str
    path: str
    label: str
    role: Role
    group: str
    everywhere: bool = False


LIVE = N_("Live")
SET_UP, TICKETS, SHOWS, PEOPLE = N_("Set-up"), N_("Tickets"), N_("Shows"), N_("Bookings and mail")
DEVICES, RECORDS = N_("People and devices"), N_("Records")

SECTIONS: tuple[Section, ...] = (
    Section("control_room", "/manager", N_("Control room"), Role.MANAGER, LIVE),
    Section("scan", "/operator/scan", N_("Scanner"), Role.MANAGER, LIVE),
    Section("conflicts", "/manager/conflicts", N_("Conflicts"), Role.MANAGER, LIVE),
    Section("disputes", "/manager/disputes", N_("Disputes"), Role.MANAGER, LIVE),
    Section("analytics", "/manager/analytics", N_("Figures"), Role.MANAGER, RECORDS),
    Section("replay", "/manager/replay", N_("Replay"), Role.MANAGER, RECORDS),
    Section("history", "/manager/history", N_("Scan history"), Role.MANAGER, RECORDS),
    Section("ticket", "/manager/ticket", N_("Find a ticket"), Role.MANAGER, RECORDS),
    Section("overview", "/admin", N_("Overview"), Role.MANAGER, SET_UP),
    Section("card", "/admin/card", N_("Card for the gates"), Role.ADMIN, SET_UP),
    Section("venues", "/admin/venues", N_("Venues and gates"), Role.ADMIN, SET_UP),
    Section("policies", "/admin/policies", N_("Policies"), Role.ADMIN, SET_UP),
    Section("organisations", "/admin/organisations", N_("Organisations"), Role.OWNER, SET_UP),
    Section("slot_hours", "/admin/slots/hours", N_("Opening hours"), Role.MANAGER, SET_UP),
    Section("slots", "/admin/slots", N_("Slots"), Role.MANAGER, TICKETS),
    Section("products", "/admin/products", N_("Products"), Role.ADMIN, TICKETS),
    Section("orders", "/admin/orders", N_("Orders"), Role.ADMIN, TICKETS),
    Section("tickets", "/admin/tickets", N_("Tickets"), Role.ADMIN, TICKETS),
    Section("imports", "/admin/imports", N_("Imports"), Role.ADMIN, TICKETS),
    Section("shows", "/admin/shows", N_("Shows"), Role.MANAGER, SHOWS),
    Section("rooms", "/admin/rooms", N_("Rooms"), Role.MANAGER, SHOWS),
    Section("bookings", "/admin/bookings", N_("Find a booking"), Role.MANAGER, PEOPLE),
    Section("reservations", "/admin/reservations", N_("Reservations"), Role.MANAGER, PEOPLE),
    Section("guests", "/admin/guests", N_("Guest lists"), Role.MANAGER, PEOPLE),
    Section("mail", "/admin/mail", N_("Mail"), Role.MANAGER, PEOPLE, everywhere=True),
    Section("devices", "/admin/devices", N_("Scanners"), Role.ADMIN, DEVICES),
    Section("staff", "/admin/staff", N_("Staff"), Role.ADMIN, DEVICES),
    Section("security", "/admin/security", N_("Sign-in"), Role.ADMIN, DEVICES, everywhere=True),
    Section("webhooks", "/admin/webhooks", N_("Webhooks"), Role.ADMIN, DEVICES),
    Section("api_keys", "/admin/api-keys", N_("API keys"), Role.ADMIN, DEVICES),
    Section("account", "/account", N_("Your account"), Role.MANAGER, DEVICES),
    Section("audit", "/admin/audit", N_("Audit log"), Role.ADMIN, RECORDS),
    Section("privacy", "/admin/privacy", N_("Privacy"), Role.ADMIN, RECORDS, everywhere=True),
)
"""In the order of the menu; those of a group stand together."""


def sections_of(identity: Identity | None) -> list[tuple[str, list[Section]]]:
    """Return the menu of whoever is signed in."""
    return [] if identity is None else sections_for(identity.role, limited=bool(identity.venue_ids))


def sections_for(role: Role, *, limited: bool = False) -> list[tuple[str, list[Section]]]:
    """Return the groups of the menu, each with the sections that this role sees; `limited` to some venues."""
    groups: dict[str, list[Section]] = {}
    for section in SECTIONS:
        if at_least(role, section.role) and not (limited and section.everywhere):
            groups.setdefault(section.group, []).append(section)
    return list(groups.items())
