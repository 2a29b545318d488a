"""Long time limits, for tests that check what happens and not how fast.

A busy machine exceeds the real limits, and then the hub correctly answers 503 or works without Redis. tests/db/test_pool.py
and tests/guards test the real limits.
"""

from __future__ import annotations

from typing import Any

import db.patience
import db.pool
import db.redis_client
from hub.actions.booking import reserve
from hub.actions.reporting import server_health
from hub.guards import rate_limit, script_calls, seat_admission, waiting_room

_SECONDS = 60.0


class LastingChanges:
    """Changes for the life of a process, with the names of pytest's `monkeypatch`."""

    @staticmethod
    def setattr(target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    @staticmethod
    def setitem(mapping: Any, name: Any, value: Any) -> None:
        mapping[name] = value


def wait_for_slow_servers(monkeypatch: Any) -> None:
    """Make hubs that are opened from now on wait a minute for Postgres and Redis."""
    open_pool = db.pool.Pool.__init__

    def open_patient_pool(pool: Any, dsn: str, **how: Any) -> None:
        open_pool(pool, dsn, **{**how, "patience": _SECONDS})
        for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            pool._settings[limit] = f"{_SECONDS:.0f}s"

    monkeypatch.setattr(db.pool.Pool, "__init__", open_patient_pool)
    monkeypatch.setattr(db.pool, "ACQUIRE_SECONDS", _SECONDS)
    monkeypatch.setattr(db.pool, "COMMAND_SECONDS", _SECONDS)
    monkeypatch.setattr(server_health, "PATIENCE_SECONDS", _SECONDS)
    monkeypatch.setattr(server_health, "REDIS_SECONDS", _SECONDS)
    monkeypatch.setattr(db.pool, "LOCK_SECONDS", _SECONDS)
    monkeypatch.setattr(db.patience, "PATIENCE_SECONDS", _SECONDS)
    monkeypatch.setattr(db.pool, "PATIENCE_SECONDS", _SECONDS)
    monkeypatch.setattr(reserve, "LOCK_SECONDS", _SECONDS)
    monkeypatch.setattr(reserve, "SHARED_LOCK_SECONDS", _SECONDS)
    monkeypatch.setitem(db.redis_client.connect.__kwdefaults__, "patience", _SECONDS)
    monkeypatch.setitem(script_calls.ScriptCalls.run.__kwdefaults__, "within", _SECONDS)
    for module in (rate_limit, script_calls, seat_admission, waiting_room):
        monkeypatch.setattr(module, "PATIENCE", _SECONDS)
    monkeypatch.setattr(seat_admission, "LATE_SECONDS", _SECONDS)
