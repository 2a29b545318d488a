"""The application: the only file that creates the parts of the hub, connects them, and closes them in order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from db.database import Database
from db.pool import DatabaseDown
from db.redis_client import connect
from db.statements import load
from hub.access.api_keys import ApiKeys
from hub.access.passwords import Passwords
from hub.access.scanners import Scanners
from hub.access.tokens import Sessions
from hub.actions.booking.availability import Availability
from hub.actions.booking.reserve import Bookings
from hub.actions.reporting.portal_steps import PortalSteps
from hub.actions.reporting.server_health import ServerHealth
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.manifest import Manifests
from hub.actions.scanning.offline_sync import OfflineSync
from hub.actions.shows.alternatives import Alternatives
from hub.actions.shows.confirm_booking import Confirmations
from hub.actions.shows.posters import Posters
from hub.actions.shows.request_booking import BookingRequests
from hub.actions.tickets.check import TicketChecks
from hub.actions.tickets.checked_tickets import CheckedTickets
from hub.actions.tickets.product_cache import Products
from hub.actions.venues.logos import Logos
from hub.actions.venues.venue_cache import Venues
from hub.actions.waiting_room.rooms import WaitingRooms
from hub.batching.task_ending import end_tasks
from hub.clock import Clock
from hub.confirmation import calendar_file, qr_code
from hub.events.announcer import Announcer
from hub.events.peers import Peers
from hub.events.scan_events import ScanEvents
from hub.guards import waiting_room
from hub.guards.link_limit import LinkLimit
from hub.guards.login_pace import LoginPace, look_rate, request_rate
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_admission import SeatAdmission
from hub.guards.sign_in_admission import SignInAdmission
from hub.jobs.duplicate_alarms import DuplicateAlarmJob
from hub.jobs.hub_jobs import HubJobs
from hub.jobs.periodic_jobs import start_jobs
from hub.jobs.revocations import refresh_revocations
from hub.jobs.table import PROCESS_JOBS, SERVING_JOBS, Serving
from hub.live.relay import Relay
from hub.live.server import LiveServer
from hub.observability import telemetry
from hub.openid.providers import OpenIDProviders
from hub.services import Services
from hub.settings import Settings
from hub.text import contact_details, markdown
from web import keys
from web.middleware.client_address import client_address, client_ip
from web.routes import add_health_routes, add_routes

BOOKING = load("booking/reservations")
OPENING_PATIENCE = 30.0
"""Seconds to wait for Postgres at start-up, because the server may be starting too."""

WARM_UP_AFTER = 0.3
"""Seconds after `build_app` until `warm_up` runs. The hub is ready by then."""

LIVE: web.AppKey[LiveServer] = web.AppKey("live")
JOBS: web.AppKey[HubJobs] = web.AppKey("jobs")

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_services(
    settings: Settings, clock: Clock | None = None, *, on_demand: bool = False
) -> AsyncIterator[Services]:
    """Yield the services with open connections, and close them at the end. Both server URLs must be set.

    `on_demand`: a pool without a connection gets its first one when a statement needs it.
    """
    assert settings.database_url
    assert settings.redis_url
    clock = clock or Clock(settings.clock_offset)
    database = Database(settings.database_url, settings.database_read_url)
    redis = connect(settings.redis_url)
    await _open_database(database, on_demand=on_demand)

    async def booked_holds(org_id: int, slot_id: int) -> list[str]:
        rows = await database.bookings.fetch(BOOKING.holds_of_slot, org_id, slot_id, clock.now())
        return [row["hash"].hex()[:32] for row in rows]

    announcer = Announcer(redis)
    seat_admission = SeatAdmission(redis, booked_holds=booked_holds, observe=telemetry.batch_observer("gate"))
    sessions = Sessions(settings, clock, database)
    announcer.listen(sessions.receive)
    scanners = Scanners(clock, database)
    announcer.listen(scanners.receive)
    rate_limit = RateLimit(redis)
    venues = Venues(database, clock)
    waiting_redis = connect(settings.redis_url, patience=waiting_room.PATIENCE)
    waiting_rooms = WaitingRooms(database, waiting_redis, venues, clock, settings)
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        announcer=announcer,
        seat_admission=seat_admission,
        rate_limit=rate_limit,
        sign_in_admission=SignInAdmission(rate_limit, settings.rate_sign_in),
        request_pace=LoginPace(request_rate(settings.rate_staff, settings.rate_operator)),
        look_pace=LoginPace(look_rate(settings.rate_operator, settings.sockets_per_operator)),
        links=LinkLimit(rate_limit, settings.rate_validate),
        sessions=sessions,
        scanners=scanners,
        api_keys=ApiKeys(clock, database),
        passwords=Passwords(),
        venues=venues,
        products=Products(database),
        waiting_rooms=waiting_rooms,
        scan_events=ScanEvents(announcer, Peers(announcer)),
    )
    try:
        yield services
    finally:
        await seat_admission.close()
        with suppress(TimeoutError):
            await waiting_rooms.guard.close()
        await announcer.close()
        services.passwords.close()
        for client in (redis, waiting_redis):
            with suppress(Exception):
                await client.aclose()
        await database.close()


def build_app(settings: Settings, *, clock: Clock | None = None) -> web.Application:
    """Build the hub as one aiohttp application. Its services open at start-up and close at clean-up.

    With the role `web` it serves and leaves the jobs to others. With `jobs` it runs them, and serves health and metrics alone.
    """
    app = web.Application(client_max_size=10_240)
    if settings.role == "jobs":
        add_health_routes(app, settings)
        app.cleanup_ctx.append(lambda app: _run_jobs(app, settings, clock))
        return app
    add_routes(app, settings)
    app.router.add_get("/ws", _serve_staff_socket)
    app.router.add_get("/ws/availability", _serve_calendar_socket)
    app.router.add_get("/ws/waiting-room", _serve_waiting_socket)
    app.cleanup_ctx.append(lambda app: _operate(app, settings, clock))
    return app


async def _operate(app: web.Application, settings: Settings, clock: Clock | None) -> AsyncIterator[None]:
    async with open_services(settings, clock) as services:
        app[keys.SERVICES] = services
        app[keys.ENTRY_SCANS] = EntryScans(services, observe=telemetry.batch_observer("door"))
        app[keys.EXIT_SCANS] = ExitScans(services, observe=telemetry.batch_observer("exit"))
        app[keys.OFFLINE_SYNC] = OfflineSync(services, observe=telemetry.batch_observer("sync"))
        app[keys.MANIFESTS] = Manifests(services)
        app[keys.AVAILABILITY] = Availability(services)
        app[keys.POSTERS] = Posters(services)
        app[keys.LOGOS] = Logos(services)
        app[keys.SERVER_HEALTH] = ServerHealth(services, runs_jobs=settings.role == "all")
        app[keys.PROVIDERS] = OpenIDProviders(services.settings, services.clock)
        app[keys.BOOKINGS] = Bookings(services, app[keys.AVAILABILITY], observe=telemetry.batch_observer("bookings"))
        alternatives = Alternatives(services)
        app[keys.BOOKING_REQUESTS] = BookingRequests(
            services, alternatives, observe=telemetry.batch_observer("booking_requests")
        )
        app[keys.CONFIRMATIONS] = Confirmations(
            services, app[keys.BOOKINGS], alternatives, observe=telemetry.batch_observer("confirmation_links")
        )
        checked, steps = CheckedTickets(services), PortalSteps(services)
        app[keys.PORTAL_STEPS] = steps
        app[keys.TICKET_CHECKS] = TicketChecks(
            services, observe=telemetry.batch_observer("ticket_checks"), checked=checked.note, refused=steps.refuse_code
        )
        app[LIVE] = LiveServer(
            services, app[keys.ENTRY_SCANS], app[keys.EXIT_SCANS], app[keys.OFFLINE_SYNC], app[keys.AVAILABILITY]
        )
        await refresh_revocations(services)
        duplicate_alarms = DuplicateAlarmJob(services)
        app[LIVE].on_gap(duplicate_alarms.look_back)
        await app[LIVE].start()
        loop = asyncio.get_running_loop()
        warming_up = loop.call_later(WARM_UP_AFTER, loop.run_in_executor, None, warm_up)
        serving = Serving(services, app[LIVE].identities, duplicate_alarms, checked, steps)
        jobs = [*start_jobs(SERVING_JOBS, serving), *start_jobs(PROCESS_JOBS, services)]
        if settings.role == "all":
            app[JOBS] = HubJobs(services)
            app[JOBS].start()
        app.on_shutdown.append(_close_sockets)
        try:
            yield
        finally:
            warming_up.cancel()
            _stop_jobs(app)
            for key in (
                keys.ENTRY_SCANS, keys.EXIT_SCANS, keys.OFFLINE_SYNC, keys.BOOKING_REQUESTS, keys.CONFIRMATIONS,
                keys.BOOKINGS, keys.TICKET_CHECKS,
            ):  # fmt: skip
                with suppress(TimeoutError):
                    await asyncio.wait_for(app[key].drain(), 5)
            if JOBS in app:
                await app[JOBS].close()
            await end_tasks(jobs)
            await asyncio.gather(checked.close(), steps.close())
            await app[keys.PROVIDERS].close()


async def _run_jobs(app: web.Application, settings: Settings, clock: Clock | None) -> AsyncIterator[None]:
    async with open_services(settings, clock) as services:
        app[keys.SERVICES] = services
        app[keys.SERVER_HEALTH] = ServerHealth(services)
        relay = Relay(services.redis, services.announcer, lambda: None)  # every job looks again by itself after a gap
        app[JOBS] = HubJobs(services)
        app[JOBS].start()
        listening = asyncio.get_running_loop().create_task(relay.run(), name="live-relay")
        jobs = [listening, *start_jobs(PROCESS_JOBS, services)]
        try:
            yield
        finally:
            _stop_jobs(app)
            await app[JOBS].close()
            await end_tasks(jobs)


def warm_up() -> None:
    """Import the libraries of bookings and build the QR encoder's tables, so that the first customer waits for neither."""
    qr_code.prepare()
    contact_details.prepare()
    calendar_file.prepare()
    markdown.prepare()


