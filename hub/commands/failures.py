"""Failures of commands: the one line that an error becomes, and what is logged meanwhile. Neither shows a traceback or a secret.

The texts of our own errors are shown. Those of libraries may repeat a row or an argument, such as the secret of a webhook, so of
these only the kind is shown, and where in our code it happened.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hub.commands.command_result import CommandFailed

ROOT = Path(__file__).parents[2]
SECRETS = ("HUB_SECRET_KEY", "HUB_SECRET_KEY_PREVIOUS", "HUB_METRICS_TOKEN")
URLS = ("HUB_DATABASE_URL", "HUB_DATABASE_READ_URL", "HUB_REDIS_URL", "HUB_SMTP_URL", "HUB_SMS_URL")
FRAMES = 3
"""Functions of ours that the line of an unexpected error names, the innermost first."""


def failure_line(error: BaseException) -> str:
    """Return one line for an error: its reason if it was to be expected, else its kind and its place."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return without_secrets(_expected(error) or _unexpected(error))


def without_secrets(text: str, env: Mapping[str, str] = os.environ) -> str:
    """Return the text with the secrets of the settings hidden, if it has any."""
    hidden = [env.get(name, "").strip() for name in SECRETS]
    for name in URLS:
        password = _password_of(env.get(name, ""))
        hidden += [password, unquote(password)]
    for secret in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def without_password(url: str | None) -> str | None:
    """Return the URL of a server with `***` for its password, wherever the drivers look for one."""
    if url is None:
        return None
    text = re.sub(r"^([^:/?#]+://[^:/?#@]*):[^/?#]*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&](?:ssl)?password=)[^&#]*", r"\1***", text)


class LogLines(logging.Handler):
    """Prints warnings and errors that a command logs as single lines, without their tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = " ".join(record.getMessage().split("\n", 1)[0].split())
        kind = "" if error is None else f" ({type(error).__name__})"
        print(f"hub: {record.levelname.lower()}: {without_secrets(text)}{kind}", file=sys.stderr)


def _expected(error: BaseException) -> str | None:
    """Return the text of an error that says what to do about it; None for any other."""
    from hub.settings import SettingsError

    known: tuple[type[BaseException], ...] = (CommandFailed, SettingsError, OSError)
    if not isinstance(error, known):
        import asyncpg

        from db.migrate import MigrationError
        from db.pool import DatabaseDown
        from db.redis_client import REDIS_ERRORS
        from hub.embedded.launch import LaunchError
        from hub.rules.reasons import Reason
        from hub.rules.refusals import Refused, Unavailable
        from hub.text.messages import message

        if isinstance(error, Refused):
            wrong = error.details.get("errors", ())
            text = message(error.reason, error.details)
            more = [f"{one['field']}: {one['message']}" for one in wrong] + _standing_in_the_way(error.details)
            if error.reason is Reason.SLOTS_OVERLAP:
                more.append("--overlap makes the others all the same")
            return "; ".join([text.removesuffix("."), *more]) if more else text
        known = (
            MigrationError, DatabaseDown, Unavailable, LaunchError, *REDIS_ERRORS,
        )  # fmt: skip
        refused = (
            asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError, asyncpg.CannotConnectNowError,
        )  # fmt: skip
        if isinstance(error, refused):
            return _first_line(error)  # the details below it may repeat a row
    if not isinstance(error, known):
        return None
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip()) or type(error).__name__


def _unexpected(error: BaseException) -> str:
    """Return the kind of an error, its constraint if Postgres has refused a row, and the functions of ours that it came through."""
    constraint = getattr(error, "constraint_name", None)
    what = type(error).__name__ + (f" ({constraint})" if constraint else "")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    places = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno} {frame.name}" for frame in reversed(frames[-FRAMES:])
    ]
    return f"failed unexpectedly: {what}" + (f" in {' < '.join(places)}" if places else "")


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return any(path.is_relative_to(ROOT / folder) for folder in ("hub", "db", "web"))


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "").strip() or type(error).__name__


def _password_of(url: str) -> str:
    """Return the password in a URL as it is written there, also in one that is damaged."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return url.partition("://")[2].rpartition("@")[0].partition(":")[2]


def _standing_in_the_way(details: Mapping[str, Any]) -> list[str]:
    """Return the performances or slots that a refusal names, each once and in a few words."""
    named = [
        one
        for name in ("performances", "overlaps", "slots")
        if isinstance(details.get(name), list)
        for one in details[name]
    ]
    words: dict[str, None] = {}
    for one in named:
        other = one.get("with") or one
        end = f"-{other['end_time'].isoformat('minutes')}" if "slot_id" in other and "end_time" in other else ""
        title = f" {other['title']}" if other.get("title") else ""
        words[f"{other['date']} {other['start_time'].isoformat('minutes')}{end}{title}"] = None
    found = list(words)
    return [*found[:10], f"and {len(found) - 10} more"] if len(found) > 10 else found
