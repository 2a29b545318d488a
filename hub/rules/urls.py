"""URLs of servers and of the hub itself, as settings name them: their parts, the password in them, and who can reach them."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

PRIVATE_DOMAINS = ("localhost", "local", "internal")
"""Domains that exist in private networks alone (RFC 6761, RFC 6762, and ICANN for `internal`)."""

OF_SEVERAL_SERVERS = {"postgresql", "postgres", "redis+cluster", "rediss+cluster"}
"""Schemes of which a URL may name several servers, with commas between them: any of a cluster, or a primary and its standbys."""


def default_public_url(host: str, port: int) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - a listening address is not one a browser can open
        host = "127.0.0.1"
    return _url(host, port)


def listens_to_others(host: str) -> bool:
    """Return whether other machines reach a server that listens on this address or name."""
    return not is_loopback(_url(host, 80))


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(url: str) -> bool:
    """Return whether only this machine reaches the host of the URL."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_private(url: str) -> bool:
    """Return whether the host of the URL exists in a private network alone: its address is private, or nobody can own its name."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in PRIVATE_DOMAINS


def url_password(url: str | None) -> str | None:
    """Return the password in the URL of a server, wherever the drivers look for it."""
    parts = urlsplit(url or "")
    return unquote(parts.password) if parts.password else parse_qs(parts.query).get("password", [None])[0]


def parse_server_url(*schemes: str) -> Callable[[str], str | None]:
    def parse(value: str) -> str | None:
        # The message does not repeat the value, because it may hold a password. That of `urlsplit` does.
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ValueError("this is no URL") from None
        if parts.scheme not in schemes or not (parts.netloc or parts.path or parts.query):
            raise ValueError(f"give a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        hosts = parts.netloc.rpartition("@")[2]
        try:
            for host in hosts.split(",") if parts.scheme in OF_SEVERAL_SERVERS else [hosts]:
                _ = urlsplit(f"//{host}").port
        except ValueError:
            raise ValueError("the port in the URL is not a number from 0 to 65535") from None
        return value

    return parse


def parse_sms_url(value: str) -> str:
    """Check a URL like `twilio://ACCOUNT_SID:TOKEN@/?from=+12025550100`; hub/confirmation/sms_carrier.py lists its parts."""
    parse_server_url("twilio", "twilio+http")(value)
    parts = urlsplit(value)
    named = parse_qs(parts.query)
    if not parts.username or not parts.password:
        raise ValueError("give the account and its token: twilio://ACCOUNT_SID:TOKEN@/?from=+12025550100")
    if ("from" in named) == ("service" in named):
        raise ValueError("say whom messages come from: either ?from=+12025550100 or ?service=MG...")
    if parts.scheme == "twilio+http" and not parts.hostname:
        raise ValueError("twilio+http:// needs a host: Twilio's own is reached by twilio:// alone")
    return value


def parse_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("give a URL such as https://hub.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("give scheme, host and port only, such as https://hub.example.org")
    return f"{parts.scheme}://{parts.netloc}"
