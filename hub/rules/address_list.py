"""Address lists: the networks that a venue allows its staff to work from."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_NETWORKS = 50


def parse_networks(text: str) -> tuple[str, ...]:
    """Return networks such as `10.0.0.0/8`, with blanks or commas between them; `none` is no network. Raises ValueError.

    A single address is a network of its own.
    """
    found = [] if text.strip() == "none" else [part for part in re.split(r"[,\s]+", text) if part]
    if len(found) > MOST_NETWORKS:
        raise ValueError(f"give at most {MOST_NETWORKS} networks")
    return tuple(dict.fromkeys(str(_network(part)) for part in found))


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def allows(networks: Iterable[Network], address: Address | None) -> bool:
    """Return whether staff may work from this address. No network: from everywhere. None is an unknown address."""
    listed = tuple(networks)
    return not listed or (
        address is not None and any(address.version == one.version and address in one for one in listed)
    )


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a network such as 10.0.0.0/8, nor an address") from None
