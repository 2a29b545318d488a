"""The table of endpoints: every path of the API with its parameters, responses and permissions.

Each subject has a table of its own. This file joins them in the order of the document. Routes and the OpenAPI document are
both built from it, so they always agree.
"""

from web.api import openapi_pages, responses
from web.api.audit.table import AUDIT_ENDPOINTS
from web.api.booking.admin_table import ADMIN_RESERVATION_ENDPOINTS
from web.api.booking.table import BOOKING_ENDPOINTS, CONTACT_ENDPOINTS, RESERVATION_ENDPOINTS
from web.api.devices.table import DEVICE_ENDPOINTS
from web.api.door_sales.table import DOOR_SALE_ENDPOINTS
from web.api.endpoint import Endpoint
from web.api.guests.table import GUEST_ENDPOINTS
from web.api.imports.table import IMPORT_ENDPOINTS
from web.api.integration.table import API_KEY_ENDPOINTS
from web.api.messaging.table import MAIL_ENDPOINTS
from web.api.orders.table import ADMIN_ORDER_ENDPOINTS, ORDER_ENDPOINTS
from web.api.policies.table import POLICY_ENDPOINTS
from web.api.privacy.table import PRIVACY_ENDPOINTS
from web.api.reporting.table import HEALTH_ENDPOINTS, REPORT_ENDPOINTS
from web.api.scanning.table import BOX_OFFICE_ENDPOINTS, DISPUTE_ENDPOINTS, MANIFEST_ENDPOINTS, SCAN_ENDPOINTS
from web.api.shows.admin_table import ORGANISER_ENDPOINTS, POSTER_ENDPOINTS
from web.api.shows.booking_list_table import BOOKING_LIST_ENDPOINTS
from web.api.shows.booking_table import VISITOR_BOOKING_ENDPOINTS
from web.api.shows.table import SHOW_ENDPOINTS
from web.api.staff.admin_table import ACCOUNT_ENDPOINTS, STAFF_ADMIN_ENDPOINTS
from web.api.staff.organisation_table import ORGANISATION_ENDPOINTS
from web.api.staff.security_table import SECURITY_ENDPOINTS
from web.api.staff.table import STAFF_ENDPOINTS
from web.api.tickets.admin_table import ADMIN_TICKET_ENDPOINTS, PRODUCT_ENDPOINTS
from web.api.tickets.table import CHECK_ENDPOINTS, HOLDER_ENDPOINTS, RECORD_ENDPOINTS
from web.api.venues.slot_table import SLOT_ADMIN_ENDPOINTS
from web.api.venues.table import VENUE_ENDPOINTS
from web.api.waiting_room.admin_table import ADMIN_WAITING_ROOM_ENDPOINTS
from web.api.waiting_room.table import WAITING_ROOM_ENDPOINTS
from web.api.waitlist.table import WAITLIST_ENDPOINTS
from web.api.webhooks.table import WEBHOOK_ENDPOINTS

DOCUMENT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/openapi.json", openapi_pages.show_document, "Get this document", "Health", "anyone", responses.Document,
        not_modified=True,
    ),
    Endpoint(
        "GET", "/api/docs", openapi_pages.show_document_page, "Show this document as a page", "Health", "anyone", ("text/html",),
        not_modified=True,
    ),
)  # fmt: skip

ENDPOINTS: tuple[Endpoint, ...] = (
    *CHECK_ENDPOINTS,
    *CONTACT_ENDPOINTS,
    *BOOKING_ENDPOINTS,
    *WAITING_ROOM_ENDPOINTS,
    *WAITLIST_ENDPOINTS,
    *RESERVATION_ENDPOINTS,
    *HOLDER_ENDPOINTS,
    *SHOW_ENDPOINTS,
    *VISITOR_BOOKING_ENDPOINTS,
    *POSTER_ENDPOINTS,
    *STAFF_ENDPOINTS,
    *ACCOUNT_ENDPOINTS,
    *SCAN_ENDPOINTS,
    *BOX_OFFICE_ENDPOINTS,
    *DOOR_SALE_ENDPOINTS,
    *MANIFEST_ENDPOINTS,
    *DISPUTE_ENDPOINTS,
    *REPORT_ENDPOINTS,
    *RECORD_ENDPOINTS,
    *ORGANISATION_ENDPOINTS,
    *VENUE_ENDPOINTS,
    *DEVICE_ENDPOINTS,
    *POLICY_ENDPOINTS,
    *ADMIN_WAITING_ROOM_ENDPOINTS,
    *ORGANISER_ENDPOINTS,
    *BOOKING_LIST_ENDPOINTS,
    *SLOT_ADMIN_ENDPOINTS,
    *ADMIN_RESERVATION_ENDPOINTS,
    *GUEST_ENDPOINTS,
    *PRODUCT_ENDPOINTS,
    *ADMIN_TICKET_ENDPOINTS,
    *IMPORT_ENDPOINTS,
    *ADMIN_ORDER_ENDPOINTS,
    *ORDER_ENDPOINTS,
    *API_KEY_ENDPOINTS,
    *PRIVACY_ENDPOINTS,
    *SECURITY_ENDPOINTS,
    *MAIL_ENDPOINTS,
    *STAFF_ADMIN_ENDPOINTS,
    *WEBHOOK_ENDPOINTS,
    *AUDIT_ENDPOINTS,
    *HEALTH_ENDPOINTS,
    *DOCUMENT_ENDPOINTS,
)
