"""Visible contact details: whether a staff member sees a customer's contact in full or masked."""

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import venue_of_records
from hub.rules.decisions import Contact
from web.keys import SERVICES


async def visible_contact(request: web.Request, staff: Identity) -> Contact:
    """Return "full" for managers; for operators, what the policy of their venue allows."""
    if at_least(staff.role, Role.MANAGER):
        return "full"
    venue = await venue_of_records(request.app[SERVICES], staff.org_id, staff.venue_id)
    return "full" if venue.show_contact == "full" else "masked"
