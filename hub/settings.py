"""Settings: read once from the environment. One error message names every missing or wrong value."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from hub.rules.secret_strength import KEY_BITS, PASSWORD_BITS, strength
from hub.rules.urls import (
    default_public_url,
    is_loopback,
    is_private,
    listens_to_others,
    parse_origin,
    parse_server_url,
    parse_sms_url,
    url_password,
)

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

Role = Literal["all", "web", "jobs"]
"""What a process is for: serving (`web`), the jobs that are done once for the hub (`jobs`), or both."""
ROLES: tuple[Role, ...] = ("all", "web", "jobs")

SECRET_KEY_BYTES = 32  # smallest size of an HS256 key (RFC 7518, 3.2)
_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400,
}  # fmt: skip
_RATE = re.compile(r"(?P<count>[0-9]{1,9})\s*/\s*(?P<span>[0-9]{0,6})\s*(?P<unit>[a-z]+)")
_T = TypeVar("_T")
_D = TypeVar("_D")


class SettingsError(Exception):
    """Settings are missing or wrong. The message lists every problem, one per line."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in `seconds` seconds."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    database_url: str | None
    database_read_url: str | None
    redis_url: str | None
    data_dir: Path
    host: str
    port: int
    workers: int
    role: Role
    jobs_apart: bool
    public_url: str
    secret_key: bytes
    secret_key_previous: bytes | None
    smtp_url: str | None
    sms_url: str | None
    trusted_proxies: tuple[IPNetwork, ...]
    rate_reservations: Rate | None
    rate_validate: Rate | None
    rate_waiting_room: Rate | None
    rate_codes: Rate | None
    rate_operator: Rate | None
    rate_sync: Rate | None
    rate_sign_in: Rate | None
    rate_staff: Rate | None
    webhook_networks: tuple[IPNetwork, ...]
    oidc_networks: tuple[IPNetwork, ...]
    sockets_per_operator: int | None
    public_sockets_per_ip: int | None
    clock_offset: float
    rehearsal: bool
    development: bool
    metrics_token: str | None

    @property
    def processes(self) -> int:
        """Return how many processes open connections."""
        return 1 if self.role == "jobs" else self.workers + int(self.jobs_apart)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def has_mailbox(self) -> bool:
        """Return whether messages that have no server go into the development mailbox. In production nobody would read them."""
        return self.shows_mailbox or self.rehearsal

    @property
    def shows_mailbox(self) -> bool:
        """Return whether the mailbox can be read at `/dev/mail`, without sign-in: under `hub run`, at no address of the internet."""
        return self.development and is_private(self.public_url)

    @property
    def keeps_mail_back(self) -> bool:
        """Return whether e-mails wait in the outbox until HUB_SMTP_URL is set."""
        return self.smtp_url is None and not self.has_mailbox

    @classmethod
    def from_environment(cls, env: Mapping[str, str], *, development: bool, serving: bool = True) -> Settings:
        """Read the settings; raises SettingsError. `development` is true under `hub run`.

        With more than one worker the jobs run apart, in a process of their own. Under `hub run` so they do beside the one
        process that serves, unless HUB_WORKERS says 1 or there is only one core.

        Commands that do not serve pass `serving=False`. Like `hub run` they may create the secret key and use another clock.
        """
        read = _Reader(env)
        own_key = development or not serving
        data_dir = data_folder(env)
        host = read.text("HUB_HOST") or "127.0.0.1"
        port = read.whole("HUB_PORT", 8080, 0, 65535)
        rehearsal = read.flag("HUB_REHEARSAL")
        clock_offset = read.one("HUB_CLOCK_OFFSET", _seconds, 0.0)
        if clock_offset and serving and not development and not rehearsal:
            read.problems.append("HUB_CLOCK_OFFSET is for tests and rehearsal: set HUB_REHEARSAL=1 to serve with it")
        secret_key = read.one("HUB_SECRET_KEY", _secret_key, b"")
        if not env.get("HUB_SECRET_KEY") and not own_key:
            read.problems.append(
                f"HUB_SECRET_KEY is missing: at least {SECRET_KEY_BYTES} bytes, the same for every process"
            )
        role: Role = read.one("HUB_ROLE", parse_role, "all")
        workers = read.whole("HUB_WORKERS", 1, 1, 64)
        settings = cls(
            database_url=read.one("HUB_DATABASE_URL", parse_server_url("postgresql", "postgres"), None),
            database_read_url=read.one("HUB_DATABASE_READ_URL", parse_server_url("postgresql", "postgres"), None),
            redis_url=read.one(
                "HUB_REDIS_URL", parse_server_url("redis", "rediss", "redis+cluster", "rediss+cluster", "unix"), None
            ),
            data_dir=data_dir,
            host=host,
            port=port,
            workers=workers,
            role=role,
            jobs_apart=role == "all" and (workers > 1 or (development and not env.get("HUB_WORKERS") and has_cores())),
            public_url=read.one("HUB_PUBLIC_URL", parse_origin, default_public_url(host, port)),
            secret_key=secret_key,
            secret_key_previous=read.one("HUB_SECRET_KEY_PREVIOUS", _secret_key, None),
            smtp_url=read.one("HUB_SMTP_URL", parse_server_url("smtp", "smtps", "smtp+starttls"), None),
            sms_url=read.one("HUB_SMS_URL", parse_sms_url, None),
            trusted_proxies=read.one("HUB_TRUSTED_PROXIES", _networks, ()),
            webhook_networks=read.one("HUB_WEBHOOK_NETWORKS", _networks, ()),
            oidc_networks=read.one("HUB_OIDC_NETWORKS", _networks, ()),
            rate_reservations=read.one("HUB_RATE_RESERVATIONS", parse_rate, Rate(10, 60)),
            rate_validate=read.one("HUB_RATE_VALIDATE", parse_rate, Rate(30, 60)),
            # Visitors who join a waiting room: generous, because thousands share one address of a mobile network.
            rate_waiting_room=read.one("HUB_RATE_WAITING_ROOM", parse_rate, Rate(300, 60)),
            # One-time codes by client address: a family behind one router needs one or two codes each.
            # hub/rules/contact_code.py limits how many one e-mail address or phone number gets.
            rate_codes=read.one("HUB_RATE_CODES", parse_rate, Rate(20, 3600)),
            rate_operator=read.one("HUB_RATE_OPERATOR", parse_rate, Rate(100, 60)),
            rate_sync=read.one("HUB_RATE_SYNC", parse_rate, Rate(120, 60)),
            # Failures of a network, so a venue whose whole shift signs in from one address does not reach it.
            rate_sign_in=read.one("HUB_RATE_SIGN_IN", parse_rate, Rate(60, 60)),
            # All requests of a login to one process, pages included. A day's work of an administrator has bursts of some dozens.
            rate_staff=read.one("HUB_RATE_STAFF", parse_rate, Rate(600, 60)),
            sockets_per_operator=read.one("HUB_SOCKETS_PER_OPERATOR", _count_or_off, 20),
            # Generous, because thousands of customers share one address of a mobile network.
            public_sockets_per_ip=read.one("HUB_PUBLIC_SOCKETS_PER_IP", _count_or_off, 1000),
            clock_offset=clock_offset,
            rehearsal=rehearsal,
            development=development,
            metrics_token=read.text("HUB_METRICS_TOKEN"),
        )
        if serving and (listens_to_others(host) or not is_loopback(settings.public_url)):
            read.problems += [f"{weak}: serve others with a better one, or set HUB_HOST and HUB_PUBLIC_URL to addresses "
                              "of this machine" for weak in weak_secrets(settings)]  # fmt: skip
        if read.problems:
            raise SettingsError("\n".join(read.problems))
        if not secret_key and own_key:
            object.__setattr__(settings, "secret_key", own_secret_key(data_dir))
        return settings


