"""The keys under which the application keeps what its handlers need."""

from aiohttp import web

from hub.actions.availability import Availability
from hub.actions.check_ticket import TicketDesk
from hub.actions.exit_scans import WayOut
from hub.actions.judge_scans import Door
from hub.actions.manifest import Manifests
from hub.actions.reserve_ticket import BookingDesk
from hub.actions.sync_scans import SyncDesk
from hub.house import House

HOUSE: web.AppKey[House] = web.AppKey("house")
DOOR: web.AppKey[Door] = web.AppKey("door")
WAY_OUT: web.AppKey[WayOut] = web.AppKey("way_out")
SYNC_DESK: web.AppKey[SyncDesk] = web.AppKey("sync_desk")
BOOKING_DESK: web.AppKey[BookingDesk] = web.AppKey("booking_desk")
TICKET_DESK: web.AppKey[TicketDesk] = web.AppKey("ticket_desk")
MANIFESTS: web.AppKey[Manifests] = web.AppKey("manifests")
AVAILABILITY: web.AppKey[Availability] = web.AppKey("availability")
