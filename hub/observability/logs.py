"""The log: one JSON object per line on standard error. It never blocks and never holds a code, token or address.

    event("ticket.verified", ticket_id=7)     callable from anywhere, takes about a microsecond
    logging.getLogger(...).exception(...)     goes into the same log

A thread builds, cleans and writes the lines ten times a second, and at once after an error. A killed process loses the lines
of the last tenth of a second. Whatever must not be lost is a row in Postgres.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request or socket. Every line that is logged within it carries the id."""

_Line = tuple[float, str, tuple[str, ...], str | None, dict[str, Any]]
"""Moment, level, names of the events, id of the request, and fields. Each name is a line of its own."""

_PATIENCE = 0.1
_MOST_WAITING = 50_000  # lines; beyond this, new ones are dropped and counted to save memory
_CHUNK = 64  # lines made between two writes; a write lets other threads run
_SHORT = 40  # characters; the cleaned form of a value up to this length is cached
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_SECRET_FIELDS = frozenset(
    [
        "authorization",
        "code",
        "contact",
        "cookie",
        "customer_email",
        "customer_name",
        "customer_phone",
        "email",
        "idempotency_key",
        "manage_token",
        "manage_url",
        "name",
        "operator_name",
        "password",
        "phone",
        "pin",
        "qr",
        "secret",
        "ticket_code",
        "token",
        "user_input",
        "username",
    ]
)
_HIDDEN = "[redacted]"
_PATTERNS = (
    re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"(?<![A-Za-z0-9])(?:TKT|DT|MP|tkt|dt|mp)-[A-Za-z0-9][A-Za-z0-9-]{3,}"),
    re.compile(r"[^\s\"'<>()\\,;:=@]{1,64}@[^\s\"'<>()\\,;:=@]{1,255}"),
    re.compile(r"(?<![\w:.])\+[1-9][0-9](?:[ ().-]?[0-9]){5,14}(?![\w:])"),
    re.compile(r"(?<=[?&])(?:token|ticket|code|key)=[^&\s\"]+"),
    re.compile(r"(?<=/[rb]/)[\w-]{8,}"),
    # Random text of at least 128 bits. Text of hexadecimal digits alone (request id, scan id, hash) is none of our tokens.
    re.compile(r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{22,}(?![\w-])"),
)

_waiting: deque[_Line] = deque()
_wake = threading.Event()
_flushing = threading.RLock()
_writer: threading.Thread | None = None
_captures: list[list[dict[str, Any]]] = []
_dropped = 0
_without_info = False


def event(name: str, /, level: str = "INFO", *, also: Sequence[str] = (), **fields: Any) -> None:
    """Log an event. `name` is a constant of `hub/observability/telemetry.py`. Each name in `also` has a line of its own.

    The lines of one call have the same fields, which are cleaned once: that is most of a line's cost.
    """
    if (_writer is not None or _captures) and not (_without_info and level == "INFO"):
        _put((time.time(), level, (name, *also), request_id.get(), fields))


def write(name: str, level: str, /, **fields: Any) -> None:
    """Write one line in the calling thread, for a process that has not called `start` because it forks."""
    _write(encode((time.time(), level, (name,), None, fields)))


def start(level: str = "INFO") -> None:
    """Send everything that this process logs, libraries included, to standard error. Call it once."""
    global _writer  # noqa: PLW0603 - one log per process
    if _writer is not None:
        return
    root = logging.getLogger()
    root.handlers[:] = [_Handler()]
    root.setLevel(level)
    logging.captureWarnings(True)
    _writer = threading.Thread(target=_write_forever, name="log-writer", daemon=True)
    _writer.start()
    atexit.register(flush)


def flush() -> None:
    """Write the waiting lines now, in the calling thread.

    A lock allows one writer at a time. At exit the thread may be in the middle of a line, because a full pipe takes part of it.
    """
    with _flushing:
        while _waiting:
            lines = [encode(_waiting.popleft()) for _ in range(min(len(_waiting), _CHUNK))]
            _write(b"".join(lines))


