"""The demo card that `hub run` prints: pages to open, logins, and ticket codes to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGES = (("Book a slot", "/reserve"), ("Scan at the door", "/operator/scan"), ("Watch the counts", "/manager"))


def pages(public_url: str) -> list[str]:
    return [f"  {title:<17} {public_url}{path}" for title, path in PAGES]


def card_lines(card: Mapping[str, Any]) -> list[str]:
    """Return the lines to print. `card` is the result of `hub.commands.demo_venue.demo_card`: logins and ticket codes."""
    lines = []
    for login in card.get("logins", ()):
        secret = f"password {login['password']}" if login.get("password") else f"PIN {login.get('pin')}"
        lines.append(f"  {login.get('role', '').capitalize():<17} {login['username']}, {secret}")
    codes = list(card.get("codes", ()))
    if codes:
        lines.append(f"  {'Tickets':<17} {codes[0]}")
        lines += [f"  {'':<17} {code}" for code in codes[1:]]
    return lines
