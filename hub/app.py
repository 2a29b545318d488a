"""The application: the only file that creates the parts of the hub, connects them, and closes them in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
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
from hub.actions.booking.expire import expire
from hub.actions.booking.finish_closures import finish_closures
from hub.actions.booking.release_no_shows import release_no_shows
from hub.actions.booking.reserve import Bookings
from hub.actions.imports.expire import expire_imports
from hub.actions.messaging.remind_of_tickets import remind_of_tickets
from hub.actions.messaging.send_reminders import send_reminders
from hub.actions.messaging.send_texts import send_texts
from hub.actions.messaging.slot_messages import finish_messages
from hub.actions.orders.order_request import forget_old_requests
from hub.actions.privacy.retention import erase_old_contacts
from hub.actions.reporting.alerts import LOOK_EVERY
from hub.actions.reporting.days import COUNT_EVERY, count_days_over
from hub.actions.reporting.portal_steps import PortalSteps, drop_old_steps
from hub.actions.reporting.reconcile import resync_seat_admission
from hub.actions.reporting.server_health import ServerHealth
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.manifest import Manifests
from hub.actions.scanning.offline_sync import OfflineSync
from hub.actions.shows.alternatives import Alternatives
from hub.actions.shows.confirm_booking import Confirmations
from hub.actions.shows.expire_bookings import expire_bookings
from hub.actions.shows.finish_changes import finish_changes
from hub.actions.shows.posters import Posters
from hub.actions.shows.request_booking import BookingRequests
from hub.actions.staff.sessions import WRITE_SEEN_EVERY, write_seen
from hub.actions.tickets.check import TicketChecks
from hub.actions.tickets.checked_tickets import WRITE_EVERY, CheckedTickets
from hub.actions.tickets.product_cache import Products
from hub.actions.venues.logos import Logos
from hub.actions.venues.venue_cache import Venues
from hub.actions.webhooks.retention import drop_old_events
from hub.actions.webhooks.webhook_health import measure_webhooks
from hub.batching.task_ending import end_tasks
from hub.clock import Clock
from hub.confirmation import calendar_file, qr_code
from hub.events.announcer import Announcer
from hub.events.peers import Peers
from hub.events.scan_events import ScanEvents
from hub.guards.link_limit import LinkLimit
from hub.guards.login_pace import LoginPace, look_rate, request_rate
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_admission import SeatAdmission
from hub.guards.sign_in_admission import SignInAdmission
from hub.jobs.alerts import watch_measures
from hub.jobs.duplicate_alarms import DuplicateAlarmJob
from hub.jobs.imports import ImportJob
from hub.jobs.outbox import OutboxJob
from hub.jobs.periodic_jobs import run_periodically
from hub.jobs.reseal import reseal_everything
from hub.jobs.revocations import EVERY as REVOCATIONS_EVERY
from hub.jobs.revocations import refresh_revocations
from hub.jobs.waitlist import WaitlistJob
from hub.jobs.webhooks import WebhookJob
from hub.live.server import LiveServer
from hub.observability import outcome_metrics, telemetry
from hub.observability.replica_metrics import watch_replica
from hub.openid.providers import OpenIDProviders
from hub.services import Services
from hub.settings import Settings
from hub.text import contact_details, markdown
from web import keys
from web.middleware.client_address import client_address, client_ip
from web.routes import add_routes

BOOKING = load("booking/reservations")
OUTBOX = load("messaging/outbox")
OPENING_PATIENCE = 30.0
"""Seconds to wait for Postgres at start-up, because the server may be starting too."""

WARM_UP_AFTER = 0.3
"""Seconds after `build_app` until `warm_up` runs. The hub is ready by then."""

LIVE: web.AppKey[LiveServer] = web.AppKey("live")

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_services(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Services]:
    """Yield the services with open connections, and close them at the end. Both server URLs must be set."""
    assert settings.database_url
    assert settings.redis_url
    clock = clock or Clock(settings.clock_offset)
    database = Database(settings.database_url, settings.database_read_url)
    redis = connect(settings.redis_url)
    await _open_database(database)

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
        venues=Venues(database, clock),
        products=Products(database),
        scan_events=ScanEvents(announcer, Peers(announcer)),
    )
    try:
        yield services
    finally:
        await seat_admission.close()
        await announcer.close()
        services.passwords.close()
        with suppress(Exception):
            await redis.aclose()
        await database.close()


def build_app(settings: Settings, *, clock: Clock | None = None) -> web.Application:
    """Build the whole hub as one aiohttp application. Its services open at start-up and close at clean-up."""
    app = web.Application(client_max_size=10_240)
    add_routes(app, settings)
    app.router.add_get("/ws", _serve_staff_socket)
    app.router.add_get("/ws/availability", _serve_calendar_socket)
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
        app[keys.SERVER_HEALTH] = ServerHealth(services)
        app[keys.PROVIDERS] = OpenIDProviders(services.settings, services.clock)
        outbox = OutboxJob(services, in_a_rush=lambda: app[keys.BOOKINGS].in_a_rush)
        app[keys.BOOKINGS] = Bookings(
            services, app[keys.AVAILABILITY], observe=telemetry.batch_observer("bookings"), booked=outbox.wake
        )
        alternatives = Alternatives(services)
        app[keys.BOOKING_REQUESTS] = BookingRequests(
            services, alternatives, observe=telemetry.batch_observer("booking_requests"), requested=outbox.wake
        )
        app[keys.CONFIRMATIONS] = Confirmations(
            services, app[keys.BOOKINGS], alternatives, observe=telemetry.batch_observer("confirmation_links")
        )
        checked, steps = CheckedTickets(services), PortalSteps(services)
        counted: Mapping[str, CheckedTickets | PortalSteps] = {"checked tickets": checked, "portal steps": steps}
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
        webhooks = WebhookJob(services)
        jobs = [
            _start("webhooks", webhooks.run()),
            *_start_jobs(services, outbox, duplicate_alarms, counted, app[LIVE]),
        ]
        app.on_shutdown.append(_close_sockets)
        try:
            yield
        finally:
            warming_up.cancel()
            outbox.stop()
            webhooks.stop()
            for key in (
                keys.ENTRY_SCANS, keys.EXIT_SCANS, keys.OFFLINE_SYNC, keys.BOOKING_REQUESTS, keys.CONFIRMATIONS,
                keys.BOOKINGS, keys.TICKET_CHECKS,
            ):  # fmt: skip
                with suppress(TimeoutError):
                    await asyncio.wait_for(app[key].drain(), 5)
            await asyncio.wait(jobs[:2], timeout=3)  # the outbox and webhooks end after what they are sending
            await end_tasks(jobs)
            await asyncio.gather(*(one.close() for one in counted.values()))
            await app[keys.PROVIDERS].close()


def warm_up() -> None:
    """Import the libraries of bookings and build the QR encoder's tables, so that the first customer waits for neither."""
    qr_code.prepare()
    contact_details.prepare()
    calendar_file.prepare()
    markdown.prepare()


