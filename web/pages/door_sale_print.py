"""The printed tickets of a door sale: one slip each, on whatever paper the printer has."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web
from markupsafe import Markup

from db.organisation import work_for
from hub.actions.door_sales.sell_at_door import read_sale
from hub.actions.venues.venues import read_venue
from hub.confirmation import qr_code
from web.keys import SERVICES
from web.pages.render import page
from web.pages.staff import member_of

PRINT = r"/operator/door-sales/{scan_id:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}}/print"


async def show_print(request: web.Request) -> web.Response:
    seller, services = member_of(request), request.app[SERVICES]
    work_for(seller.org_id)
    order = await read_sale(services, seller, UUID(request.match_info["scan_id"]))
    venue = await read_venue(services, seller.org_id, seller.venue_id)
    pictures = {one.ticket_id: Markup(qr_code.svg(one.ticket_code)) for one in order.tickets}  # noqa: S704 - our own picture
    chinese = request["language"].startswith("zh")
    return page(request, "door_sale_print.html", order=order, venue=venue, pictures=pictures, chinese=chinese)