async def _serve_staff_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].serve_staff(request, client_address(request), client_ip(request))


async def _serve_waiting_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].serve_waiting(request, client_ip(request))


async def _serve_calendar_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].serve_calendar(request, client_ip(request))


async def clean_up(runner: web.AppRunner) -> None:
    """Stop the app: no new connections, then the sockets, then the rest. The jobs end what they are sending meanwhile.

    From the first step of its own clean-up on aiohttp drops whatever clients send. A socket whose client has closed as well
    would not be known to have ended, and would be cut after a second.
    """
    for site in runner.sites:
        await site.stop()
    if runner.server is not None:
        _stop_jobs(runner.app)
        await _close_sockets(runner.app)
    await runner.cleanup()


def _stop_jobs(app: web.Application) -> None:
    if JOBS in app:
        app[JOBS].stop()


async def _close_sockets(app: web.Application) -> None:
    if LIVE in app:
        await app[LIVE].stop()


async def _open_database(database: Database, *, on_demand: bool) -> None:
    """Open every pool. Retries for `OPENING_PATIENCE` seconds while Postgres is starting."""
    until = asyncio.get_running_loop().time() + OPENING_PATIENCE
    while True:
        try:
            await database.open(on_demand=on_demand)
            return
        except DatabaseDown:
            await database.close()
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.25)
