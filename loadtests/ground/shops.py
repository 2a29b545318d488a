"""Data of shops: API keys, what they sell, and a webhook to the receiver of the run."""

from __future__ import annotations

from loadtests.ground.ground import Ground

SHOPS = 4
KEY_RATE = 100_000
"""Requests a minute of a key: the run measures the hub and not its limit."""
EVENTS = [
    "order.created", "order.paid", "order.cancelled", "ticket.activated", "ticket.cancelled", "reservation.created",
    "reservation.modified", "reservation.cancelled", "booking.created", "booking.confirmed", "booking.cancelled", "slot.full",
    "waitlist.offered",
]  # fmt: skip
"""Entries are left out: row E1 of the bench measures them."""
BATCH = 20


async def prepare(ground: Ground) -> None:
    admin, mark = ground.administration, ground.mark
    key = {"scopes": ["orders"], "requests_per_minute": KEY_RATE}
    ground.shared["shop keys"] = [
        admin.change("api-keys", {"name": f"Load {mark} shop {number}", **key})["key"] for number in range(SHOPS)
    ]
    ground.shared["product"] = [admin.change("products", {"name": f"Load {mark}"})["product_id"]]
    if ground.hub.calls_webhooks:
        receivers = ground.receivers
        hook = {"name": f"Load {mark}", "url": receivers.hook_url, "events": EVENTS, "batch": BATCH}
        made = admin.change("webhooks", hook)
        receivers.webhooks.expect(made["secret"], ground.hub.clock_offset)
        ground.audit |= {"webhook": made["webhook"]["webhook_id"], "receivers": receivers.url}
