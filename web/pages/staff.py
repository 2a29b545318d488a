"""The staff pages: login, scanner and control room. Without the right session they redirect to the login page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from db.organisation import work_for, working_for
from db.pool import DatabaseDown
from hub.access.roles import Role, at_least
from hub.access.scanners import Scanner, policy_body
from hub.access.tokens import LIFETIME, Identity
from hub.actions.box_office.booking_rights import may_book
from hub.actions.door_sales.on_sale import may_sell
from hub.actions.staff.enrol_scanner import start_kiosk_session
from hub.actions.staff.sign_in_settings import Provider, read_provider
from hub.actions.venues.gates import names_in_use
from hub.actions.waiting_room.open_rooms import open_rooms
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.languages import N_
from web.enrolment import ENROL, WIPED
from web.keys import SERVICES
from web.pages.admin.sections import sections_of
from web.pages.render import page
from web.request_fields import enforce_pace, identity_of, scanner_of
from web.session_cookies import set_session

SCANNER = "/operator/scan"
PANELS = ("feed", "devices", "alerts", "conflicts", "disputes")
"""The panels of the control room beside its board. Each has its own script. A venue with waiting rooms has `rooms`, too."""
SHOWN_ROOMS = 4
"""The rows of the waiting rooms, as in `waiting_rooms.js`."""
SERVICE_WORDS: Mapping[str, tuple[str, str]] = {
    "unavailable": (N_("The sign-in service does not answer."), N_("Sign in with your password, or try again later.")),
    "cancelled": (N_("The sign-in was cancelled."), N_("Try again, or sign in with your password.")),
    "expired": (N_("That took too long, or was begun in another window."), N_("Please try again.")),
    "refused": (
        N_("The sign-in service did not confirm who you are."),
        N_("Try again. If it happens again, tell an administrator."),
    ),
    "connect": (
        N_("Sign in once with your username and password."),
        N_("Then you can connect your account, and need no password any more."),
    ),
}
"""What the sign-in page says of each word in `?service=`."""


def own_path(path: str) -> str:
    """Return `path` if it is a page of this site, else "". `//host` and `/\\host` would lead to another site."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() and len(path) <= 300 else ""


def manager_of(request: web.Request) -> Identity:
    """Return the identity of the manager. Redirects everybody else to the login page."""
    return _at_least(request, Role.MANAGER, "manager")


def administrator_of(request: web.Request) -> Identity:
    """Return the identity of the administrator. Redirects everybody else to the login page."""
    return _at_least(request, Role.ADMIN, "administrator")


def owner_of(request: web.Request) -> Identity:
    """Return the identity of whoever runs this installation. Redirects everybody else to the login page."""
    return _at_least(request, Role.OWNER, "owner")


def _at_least(request: web.Request, least: Role, need: str) -> Identity:
    identity = member_of(request)
    if not at_least(identity.role, least):
        raise sign_in_first(request.path, need=need)
    work_for(None if least is Role.OWNER else identity.org_id)
    return identity


def member_of(request: web.Request) -> Identity:
    """Return the identity of anybody of the staff. Redirects everybody else to the login page."""
    identity = identity_of(request)
    if identity is None:
        raise request.get("not_from_here") or sign_in_first(request.path)
    enforce_pace(request, identity)
    return identity


def sign_in_first(path: str, *, need: str = "") -> web.HTTPFound:
    note = f"&need={need}" if need else ""
    return web.HTTPFound(f"/operator/login?next={quote(path)}{note}")


async def show_login(request: web.Request) -> web.Response:
    """Show the sign-in. `?organisation=` names one by its short name; else a hub of several has a field for it."""
    venues, scanner = request.app[SERVICES].venues, working_scanner(request)
    asked = request.query.get("organisation") or request.query.get("orq") or ""
    organisation = await venues.organisation_named(asked) if asked else None
    return page(
        request,
        "login.html",
        wipe=scanner is not None and scanner.wipe is not None,
        next_path=own_path(request.query.get("next", "")),
        organisation=organisation,
        several=await venues.only_organisation() is None,
        need=request.query.get("need", ""),
        ended=request.query.get("ended") == "1",
        chosen=request.query.get("chosen") == "1",
        step_over=request.query.get("ended") == "step",
        provider=await _provider(request, None if organisation is None else organisation.org_id),
        service_words=SERVICE_WORDS.get(request.query.get("service", "")),
    )


