"""`hub doctor`: print which servers the hub uses, their versions, and any problem found."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from argparse import Namespace
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.request import ProxyHandler, build_opener

from hub.commands.command_result import CommandResult
from hub.commands.command_services import with_servers
from hub.commands.doctor_replica import look_at_replica
from hub.commands.failures import without_password, without_secrets
from hub.commands.standbys import look_at_servers
from hub.serving import open_files
from hub.settings import Settings, weak_secrets

_SHARED_LIMITS = "name its network in HUB_TRUSTED_PROXIES, or all visitors share the limits of one"
_FAILING_WEBHOOKS = (
    "SELECT count(*) FROM webhooks WHERE failing_since < now() - interval '1 hour' AND paused_at IS NULL"
)
_VENUES_THAT_TEXT = "SELECT string_agg(name, ', ' ORDER BY id) FROM venues WHERE contact_check IN ('sms', 'both')"
_VENUES_THAT_TEXT_OF_VISITS = "SELECT string_agg(name, ', ' ORDER BY id) FROM venues WHERE text_messages <> 'off'"


async def doctor(args: Namespace) -> CommandResult:
    del args
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    problems: list[str] = []
    serves = "HUB_SECRET_KEY" in os.environ  # `hub run` makes a key of its own
    problems += _look_at_settings(settings, serves=serves)
    if await asyncio.to_thread(_proxy_was_seen, settings):
        problems.append(f"requests come from a proxy that is not trusted: {_SHARED_LIMITS}")
    if await asyncio.to_thread(_jobs_are_away, settings):
        problems.append("no process runs the jobs, so mails and webhooks wait: start one with `hub serve --role jobs`")
    async with with_servers(settings, behind_pooler=True) as complete:
        assert complete.database_url is not None
        assert complete.redis_url is not None
        versions: dict[str, str | None] = {"hub": _own_version(), "python": platform.python_version()}
        versions["postgres"] = await _look_at_postgres(
            complete.database_url,
            problems,
            processes=complete.processes,
            without_sms=serves and settings.sms_url is None and not settings.has_mailbox,
        )
        servers = await look_at_servers(complete.database_url, problems)
        if complete.database_read_url is not None:
            problems += await look_at_replica(complete.database_url, complete.database_read_url)
        versions["redis"] = await _look_at_redis(complete.redis_url, problems)
        document: dict[str, Any] = {
            # Without passwords: what this prints is pasted into tickets and chats.
            "database_url": without_password(complete.database_url),
            "redis_url": without_password(complete.redis_url),
            "data_dir": str(complete.data_dir),
            "embedded": {"database": settings.database_url is None, "redis": settings.redis_url is None},
            "postgres_servers": servers,
            "versions": versions,
            "problems": [without_secrets(problem) for problem in problems],
        }
    text = [f"{name:<13} {document[name]}" for name in ("database_url", "redis_url", "data_dir")]
    text += [f"{name:<13} {version}" for name, version in versions.items()]
    text += [f"{'postgres at':<13} {name} is {is_now}" for name, is_now in document["postgres_servers"].items()]
    text += [f"problem       {problem}" for problem in document["problems"]] or ["no problem found"]
    return CommandResult(document, "\n".join(text))


def _look_at_settings(settings: Settings, *, serves: bool) -> list[str]:
    """Return what is wrong with the settings themselves, before any server is asked. `serves`: they are those of `hub serve`."""
    problems = weak_secrets(settings)
    if serves and settings.keeps_mail_back:
        problems.append("HUB_SMTP_URL is not set: `hub serve` keeps every email in the outbox until it is")
    if settings.clock_offset:
        problems.append(f"HUB_CLOCK_OFFSET is {settings.clock_offset:g}: the hub does not live in the present")
    if settings.data_dir.is_dir() and settings.data_dir.stat().st_mode & 0o066:
        problems.append(
            f"others may read {settings.data_dir}, which holds keys and mail: chmod go-rw {settings.data_dir}"
        )
    if settings.is_https and not settings.trusted_proxies:
        problems.append(f"HUB_PUBLIC_URL is https, and so a proxy stands before the hub: {_SHARED_LIMITS}")
    if open_files.reachable() < open_files.LEAST:
        problems.append(
            f"a process may have {open_files.reachable()} files open, and every connection is one: raise the hard limit"
            f" to {open_files.LEAST} or more (ulimit -Hn, LimitNOFILE= of systemd, ulimits.nofile of Docker)"
        )
    return problems


def _proxy_was_seen(settings: Settings, *, patience: float = 2.0) -> bool:
    """Return whether the hub that runs on this machine has warned of a proxy. Without a running hub nobody knows."""
    return (
        re.search(r"^proxies_not_trusted [1-9]", _ask_running_hub(settings, "/metrics", patience), re.MULTILINE)
        is not None
    )


def _jobs_are_away(settings: Settings) -> bool:
    """Return whether the hub that runs on this machine misses a process for the jobs."""
    return '"jobs":"away"' in _ask_running_hub(settings, "/readyz")


def _ask_running_hub(settings: Settings, path: str, patience: float = 2.0) -> str:
    """Return what the hub that runs on this machine answers, or "" if none does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"
    opener = build_opener(ProxyHandler({}))
    opener.addheaders = [("Authorization", f"Bearer {settings.metrics_token}")] if settings.metrics_token else []
    try:
        with opener.open(address, timeout=patience) as answer:
            return str(answer.read(5_000_000).decode("utf-8", "replace"))
    except (OSError, HTTPException, ValueError):
        return ""


