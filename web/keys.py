"""Application keys: `request.app[KEY]` gives a handler the services and registries of the hub."""

from aiohttp import web

from hub.actions.booking.availability import Availability
from hub.actions.booking.reserve import Bookings
from hub.actions.reporting.portal_steps import PortalSteps
from hub.actions.reporting.server_health import ServerHealth
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.manifest import Manifests
from hub.actions.scanning.offline_sync import OfflineSync
from hub.actions.shows.confirm_booking import Confirmations
from hub.actions.shows.posters import Posters
from hub.actions.shows.request_booking import BookingRequests
from hub.actions.tickets.check import TicketChecks
from hub.actions.venues.logos import Logos
from hub.openid.providers import OpenIDProviders
from hub.services import Services

SERVICES: web.AppKey[Services] = web.AppKey("services")
ENTRY_SCANS: web.AppKey[EntryScans] = web.AppKey("entry_scans")
EXIT_SCANS: web.AppKey[ExitScans] = web.AppKey("exit_scans")
OFFLINE_SYNC: web.AppKey[OfflineSync] = web.AppKey("offline_sync")
BOOKINGS: web.AppKey[Bookings] = web.AppKey("bookings")
BOOKING_REQUESTS: web.AppKey[BookingRequests] = web.AppKey("booking_requests")
CONFIRMATIONS: web.AppKey[Confirmations] = web.AppKey("confirmations")
TICKET_CHECKS: web.AppKey[TicketChecks] = web.AppKey("ticket_checks")
PORTAL_STEPS: web.AppKey[PortalSteps] = web.AppKey("portal_steps")
MANIFESTS: web.AppKey[Manifests] = web.AppKey("manifests")
AVAILABILITY: web.AppKey[Availability] = web.AppKey("availability")
POSTERS: web.AppKey[Posters] = web.AppKey("posters")
LOGOS: web.AppKey[Logos] = web.AppKey("logos")
SERVER_HEALTH: web.AppKey[ServerHealth] = web.AppKey("server_health")
PROVIDERS: web.AppKey[OpenIDProviders] = web.AppKey("providers")
