"""The demo card that `hub run` prints: pages to open, logins, and codes of tickets and bookings to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGES = (
    ("Book a slot", "/reserve"),
    ("See the shows", "/shows"),
    ("Scan at the door", "/operator/scan"),
    ("Watch the counts", "/manager"),
    ("Manage the shows", "/admin/shows"),
)


def pages(public_url: str) -> list[str]:
    return [f"  {title:<17} {public_url}{path}" for title, path in PAGES]


def card_lines(card: Mapping[str, Any]) -> list[str]:
    """Return the lines to print. `card` is the result of `hub.commands.demo_venue.demo_card`: logins and codes."""
    lines = []
    for login in card.get("logins", ()):
        secret = f"password {login['password']}" if login.get("password") else f"PIN {login.get('pin')}"
        lines.append(f"  {login.get('role', '').capitalize():<17} {login['username']}, {secret}")
    for title, name in (("Tickets", "codes"), ("Bookings", "bookings")):
        for n, code in enumerate(card.get(name, ())):
            lines.append(f"  {'' if n else title:<17} {code}")
    return lines
