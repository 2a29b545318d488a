"""The overview of administration: what stands at a venue, what is missing, and its numbers of today."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.actions.reporting.counts import DayCounts, day_counts
from hub.actions.venues.overview import VenueStanding, venue_standing
from hub.actions.venues.venue_records import list_venue_records
from hub.rules.venue import Venue
from hub.text.languages import N_
from web.keys import SERVICES
from web.pages.admin.admin_page import admin_page
from web.pages.admin.sections import SECTIONS
from web.pages.staff import manager_of

OVERVIEW = "/admin"
CARD = "/admin/card"
MOST_SHOWN = 100
"""Venues that the overview offers to choose from."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist. `path` is empty if the reader's role has no page for it."""

    key: str
    is_done: bool
    label: str
    advice: str
    path: str


async def show_overview(request: web.Request) -> web.Response:
    """Show the overview of `?venue=`, else of the session's venue, else of the first one."""
    manager, services = manager_of(request), request.app[SERVICES]
    venues = (await list_venue_records(services, manager.org_id, limit=MOST_SHOWN)).venues[::-1]
    asked = request.query.get("venue", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else manager.venue_id
    known = {one.venue_id for one in venues}
    venue = standing = counts = None
    if venues:
        venue = await services.venues.read(manager.org_id, wanted if wanted in known else venues[0].venue_id)
        standing = await venue_standing(services, venue)
        counts = await day_counts(services, manager.org_id, venue.id, venue.business_day(services.clock.now()))
    slots = counts.slots if counts is not None else []
    steps = [] if venue is None or standing is None else _steps(venue, standing, manager.role)
    return admin_page(
        request,
        "overview.html",
        venue=venue,
        venues=venues,
        standing=standing,
        steps=steps,
        missing=sum(not step.is_done for step in steps),
        day=None if venue is None else venue.business_day(services.clock.now()),
        capacity=sum(slot.capacity for slot in slots),
        booked=sum(slot.booked for slot in slots),
        entered=sum(slot.verified for slot in slots) + (counts.walk_ins if counts else 0),
        inside=_inside(counts),
        slots=len(slots),
    )


def _steps(venue: Venue, standing: VenueStanding, role: Role) -> list[Step]:
    """Return what a venue needs before it can open. A step leads to its page if this role has one."""
    pages = {section.path for section in SECTIONS if at_least(role, section.role)}
    venue_page = f"/admin/venues/{venue.id}" if "/admin/venues" in pages else ""
    steps = (
        ("venue", standing.is_described, N_("Name and address"), N_("Visitors find them in their emails and calendars."), venue_page),
        ("gates", standing.has_gates, N_("Gates"), N_("Scanners say at which one they stand."), venue_page),
        ("slots", standing.has_slots, N_("Opening hours and slots"), N_("Without slots nobody can book."), "/admin/slots"),
        ("staff", standing.has_operators, N_("Operators"), N_("They sign in on the scanners."), "/admin/staff"),
        ("scanners", standing.has_scans, N_("A first scan"), N_("Print the card and scan its practice ticket."), CARD),
    )  # fmt: skip
    return [
        Step(key, is_done, label, advice, path if path == venue_page or path in pages else "")
        for key, is_done, label, advice, path in steps
    ]


def _inside(counts: DayCounts | None) -> int:
    if counts is None:
        return 0
    entered = sum(slot.verified for slot in counts.slots) + counts.walk_ins
    return max(0, entered - counts.exited + counts.reentered)
