"""Revocations: sessions that were ended early, kept in memory so that reading a token needs no query."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

log = logging.getLogger(__name__)

OnEnd = Callable[[int, str | None, int | None, datetime | None], None]


class Revocations:
    """Revoked sessions: single ones by (organisation, jti), and all of a staff member issued before a given time."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[int, str], datetime] = {}
        self._staff: dict[tuple[int, int], tuple[datetime, datetime]] = {}
        self._callbacks: list[OnEnd] = []

    def on_end(self, callback: OnEnd) -> None:
        self._callbacks.append(callback)

    def add_session(self, org_id: int, jti: str, run_out: datetime) -> None:
        """Revoke one session. `run_out` is when its token expires, after which the entry can be dropped."""
        if (org_id, jti) not in self._sessions:
            self._sessions[org_id, jti] = run_out
            self._notify(org_id, jti, None, None)

    def add_staff(self, org_id: int, staff_id: int, issued_before: datetime, run_out: datetime) -> None:
        known = self._staff.get((org_id, staff_id))
        if known is None or known[0] < issued_before:
            self._staff[org_id, staff_id] = (issued_before, run_out)
            self._notify(org_id, None, staff_id, issued_before)

    def holds(self, org_id: int, jti: str, staff_id: int, issued_at: datetime) -> bool:
        """Return whether this session has been revoked."""
        if (org_id, jti) in self._sessions:
            return True
        ended = self._staff.get((org_id, staff_id))
        return ended is not None and issued_at < ended[0]

    def forget_run_out(self, now: datetime) -> None:
        self._sessions = {key: run_out for key, run_out in self._sessions.items() if run_out > now}
        self._staff = {key: ended for key, ended in self._staff.items() if ended[1] > now}

    def _notify(self, org_id: int, jti: str | None, staff_id: int | None, issued_before: datetime | None) -> None:
        for callback in self._callbacks:
            try:
                callback(org_id, jti, staff_id, issued_before)
            except Exception:
                log.exception("session.end_callback_failed")
