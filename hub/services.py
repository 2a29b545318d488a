"""The services: one frozen dataclass with everything an action may need. `hub/app.py` makes it once."""

from dataclasses import dataclass

from db.database import Database
from db.redis_client import RedisClient
from hub.access.api_keys import ApiKeys
from hub.access.passwords import Passwords
from hub.access.scanners import Scanners
from hub.access.tokens import Sessions
from hub.actions.tickets.product_cache import Products
from hub.actions.venues.venue_cache import Venues
from hub.actions.waiting_room.rooms import WaitingRooms
from hub.clock import Clock
from hub.events.announcer import Announcer
from hub.events.scan_events import ScanEvents
from hub.guards.link_limit import LinkLimit
from hub.guards.login_pace import LoginPace
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_admission import SeatAdmission
from hub.guards.sign_in_admission import SignInAdmission
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    clock: Clock
    database: Database
    redis: RedisClient
    announcer: Announcer
    seat_admission: SeatAdmission
    rate_limit: RateLimit
    sign_in_admission: SignInAdmission
    request_pace: LoginPace
    look_pace: LoginPace
    links: LinkLimit
    sessions: Sessions
    scanners: Scanners
    api_keys: ApiKeys
    passwords: Passwords
    venues: Venues
    products: Products
    waiting_rooms: WaitingRooms
    scan_events: ScanEvents