async def _look_at_postgres(
    url: str, problems: list[str], *, processes: int = 1, without_sms: bool = False
) -> str | None:
    import asyncpg

    from db.connection_limit import describe_shortage, read_allowed
    from db.migrate import OLDEST_POSTGRES, MigrationError, unapplied
    from db.pooler import ADVICE, shares_connections
    from db.primary import connect_to_primary
    from db.row_security import HOW_TO_ADD, wall_stands

    try:
        if await shares_connections(url):
            problems.append(ADVICE)
            return None
        connection = await connect_to_primary(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        problems.append(f"Postgres does not answer: {type(error).__name__}: {error}")
        return None
    try:
        version = str(await connection.fetchval("SHOW server_version"))
        if connection.get_server_version().major < OLDEST_POSTGRES:
            problems.append(f"Postgres {version} is too old: {OLDEST_POSTGRES} is the least")
        risky = "SELECT name FROM pg_settings WHERE setting = 'off' AND name = ANY ($1)"
        for row in await connection.fetch(risky, ["fsync", "synchronous_commit", "full_page_writes"]):
            problems.append(f"Postgres runs with {row['name']}=off: an acknowledged booking may be lost")  # noqa: PERF401
        shortage = describe_shortage(processes, await read_allowed(connection))
        if shortage is not None:
            problems.append(shortage)
        if await connection.fetchval("SHOW server_encoding") != "UTF8":
            problems.append("the database is not encoded in UTF8")
        if await connection.fetchval("SELECT to_regclass('organisations')") and not await wall_stands(connection):
            user = await connection.fetchval("SELECT session_user")
            problems.append(
                "organisations are kept apart by the hub's statements alone, because its user may not make the roles of"
                f" row-level security: let a superuser run `{HOW_TO_ADD.format(user=user)}`, then run `hub migrate`"
            )
        with suppress(asyncpg.UndefinedTableError):  # not migrated yet
            failing = await connection.fetchval(_FAILING_WEBHOOKS)
            if failing:
                problems.append(f"{failing} webhooks have failed for an hour or longer: see `hub webhooks list`")
        if without_sms:
            with suppress(asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):  # not migrated yet
                venues = await connection.fetchval(_VENUES_THAT_TEXT)
                if venues:
                    problems.append(
                        f"HUB_SMS_URL is not set, and so nobody can book at {venues}: a code by SMS comes first"
                    )
                venues = await connection.fetchval(_VENUES_THAT_TEXT_OF_VISITS)
                if venues:
                    problems.append(f"HUB_SMS_URL is not set, and so no text message about a visit at {venues} is sent")
    finally:
        await connection.close()
    try:
        missing = await unapplied(url)
    except MigrationError as error:
        problems.append(str(error))
    else:
        if missing:
            problems.append(f"migrations not applied yet: {', '.join(missing)}")
    return version


async def _look_at_redis(url: str, problems: list[str]) -> str | None:
    from db.redis_client import NO_EVICTION, REDIS_ERRORS, cluster_troubles, connect, read_eviction_policy

    client: Any = connect(url)
    try:
        sections = await client.info("server")
        facts: dict[str, Any] = next(iter(sections.values())) if "redis_version" not in sections else sections
        policy = await read_eviction_policy(client)
        if policy != NO_EVICTION:
            problems.append(f"Redis evicts keys (maxmemory-policy {policy}): set noeviction, or holds vanish")
        problems += await cluster_troubles(client)
    except REDIS_ERRORS as error:
        problems.append(f"Redis does not answer: {type(error).__name__}: {error}")
        return None
    finally:
        await client.aclose()
    version = str(facts.get("valkey_version") or facts.get("redis_version"))
    if int(str(facts.get("redis_version", "7")).split(".", 1)[0]) < 7:
        problems.append(f"Redis {version} is too old: 7.0 is the least")
    return f"valkey {version}" if "valkey_version" in facts else version


def _own_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("venue-hub")
    except PackageNotFoundError:
        return "unknown"
