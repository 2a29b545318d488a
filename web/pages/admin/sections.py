"""The sections of administration: one row for each entry of its menu, with the role that sees it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.access.roles import Role, at_least
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


SET_UP, TICKETS, SHOWS, PEOPLE = N_("Set-up"), N_("Tickets"), N_("Shows"), N_("Bookings and mail")
DEVICES, RECORDS = N_("People and devices"), N_("Records")

SECTIONS: tuple[Section, ...] = (
    Section("overview", "/admin", N_("Overview"), Role.MANAGER, SET_UP),
    Section("card", "/admin/card", N_("Card for the gates"), Role.ADMIN, SET_UP),
    Section("venues", "/admin/venues", N_("Venues and gates"), Role.ADMIN, SET_UP),
    Section("policies", "/admin/policies", N_("Policies"), Role.ADMIN, SET_UP),
    Section("organisations", "/admin/organisations", N_("Organisations"), Role.OWNER, SET_UP),
    Section("slot_hours", "/admin/slots/hours", N_("Opening hours"), Role.MANAGER, SET_UP),
    Section("slots", "/admin/slots", N_("Slots"), Role.MANAGER, TICKETS),
    Section("products", "/admin/products", N_("Products"), Role.ADMIN, TICKETS),
    Section("tickets", "/admin/tickets", N_("Tickets"), Role.ADMIN, TICKETS),
    Section("shows", "/admin/shows", N_("Shows"), Role.MANAGER, SHOWS),
    Section("rooms", "/admin/rooms", N_("Rooms"), Role.MANAGER, SHOWS),
    Section("bookings", "/admin/bookings", N_("Find a booking"), Role.MANAGER, PEOPLE),
    Section("reservations", "/admin/reservations", N_("Reservations"), Role.MANAGER, PEOPLE),
    Section("guests", "/admin/guests", N_("Guest lists"), Role.MANAGER, PEOPLE),
    Section("mail", "/admin/mail", N_("Mail"), Role.MANAGER, PEOPLE, everywhere=True),
    Section("control_room", "/manager", N_("Control room"), Role.MANAGER, PEOPLE),
    Section("devices", "/admin/devices", N_("Scanners"), Role.ADMIN, DEVICES),
    Section("staff", "/admin/staff", N_("Staff"), Role.ADMIN, DEVICES),
    Section("security", "/admin/security", N_("Sign-in"), Role.ADMIN, DEVICES, everywhere=True),
    Section("account", "/account", N_("Your account"), Role.MANAGER, DEVICES),
    Section("audit", "/admin/audit", N_("Audit log"), Role.ADMIN, RECORDS),
    Section("privacy", "/admin/privacy", N_("Privacy"), Role.ADMIN, RECORDS, everywhere=True),
)
"""In the order of the menu; those of a group stand together."""


def sections_for(role: Role, *, limited: bool = False) -> list[tuple[str, list[Section]]]:
    """Return the groups of the menu, each with the sections that this role sees; `limited` to some venues."""
    groups: dict[str, list[Section]] = {}
    for section in SECTIONS:
        if at_least(role, section.role) and not (limited and section.everywhere):
            groups.setdefault(section.group, []).append(section)
    return list(groups.items())