def has_cores() -> bool:
    """Return whether this process may use two cores or more. Then the jobs of `hub run` get a process of their own."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) > 1


def data_folder(env: Mapping[str, str]) -> Path:
    return Path(env.get("HUB_DATA_DIR", "").strip() or "var").expanduser().absolute()


def weak_secrets(settings: Settings) -> list[str]:
    """Return a sentence for each secret that is published or easy to guess. It names the setting and never the value."""
    secrets_and_bits = {
        "HUB_SECRET_KEY": (_text(settings.secret_key), KEY_BITS),
        "HUB_SECRET_KEY_PREVIOUS": (_text(settings.secret_key_previous), KEY_BITS),
        "the password in HUB_DATABASE_URL": (url_password(settings.database_url), PASSWORD_BITS),
        "the password in HUB_DATABASE_READ_URL": (url_password(settings.database_read_url), PASSWORD_BITS),
        "the password in HUB_REDIS_URL": (url_password(settings.redis_url), PASSWORD_BITS),
        "HUB_METRICS_TOKEN": (settings.metrics_token, PASSWORD_BITS),
    }
    return [
        f"{name} is published or easy to guess (`openssl rand -hex 32` makes a good one)"
        for name, (secret, bits) in secrets_and_bits.items()
        if secret and strength(secret) < bits
    ]


def _text(key: bytes | None) -> str | None:
    return key.decode("utf-8", "surrogateescape") if key else None


def make_private_folder(folder: Path) -> None:
    """Create the folder with mode 0700. An existing folder keeps its mode."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def own_secret_key(data_dir: Path) -> bytes:
    """Return the secret key of this data folder. The first process creates it with mode 0600."""
    path = data_dir / "secret.key"
    try:
        if not path.exists():
            keep_secret_key(data_dir, secrets.token_urlsafe(48))
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"HUB_DATA_DIR: cannot keep the secret key in {path}: {error.strerror or error}") from error
    if len(key) < SECRET_KEY_BYTES:
        raise SettingsError(f"{path} holds fewer than {SECRET_KEY_BYTES} bytes: remove it, and a new key is made")
    return key


