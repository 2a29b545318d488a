"""Links to a venue: its place on a map and its telephone. They hold what is public, and nothing of a visitor."""

from urllib.parse import urlencode


def map_url(name: str, address: str) -> str:
    """Return the link that opens a phone's map at this address; "" without one."""
    return (
        f"https://www.google.com/maps/search/?{urlencode({'api': 1, 'query': f'{name}, {address}'})}" if address else ""
    )


def phone_url(number: str) -> str:
    """Return the link that calls a number written as people read it; "" without one."""
    return "tel:" + "".join(one for one in number if one in "+0123456789") if number else ""