def _start_jobs(
    services: Services,
    outbox: OutboxJob,
    duplicate_alarms: DuplicateAlarmJob,
    counted: Mapping[str, CheckedTickets | PortalSteps],
    live: LiveServer,
) -> list[asyncio.Task[None]]:
    """Start all background jobs of this process and return their tasks, the outbox first. Periods are in seconds."""
    return [
        _start("outbox", outbox.run()),
        _start("waitlist", WaitlistJob(services).run()),
        _start("imports", ImportJob(services).run()),
        _start("two gates", duplicate_alarms.run()),
        _start("loop watch", telemetry.watch_loop()),
        _start_periodic("reminders", 30, lambda: send_reminders(services)),
        _start_periodic("ticket reminders", 300, lambda: remind_of_tickets(services), first=60),
        _start_periodic("text messages", 15, lambda: send_texts(services)),
        _start_periodic("no-shows", 20, lambda: release_no_shows(services)),
        _start_periodic("expiry", 20, lambda: expire(services)),
        _start_periodic("booking expiry", 20, lambda: expire_bookings(services)),
        _start_periodic("performances", 20, lambda: finish_changes(services), first=2),
        _start_periodic("closed slots", 20, lambda: finish_closures(services), first=2),
        _start_periodic("slot messages", 15, lambda: finish_messages(services)),
        _start_periodic("order requests", 600, lambda: forget_old_requests(services)),
        _start_periodic("retention", 600, lambda: erase_old_contacts(services)),
        _start_periodic("webhook retention", 600, lambda: drop_old_events(services)),
        _start_periodic("files of imports", 600, lambda: expire_imports(services)),
        _start_periodic("sealed secrets", 60, lambda: reseal_everything(services)),
        _start_periodic("revocations", REVOCATIONS_EVERY, lambda: refresh_revocations(services)),
        _start_periodic("sessions seen", WRITE_SEEN_EVERY, lambda: write_seen(services, live.identities())),
        _start_periodic("gate audit", 10, lambda: resync_seat_admission(services, fix=True)),
        _start_periodic(
            "alerts", LOOK_EVERY.total_seconds(), lambda: watch_measures(services, telemetry.alert_metrics)
        ),
        *(_start_periodic(name, WRITE_EVERY, one.write) for name, one in counted.items()),
        _start_periodic("old portal steps", 600, lambda: drop_old_steps(services)),
        _start_periodic("days over", COUNT_EVERY, lambda: count_days_over(services)),
        _start_periodic("gauges", 5, lambda: _update_gauges(services)),
    ]


def _start(name: str, job: Coroutine[None, None, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(job, name=name)


def _start_periodic(
    name: str, every: float, job: Callable[[], Awaitable[object]], *, first: float | None = None
) -> asyncio.Task[None]:
    return _start(name, run_periodically(name, every, job, first=first))


async def _serve_staff_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].serve_staff(request, client_address(request), client_ip(request))


async def _serve_calendar_socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].serve_calendar(request, client_ip(request))


async def clean_up(runner: web.AppRunner) -> None:
    """Stop the app: no new connections, then the sockets, then the rest.

    From the first step of its own clean-up on aiohttp drops whatever clients send. A socket whose client has closed as well
    would not be known to have ended, and would be cut after a second.
    """
    for site in runner.sites:
        await site.stop()
    if runner.server is not None:
        await _close_sockets(runner.app)
    await runner.cleanup()


async def _close_sockets(app: web.Application) -> None:
    await app[LIVE].stop()


async def _update_gauges(services: Services) -> None:
    for name, pool in services.database.pools().items():
        telemetry.pool_seen(name, *pool.gauges)
        outcome_metrics.transactions_ended(name, pool.counts.take())
    await watch_replica(services.database.replica)
    telemetry.outbox_pending.set(await services.database.fetchval(OUTBOX.pending))
    await measure_webhooks(services)


async def _open_database(database: Database) -> None:
    """Open every pool. Retries for `OPENING_PATIENCE` seconds while Postgres is starting."""
    until = asyncio.get_running_loop().time() + OPENING_PATIENCE
    while True:
        try:
            await database.open()
            return
        except DatabaseDown:
            await database.close()
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.25)
