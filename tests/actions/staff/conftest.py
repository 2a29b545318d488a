"""Fixtures of the staff tests: services on real servers without the web application, one organisation, one venue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hub.access.passwords import Passwords
from hub.access.scanners import Scanners
from hub.access.tokens import Sessions
from hub.actions.venues.venue_cache import VENUES, Venues
from hub.app import open_services
from hub.clock import Clock
from hub.events.announcer import Announcer
from hub.events.peers import Peers
from hub.events.scan_events import ScanEvents
from hub.guards.sign_in_admission import SignInAdmission
from hub.services import Services
from hub.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    env = {
        "HUB_DATA_DIR": str(tmp_path),
        "HUB_SECRET_KEY": "a secret of at least thirty-two bytes, for tests",
        "HUB_RATE_SIGN_IN": "off",
    }
    return Settings.from_environment(env, development=True)


@dataclass
class Office:
    """Services, an organisation and a venue. `process()` returns the services of another hub process."""

    services: Services
    org_id: int
    venue_id: int

    def process(self) -> Services:
        """Return the services of another process on the same servers, with nothing in its memory."""
        old = self.services
        announcer = Announcer(old.redis)
        sessions = Sessions(old.settings, old.clock, old.database)
        announcer.listen(sessions.receive)
        return replace(
            old,
            announcer=announcer,
            sessions=sessions,
            scanners=Scanners(old.clock, old.database),
            passwords=Passwords(),
            sign_in_admission=SignInAdmission(old.rate_limit, old.settings.rate_sign_in),
            venues=Venues(old.database, old.clock),
            scan_events=ScanEvents(announcer, Peers(announcer)),
        )


@pytest.fixture
async def office(settings: Settings, clock: Clock, database_url: str, redis_url: str) -> AsyncIterator[Office]:
    complete = replace(settings, database_url=database_url, redis_url=redis_url)
    async with open_services(complete, clock, on_demand=True) as services:
        org_id = await services.database.fetchval(VENUES.add_organisation, "Org")
        venue_id = await services.database.fetchval(VENUES.add_venue, org_id, "Venue", "Europe/Rome")
        yield Office(services, org_id, venue_id)