async def _provider(request: web.Request, org_id: int | None) -> Provider | None:
    """Return the sign-in service of the named organisation, or the only one. The page must stand while Postgres does not answer."""
    services = request.app[SERVICES]
    try:
        org_id = org_id or await services.venues.only_organisation()
        return None if org_id is None else await read_provider(services, org_id)
    except DatabaseDown:
        return None


async def show_scanner(request: web.Request) -> web.Response:
    """Show the scanner to whoever is signed in. A kiosk signs in by itself, and nobody else uses it."""
    identity, scanner = identity_of(request), working_scanner(request)
    session = None
    own = identity is not None and identity.scanner_id is not None and not _ends_soon(request, identity)
    if scanner is not None and scanner.mode == "kiosk" and not scanner.wipe and not own:
        session, identity = start_kiosk_session(request.app[SERVICES], scanner)
    if identity is None:
        raise request.get("not_from_here") or sign_in_first(SCANNER)
    response = page(
        request,
        "scan.html",
        identity=identity,
        may_manage=at_least(identity.role, Role.MANAGER),
        shift_ends_at=rfc3339(identity.expires_at) if identity.ends_with_shift else "",
        enrolment=None if scanner is None else policy_body(scanner)["scanner"],
        kiosk=identity.scanner_id is not None,
        codes=None,
        gates=await _gates_of(request, identity),
        may_sell=await _may_sell(request, identity),
        may_book=identity.scanner_id is None and await _may_book(request, identity),
    )
    if session is not None:
        set_session(response, request.app[SERVICES], session, identity.expires_at)
    return response


async def _gates_of(request: web.Request, identity: Identity) -> list[str]:
    """Return the gates that the scanner offers. The page must stand while Postgres does not answer; then it offers none."""
    try:
        with working_for(identity.org_id):
            return await names_in_use(request.app[SERVICES], identity.org_id, identity.venue_id)
    except DatabaseDown:
        return []


async def _may_sell(request: web.Request, identity: Identity) -> bool:
    """Return whether the scanner sells tickets. The page must stand while Postgres does not answer; then it sells none."""
    try:
        with working_for(identity.org_id):
            return may_sell(await request.app[SERVICES].venues.read(identity.org_id, identity.venue_id), identity)
    except (DatabaseDown, Refused):
        return False


async def _may_book(request: web.Request, identity: Identity) -> bool:
    """Return whether the scanner offers to book at the gate. Without Postgres nobody can."""
    try:
        with working_for(identity.org_id):
            return may_book(await request.app[SERVICES].venues.read(identity.org_id, identity.venue_id), identity.role)
    except (DatabaseDown, Refused):
        return False


def working_scanner(request: web.Request) -> Scanner | None:
    """Return the enrolled scanner that asks for a page. Redirects a revoked one to the page that says so, or that wipes it."""
    scanner = scanner_of(request)
    if scanner is not None and scanner.revoked:
        raise web.HTTPSeeOther(WIPED if scanner.wipe else ENROL)
    return scanner


def _ends_soon(request: web.Request, identity: Identity) -> bool:
    return identity.expires_at - request.app[SERVICES].clock.now() < LIFETIME / 2


async def show_control_room(request: web.Request) -> web.Response:
    identity = manager_of(request)
    services = request.app[SERVICES]
    venue = await _venue_of(services, identity)
    return page(
        request,
        "control_room.html",
        identity=identity,
        sections=sections_of(identity),
        # A screen that is switched on opens in its own form at once, so that nothing on it jumps.
        wall=request.query.get("wall") == "1",
        panels=(*PANELS, "rooms") if venue and venue.waiting_room != "off" else PANELS,
        kept_rows=await _kept_rows(services, venue) if venue else None,
        today=venue.business_day(services.clock.now()) if venue else None,
        inside_limit=venue.inside_limit if venue else None,
        when_full=venue.when_full if venue else "warn",
    )


async def _kept_rows(services: Services, venue: Venue) -> int | None:
    """Return for how many waiting rooms the page keeps rows free, so that the board does not jump; None if it shows none."""
    if venue.waiting_room == "off":
        return None
    try:
        rooms = await open_rooms(services, venue.org_id, venue.id)
    except DatabaseDown:
        return None
    waiting = sum(room.waiting > 0 for room in rooms)
    return min(waiting, SHOWN_ROOMS) if waiting or venue.waiting_room_per_minute == 0 else None


async def _venue_of(services: Services, identity: Identity) -> Venue | None:
    """Return the login's venue, or None: the page must stand while Postgres is silent."""
    try:
        return await services.venues.read(identity.org_id, identity.venue_id or 0)
    except (DatabaseDown, Refused):
        return None
