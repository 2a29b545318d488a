"""The house: everything a deed may need, put together once in `hub/app.py` and handed to every action."""

from dataclasses import dataclass

from db.pool import Database
from db.redis_client import RedisClient
from hub.access.passwords import Passwords
from hub.access.tokens import Sessions
from hub.announcements import Announcer
from hub.clock import Clock
from hub.guards.rate_limit import RateLimit
from hub.guards.seat_gate import SeatGate
from hub.scan_news import ScanNews
from hub.settings import Settings
from hub.venues import Venues


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    clock: Clock
    database: Database
    redis: RedisClient
    announcer: Announcer
    gate: SeatGate
    rate_limit: RateLimit
    sessions: Sessions
    passwords: Passwords
    venues: Venues
    scan_news: ScanNews
