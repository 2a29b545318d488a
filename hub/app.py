"""The application: the one place where everything is put together, and taken apart again in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from db.pool import Database, DatabaseDown
from db.redis_client import connect
from db.statements import load
from hub import telemetry
from hub.access.passwords import Passwords
from hub.access.tokens import Sessions
from hub.actions.alerts import LOOK_EVERY
from hub.actions.availability import Availability
from hub.actions.check_ticket import TicketDesk
from hub.actions.checked_tickets import WRITE_EVERY, CheckedTickets
from hub.actions.exit_scans import WayOut
from hub.actions.expire import expire
from hub.actions.judge_scans import Door
from hub.actions.manifest import Manifests
from hub.actions.read_days import COUNT_EVERY, count_days_over
from hub.actions.reconcile import audit_gate
from hub.actions.release_no_shows import release_no_shows
from hub.actions.reserve_ticket import BookingDesk
from hub.actions.send_reminders import send_reminders
from hub.actions.sync_scans import SyncDesk
from hub.announcements import Announcer
from hub.clock import Clock
from hub.confirmation import qr_code
from hub.fellows import Fellows
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_gate import SeatGate
from hub.house import House
from hub.live.live_hub import LiveHub
from hub.rounds.alerts import watch_measures
from hub.rounds.outbox import OutboxRound
from hub.rounds.revocations import refresh_revocations
from hub.rounds.two_gates import TwoGates
from hub.rounds.waitlist import WaitlistRound
from hub.rounds.walk import walk
from hub.scan_news import ScanNews
from hub.settings import Settings
from hub.venues import Venues
from web import keys
from web.client_ip import client_ip
from web.routes import add_routes

BOOKING = load("booking")
OUTBOX = load("outbox")
OPENING_PATIENCE = 30.0
"""Seconds to wait for Postgres when the hub opens; its servers may be starting too."""

LIVE: web.AppKey[LiveHub] = web.AppKey("live")

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """The house with its connections open; closed again on the way out. Both server URLs must be set."""
    assert settings.database_url
    assert settings.redis_url
    clock = clock or Clock(settings.clock_offset)
    database = Database(settings.database_url)
    redis = connect(settings.redis_url)
    await _open_database(database)

    async def booked_holds(org_id: int, slot_id: int) -> list[str]:
        hashes = await database.bookings.fetch(BOOKING.keys_of_slot, org_id, slot_id, clock.now())
        return [row["key_hash"].hex()[:32] for row in hashes]

    announcer = Announcer(redis)
    gate = SeatGate(redis, booked_holds=booked_holds, observe=telemetry.lane_observer("gate"))
    sessions = Sessions(settings, clock, database)
    announcer.listen(sessions.hear)
    house = House(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        announcer=announcer,
        gate=gate,
        rate_limit=RateLimit(redis),
        sessions=sessions,
        passwords=Passwords(),
        venues=Venues(database),
        scan_news=ScanNews(announcer, Fellows(announcer)),
    )
    try:
        yield house
    finally:
        await gate.close()
        await announcer.close()
        house.passwords.close()
        with suppress(Exception):
            await redis.aclose()
        await database.close()


def build_app(settings: Settings, *, clock: Clock | None = None) -> web.Application:
    """The whole hub as one aiohttp application; it opens its house on start-up and closes it on clean-up."""
    app = web.Application(client_max_size=10_240)
    add_routes(app, settings)
    app.router.add_get("/ws", _talk)
    app.router.add_get("/ws/availability", _show)
    app.cleanup_ctx.append(lambda app: _operate(app, settings, clock))
    return app


async def _operate(app: web.Application, settings: Settings, clock: Clock | None) -> AsyncIterator[None]:
    async with open_house(settings, clock) as house:
        app[keys.HOUSE] = house
        app[keys.DOOR] = Door(house, observe=telemetry.lane_observer("door"))
        app[keys.WAY_OUT] = WayOut(house, observe=telemetry.lane_observer("exit"))
        app[keys.SYNC_DESK] = SyncDesk(house, observe=telemetry.lane_observer("sync"))
        app[keys.MANIFESTS] = Manifests(house)
        app[keys.AVAILABILITY] = Availability(house)
        outbox = OutboxRound(house, in_a_rush=lambda: app[keys.BOOKING_DESK].in_a_rush)
        app[keys.BOOKING_DESK] = BookingDesk(
            house, app[keys.AVAILABILITY], observe=telemetry.lane_observer("bookings"), booked=outbox.wake
        )
        checked = CheckedTickets(house)
        app[keys.TICKET_DESK] = TicketDesk(
            house, observe=telemetry.lane_observer("ticket_checks"), checked=checked.note
        )
        app[LIVE] = LiveHub(house, app[keys.DOOR], app[keys.WAY_OUT], app[keys.SYNC_DESK], app[keys.AVAILABILITY])
        await refresh_revocations(house)
        two_gates = TwoGates(house)
        app[LIVE].on_gap(two_gates.look_back)
        await app[LIVE].start()
        # The tables of the QR encoder take a moment to make; the first customer shall not wait for it.
        asyncio.get_running_loop().run_in_executor(None, qr_code.prepare)
        rounds = [
            _begin("outbox", outbox.run),
            _begin("waitlist", WaitlistRound(house).run),
            _begin("reminders", lambda: walk("reminders", 30, lambda: send_reminders(house))),
            _begin("no-shows", lambda: walk("no-shows", 20, lambda: release_no_shows(house))),
            _begin("expiry", lambda: walk("expiry", 20, lambda: expire(house))),
            _begin("revocations", lambda: walk("revocations", 15, lambda: refresh_revocations(house))),
            _begin("gate audit", lambda: walk("gate audit", 10, lambda: audit_gate(house, fix=True))),
            _begin(
                "alerts",
                lambda: walk("alerts", LOOK_EVERY.total_seconds(), lambda: watch_measures(house, telemetry.measures)),
            ),
            _begin("two gates", two_gates.run),
            _begin("checked tickets", lambda: walk("checked tickets", WRITE_EVERY, checked.write)),
            _begin("days over", lambda: walk("days over", COUNT_EVERY, lambda: count_days_over(house))),
            _begin("loop watch", telemetry.watch_loop),
            _begin("gauges", lambda: walk("gauges", 5, lambda: _see_gauges(house))),
        ]
        app.on_shutdown.append(_close_sockets)
        try:
            yield
        finally:
            outbox.stop()
            lanes = (keys.DOOR, keys.WAY_OUT, keys.SYNC_DESK, keys.BOOKING_DESK, keys.TICKET_DESK)
            for desk in (app[key] for key in lanes):
                with suppress(TimeoutError):
                    await asyncio.wait_for(desk.drain(), 5)
            await asyncio.wait([rounds[0]], timeout=3)
            for task in rounds:
                task.cancel()
            await asyncio.gather(*rounds, return_exceptions=True)
            await checked.close()


async def _talk(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].endpoint(request)


async def _show(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].calendar(request, client_ip(request))


async def _close_sockets(app: web.Application) -> None:
    await app[LIVE].stop()


def _begin(name: str, deed: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    async def run() -> None:
        await deed()

    return asyncio.get_running_loop().create_task(run(), name=name)


async def _see_gauges(house: House) -> None:
    for name, pool in house.database.pools().items():
        telemetry.pool_seen(name, *pool.gauges)
    telemetry.outbox_pending.set(await house.database.fetchval(OUTBOX.pending))


async def _open_database(database: Database) -> None:
    """Open every pool, waiting for a server that is just starting."""
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
