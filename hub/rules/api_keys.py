"""API keys: their scopes, and how fast one may ask."""

SCOPES = ("orders", "tickets:read", "scans:read", "slots", "webhooks")
"""What a key may be for. `orders` sells: orders, payment, cancellation, and the list of products."""

USUAL_RATE, HIGHEST_RATE = 600, 100_000
"""Requests a minute of one key, over all hub processes."""
