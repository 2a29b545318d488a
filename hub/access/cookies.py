"""The names of cookies that sign somebody in. Over https they begin with `__Host-`.

A browser takes such a cookie only over TLS and for this very host. So no other host of the domain, and nobody on the way, can put a
session of their own into somebody's browser, who would then work in their name.
"""

from collections.abc import Mapping

from hub.settings import Settings

PREFIX = "__Host-"


def cookie_name(name: str, settings: Settings) -> str:
    return f"{PREFIX}{name}" if settings.is_https else name


def read_cookie(cookies: Mapping[str, str], name: str, settings: Settings) -> str | None:
    return cookies.get(cookie_name(name, settings))


def read_lasting_cookie(cookies: Mapping[str, str], name: str, settings: Settings) -> str | None:
    """Return a cookie that a browser keeps for a year. Its name without the prefix, as earlier versions set it, counts last."""
    return cookies.get(cookie_name(name, settings)) or cookies.get(name)