def keep_secret_key(data_dir: Path, key: str) -> None:
    """Write the secret key of a data folder, if it has none."""
    make_private_folder(data_dir)
    # Written under another name, then linked, so that a second process never reads half a key.
    draft = data_dir / f".secret.{os.getpid()}.{secrets.token_hex(4)}"
    draft.touch(mode=0o600)
    draft.write_text(key, encoding="ascii")
    try:
        os.link(draft, data_dir / "secret.key")
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def parse_role(value: str) -> Role:
    for role in ROLES:
        if value == role:
            return role
    raise ValueError("give all, web or jobs")


def parse_rate(value: str) -> Rate | None:
    """Parse `10/min`, `100/s` or `5/15min`; return None for `off`."""
    if value.lower() == "off":
        return None
    found = _RATE.fullmatch(value.lower())
    unit = _SECONDS.get(found["unit"]) if found else None
    if found is None or unit is None:
        raise ValueError("give a limit such as 10/min, 100/s, 5/15min, or off")
    count, seconds = int(found["count"]), unit * int(found["span"] or 1)
    if count < 1 or seconds < 1:
        raise ValueError("a limit admits at least one request; use off to switch it off")
    return Rate(count, seconds)


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def one(self, name: str, parse: Callable[[str], _T], default: _D) -> _T | _D:
        value = self.text(name)
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        def parse(value: str) -> int:
            if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
                raise ValueError(f"give a whole number from {least} to {most}")
            return int(value)

        return self.one(name, parse, default)

    def flag(self, name: str) -> bool:
        def parse(value: str) -> bool:
            if value.lower() not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
                raise ValueError("give 1 or 0")
            return value.lower() in {"1", "true", "yes", "on"}

        return self.one(name, parse, False)


def _secret_key(value: str) -> bytes:
    key = value.encode("utf-8", "surrogateescape")
    if len(key) < SECRET_KEY_BYTES:
        raise ValueError(f"has {len(key)} bytes, at least {SECRET_KEY_BYTES} are needed")
    return key


def _networks(value: str) -> tuple[IPNetwork, ...]:
    return tuple(ipaddress.ip_network(part, strict=False) for part in re.split(r"[,\s]+", value) if part)


def _count_or_off(value: str) -> int | None:
    if value.lower() == "off":
        return None
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < 1:
        raise ValueError("give a whole number from 1 up, or off")
    return int(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = float("nan")
    # 40 years are more than any rehearsal needs, and safe for datetime. `not <=` refuses nan as well.
    if not abs(seconds) <= 40 * 365 * 86400:
        raise ValueError("give a number of seconds")
    return seconds
