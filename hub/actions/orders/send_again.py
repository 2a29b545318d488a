"""Sends the tickets of an order again: to customers who lost the mail and ask by their address, and by staff.

Nothing tells a stranger what was bought.
"""

from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.orders.order_records import OrderRecord, read_order
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.settings import Rate
from hub.text.languages import DEFAULT, N_

ORDERS = load("orders/orders")
ONE_ORDER = Rate(1, 300)
"""The tickets of an order go out again at most once in five minutes, whoever asks by the address."""
STAFF = Rate(2, 60)
"""Staff send an order again twice in a minute at most: mail takes a while, and customers on the telephone are impatient."""
MOST_ORDERS = 10
"""Orders of one address that are sent again at once, the newest first."""


async def send_orders_again(services: Services, email: str) -> int:
    """Send the tickets of this address that have no time yet again, in every organisation. Return how many mails were queued."""
    rows = await services.database.fetch(ORDERS.orders_of_address, email.strip().lower(), MOST_ORDERS)
    queued = 0
    for row in rows:
        org_id, ids = row["org_id"], row["ticket_ids"]
        bucket = f"order-again:{org_id}:{row['id']}" + (f":{ids[0]}" if ids else "")
        if await services.rate_limit.admit(bucket, ONE_ORDER) > 0:
            continue
        await queue_tickets_again(
            services.database, services, org_id, row["id"], email=row["recipient"], ticket_ids=ids
        )
        queued += 1
    return queued


async def send_order_again(services: Services, by: Actor, order_id: int) -> OrderRecord:
    """Send the e-mail of an order again to its customer: with the tickets, or how to pay while it waits for payment. Return the order.

    Refuses as `read_order` does, NOT_RESENDABLE for a cancelled order and one without an address, and RATE_LIMITED.
    """
    order = await read_order(services, by, order_id)
    if not order.customer_email or order.status == "CANCELLED":
        raise Refused(
            Reason.NOT_RESENDABLE,
            message=N_("This order is cancelled or has no email address, so there is nothing to send."),
        )
    wait = await services.rate_limit.admit(f"order-send:{by.org_id}:{order_id}", STAFF)
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait)))
    async with services.database.transaction() as connection:
        await queue_tickets_again(
            connection, services, by.org_id, order_id, email=order.customer_email, ticket_ids=None
        )
        await record_change(connection, services, by, AuditAction.ORDER_RESENT, order_id)
    return order


async def queue_tickets_again(
    database: Any, services: Services, org_id: int, order_id: int, *, email: str, ticket_ids: list[int] | None
) -> None:
    """Add the e-mail about an order to the outbox once more, with all of its tickets or these alone."""
    venue = await services.venues.first(org_id)
    language = DEFAULT if venue is None else venue.language
    await database.execute(ORDERS.queue_again, org_id, order_id, email, ticket_ids, language, services.clock.now())
