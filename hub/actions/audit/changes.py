"""What all administrative changes share: their transaction, the version they found, and their row of the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import orjson

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

AUDIT_LOG = load("audit/audit_log")

BEYOND = 2**62
"""An id above every other, for the first page of a list."""


TURN_SECONDS = 2.5
"""Seconds that a change waits for its turn. A turn takes no connection, and 20 of 0.1 s follow each other."""


class _Undone(Exception):
    """Ends the transaction of a dry run."""


@asynccontextmanager
async def change(services: Services, *, dry_run: bool = False, turn: Sequence[Hashable] = ()) -> AsyncIterator[Any]:
    """Yield a connection in a transaction. With `dry_run` all of it is undone at the end, whatever the block wrote.

    `turn` names what changes of this process take turns at, before they have a connection: so a crowd of requests for the same thing
    has one connection, and leaves the others to everybody else.
    """
    waits = services.database.turn(turn, within=TURN_SECONDS) if turn else nullcontext()
    try:
        async with waits, services.database.transaction() as connection:
            yield connection
            if dry_run:
                raise _Undone
    except _Undone:
        pass


async def record_change(
    connection: Any,
    services: Services,
    by: Actor,
    action: AuditAction,
    subject_id: int | str,
    *,
    venue_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a row of the audit log, in the transaction of the change. Of two mappings only the fields that differ are kept.

    The log is never edited, so neither mapping may hold a visitor's name, address, phone number or code.
    """
    if before is not None and after is not None:
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        before = {name: before.get(name) for name in changed}
        after = {name: after.get(name) for name in changed}
    await connection.execute(
        AUDIT_LOG.record_change, by.org_id, services.clock.now(), by.staff_id, by.name, by.source, by.client_ip, action.value,
        str(subject_id), venue_id, _json(before), _json(after),
    )  # fmt: skip


def refuse_other_version(row: Any, version: int | None) -> None:
    """Refuse VERSION_MISMATCH with the newest `version` unless the row still has the one that was read. None asks for none."""
    if version is not None and row["version"] != version:
        raise Refused(Reason.VERSION_MISMATCH, version=row["version"])


def refuse_fields(errors: Mapping[str, str]) -> None:
    """Refuse INVALID_REQUEST with one entry per wrong field, if there is one."""
    if errors:
        raise Refused(
            Reason.INVALID_REQUEST, errors=[{"field": field, "message": text} for field, text in errors.items()]
        )


def _json(fields: Mapping[str, Any] | None) -> str | None:
    return None if fields is None else orjson.dumps(dict(fields), default=str).decode()