@contextmanager
def without_info() -> Iterator[None]:
    """Log only warnings and errors inside the block, such as while the demo is filled in before the hub says that it is open."""
    global _without_info  # noqa: PLW0603 - one log per process
    _without_info = True
    try:
        yield
    finally:
        _without_info = False


@contextmanager
def captured() -> Iterator[list[dict[str, Any]]]:
    """Yield the list of lines that are logged inside the block, as they would be written. For tests."""
    lines: list[dict[str, Any]] = []
    handler = _Handler()
    root = logging.getLogger()
    _captures.append(lines)
    if _writer is None:
        root.addHandler(handler)
    try:
        yield lines
    finally:
        _captures.remove(lines)
        root.removeHandler(handler)


def encode(line: _Line) -> bytes:
    """Return the finished lines. Secrets are removed twice: by the names of fields, and by patterns in the text."""
    moment, level, names, request, fields = line
    document: dict[str, Any] = {"ts": datetime.fromtimestamp(moment, UTC), "level": level, "event": ""}
    if request is not None:
        document["request_id"] = request
    for field, value in fields.items():
        if value is None or type(value) is int:  # nothing to hide: half of the fields of a scan
            document[field] = _HIDDEN if value is not None and field in _SECRET_FIELDS else value
        else:
            document[field] = _HIDDEN if field in _SECRET_FIELDS else _clean(value)
    document["event"] = names[0]
    first = _encode(document)
    if len(names) == 1:
        return first
    # The other lines differ in the name alone. It stands before every field, so the first place that looks like it is it.
    named = _event_field(names[0])
    return b"".join((first, *(first.replace(named, _event_field(name), 1) for name in names[1:])))


@lru_cache(maxsize=512)
def _event_field(name: str) -> bytes:
    return b'"event":' + orjson.dumps(name)


def _encode(document: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(document, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):  # a lone surrogate, or nested too deep: log it as text
        cut = ascii(document)[:2000]
        return orjson.dumps({"level": document["level"], "event": "log.unreadable", "text": redact(cut)}) + b"\n"


def redact(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text


# Cached, because reasons, gates and request ids repeat, and searching them for secrets is most of a line's cost.
_redact_short = lru_cache(maxsize=4096)(redact)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isalpha() else _redact_short(value) if len(value) <= _SHORT else redact(value)
    if isinstance(value, dict):
        return {k: _HIDDEN if k in _SECRET_FIELDS else _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, bool | int | float | datetime):
        return value
    return redact(str(value))


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        fields["logger"] = record.name
        text = record.getMessage()
        name = text if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", text) else "log"
        if name == "log":
            fields["text"] = text
        if record.exc_info:
            fields["traceback"] = logging.Formatter().formatException(record.exc_info)
        _put((record.created, record.levelname, (name,), request_id.get(), fields))
        if record.levelno >= logging.ERROR:
            _wake.set()


def _put(line: _Line) -> None:
    global _dropped  # noqa: PLW0603
    for lines in _captures:
        lines.extend(orjson.loads(one) for one in encode(line).splitlines())
    if _writer is None:
        return
    if len(_waiting) >= _MOST_WAITING:
        _dropped += 1
    else:
        _waiting.append(line)


def _write_forever() -> None:
    global _dropped
    while True:
        _wake.wait(_PATIENCE)
        _wake.clear()
        flush()
        if _dropped:
            dropped, _dropped = _dropped, 0
            _write(encode((time.time(), "ERROR", ("log.dropped",), None, {"lines": dropped})))


def _write(text: bytes) -> None:
    view = memoryview(text)
    while view:
        try:
            view = view[os.write(sys.stderr.fileno() if sys.stderr else 2, view) :]
        except BlockingIOError:
            time.sleep(0.01)
        except (OSError, ValueError):  # standard error is closed
            return
