"""The list of staff, with search and filters."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.staff.people import ROLES, STATUSES, PeopleFilter, Person, PersonStatus, list_people
from hub.actions.staff.scope_choices import ScopeChoices, read_scope_choices
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in
from web.pages.admin.bookings import search_text
from web.pages.staff import administrator_of

LIST = "/admin/staff"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the list shows: a search, the filters, and the person that the page follows."""

    text: str = ""
    role: str | None = None
    venue_id: int | None = None
    status: PersonStatus | None = None
    before: int | None = None

    @classmethod
    def of(cls, request: web.Request) -> ListQuery:
        """Return the query of an address. What means nothing is left out, so that every address shows a list."""
        given = request.query
        return cls(
            search_text(request),
            next((role for role in ROLES if role == given.get("role")), None),
            _number(given.get("venue_id", "")),
            next((status for status in STATUSES if status == given.get("status")), None),
            _number(given.get("before", "")),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.role or self.venue_id or self.status)

    def address(self, before: int | None = None) -> str:
        """Return the query string of this list, from its beginning or after a person."""
        values = {"q": self.text, "role": self.role, "venue_id": self.venue_id, "status": self.status, "before": before}
        kept = {name: value for name, value in values.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


async def show_staff(request: web.Request) -> web.Response:
    administrator, services = administrator_of(request), request.app[SERVICES]
    by, query = Actor.of(administrator, client_ip=client_ip(request)), ListQuery.of(request)
    wanted = PeopleFilter(query.text, query.role, query.venue_id, query.status)
    found = await list_people(services, by, wanted, before=query.before)
    choices = await read_scope_choices(services, by)
    return admin_page(
        request,
        "staff.html",
        people=[(person, *scope_of(person, choices)) for person in found.people],
        signed_in={one.staff_id: moment_in(one.last_signed_in_at, choices.zone) for one in found.people},
        query=query,
        venues=choices.venues,
        roles=ROLES,
        statuses=STATUSES,
        older=query.address(found.next) if found.next else "",
    )


def scope_of(person: Person, choices: ScopeChoices) -> tuple[list[str], list[str]]:
    """Return the names of the venues and gates of a person's scope; empty: all."""
    return [choices.venue_names.get(one, f"#{one}") for one in person.venue_ids], list(person.gates)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 else None
