"""API keys of an organisation: listed, added, changed and revoked. A key is shown once, when it is made."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.api_keys import HINT_LENGTH, new_key
from hub.access.randomness import token_hash
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.observability import telemetry
from hub.rules.api_keys import HIGHEST_RATE, SCOPES, USUAL_RATE
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.services import Services
from hub.text.languages import N_

KEYS = load("integration/api_keys")
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """A key as administrators see it. `hint` is how it begins."""

    api_key_id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    venue_ids: tuple[int, ...]
    requests_per_minute: int
    created_at: datetime
    created_name: str | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ApiKeyFields:
    """What a key may do: its scopes, its venues (none: every one), and its requests a minute."""

    name: str
    scopes: tuple[str, ...]
    venue_ids: tuple[int, ...] = ()
    requests_per_minute: int = USUAL_RATE


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made. `key` is known only now; the hub keeps its hash."""

    record: ApiKeyRecord
    key: str


@dataclass(frozen=True, slots=True)
class ApiKeyPage:
    """One page of keys, newest first. `next` is the `before` of the following page; None at the end."""

    api_keys: tuple[ApiKeyRecord, ...]
    next: int | None


async def list_keys(services: Services, by: Actor, *, before: int | None = None, limit: int = 50) -> ApiKeyPage:
    """Return the keys of the organisation, also revoked ones; those within the venues of `by`."""
    rows = await services.database.fetch(KEYS.list_keys, by.org_id, before or BEYOND, limit + 1, list(by.venue_ids))
    keys = tuple(_record(row) for row in rows[:limit])
    return ApiKeyPage(keys, keys[-1].api_key_id if len(rows) > limit else None)


async def read_key(services: Services, by: Actor, api_key_id: int) -> ApiKeyRecord:
    """Return one key. Refuses API_KEY_NOT_FOUND, and FORBIDDEN outside of the scope of `by`."""
    return await _read(services.database, by, api_key_id)


async def add_key(services: Services, by: Actor, fields: ApiKeyFields, *, dry_run: bool = False) -> NewApiKey:
    """Make a key. Refuses INVALID_REQUEST for a wrong field, and FORBIDDEN for a venue outside of the scope of `by`."""
    key = new_key()
    async with change(services, dry_run=dry_run) as connection:
        fields = await _checked(connection, by, fields)
        api_key_id = await connection.fetchval(
            KEYS.add_key, by.org_id, fields.name, key[:HINT_LENGTH], token_hash(key), list(fields.scopes), list(fields.venue_ids),
            fields.requests_per_minute, services.clock.now(), by.staff_id,
        )  # fmt: skip
        await record_change(connection, services, by, AuditAction.API_KEY_ADDED, api_key_id, after=asdict(fields))
        record = await _read(connection, by, api_key_id)
    if not dry_run:
        telemetry.event(telemetry.API_KEY_CHANGED, api_key_id=api_key_id, staff_id=by.staff_id)
    return NewApiKey(record, "" if dry_run else key)


async def change_key(
    services: Services, by: Actor, api_key_id: int, changes: Mapping[str, Any], *, version: int | None = None, dry_run: bool = False
) -> ApiKeyRecord:  # fmt: skip
    """Change fields of a key, from its next request on. Refuses as `add_key`, and API_KEY_REVOKED and VERSION_MISMATCH."""
    async with change(services, dry_run=dry_run) as connection:
        before = await _lock(connection, by, api_key_id, version)
        if before.revoked_at is not None:
            raise Refused(Reason.API_KEY_REVOKED)
        was = ApiKeyFields(before.name, before.scopes, before.venue_ids, before.requests_per_minute)
        fields = await _checked(connection, by, replace(was, **changes))
        if fields != was:
            await connection.execute(
                KEYS.change_key, by.org_id, api_key_id, fields.name, list(fields.scopes), list(fields.venue_ids),
                fields.requests_per_minute,
            )  # fmt: skip
            await record_change(
                connection,
                services,
                by,
                AuditAction.API_KEY_CHANGED,
                api_key_id,
                before=asdict(was),
                after=asdict(fields),
            )
        record = await _read(connection, by, api_key_id)
    if not dry_run and fields != was:
        telemetry.event(telemetry.API_KEY_CHANGED, api_key_id=api_key_id, staff_id=by.staff_id)
    return record


async def revoke_key(
    services: Services, by: Actor, api_key_id: int, *, version: int | None = None, dry_run: bool = False
) -> ApiKeyRecord:
    """Revoke a key: its next request is refused, in every process. Repeating it changes nothing."""
    async with change(services, dry_run=dry_run) as connection:
        before = await _lock(connection, by, api_key_id, version)
        if before.revoked_at is None:
            await connection.execute(KEYS.revoke_key, by.org_id, api_key_id, services.clock.now())
            await record_change(
                connection, services, by, AuditAction.API_KEY_REVOKED, api_key_id, before={"name": before.name}
            )
        record = await _read(connection, by, api_key_id)
    if not dry_run:
        telemetry.event(telemetry.API_KEY_CHANGED, api_key_id=api_key_id, staff_id=by.staff_id)
    return record


async def _lock(connection: Any, by: Actor, api_key_id: int, version: int | None) -> ApiKeyRecord:
    row = await connection.fetchrow(KEYS.lock_key, by.org_id, api_key_id)
    if row is None:
        raise Refused(Reason.API_KEY_NOT_FOUND)
    refuse_other_version(row, version)
    return await _read(connection, by, api_key_id)


async def _read(database: Any, by: Actor, api_key_id: int) -> ApiKeyRecord:
    row = await database.fetchrow(KEYS.read_key, by.org_id, api_key_id)
    if row is None:
        raise Refused(Reason.API_KEY_NOT_FOUND)
    record = _record(row)
    _refuse_beyond(by, record.venue_ids)
    return record


async def _checked(connection: Any, by: Actor, fields: ApiKeyFields) -> ApiKeyFields:
    """Return the fields as they are stored. Refuses INVALID_REQUEST, and FORBIDDEN for more than `by` may do."""
    errors: dict[str, str] = {}
    name = fields.name
    try:
        name = clean_line(fields.name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    if not fields.scopes or any(scope not in SCOPES for scope in fields.scopes):
        errors["scopes"] = N_("Choose at least one")
    if not 1 <= fields.requests_per_minute <= HIGHEST_RATE:
        errors["requests_per_minute"] = f"Give a whole number from 1 to {HIGHEST_RATE}"
    known = {row["id"] for row in await connection.fetch(KEYS.venues_of_keys, by.org_id)}
    if any(venue_id not in known for venue_id in fields.venue_ids):
        errors["venue_ids"] = N_("There is no such venue")
    refuse_fields(errors)
    _refuse_beyond(by, fields.venue_ids)
    scopes = tuple(scope for scope in SCOPES if scope in fields.scopes)
    return ApiKeyFields(name, scopes, tuple(sorted(set(fields.venue_ids))), fields.requests_per_minute)


def _refuse_beyond(by: Actor, venue_ids: Iterable[int]) -> None:
    """Refuse FORBIDDEN for a key that may do more than `by`: one for every venue, or for another one."""
    for venue_id in tuple(venue_ids) or (None,):
        refuse_other_venue(by, venue_id)


def _record(row: Any) -> ApiKeyRecord:
    return ApiKeyRecord(
        row["id"], row["name"], row["hint"], tuple(row["scopes"]), tuple(row["venue_ids"]), row["requests_per_minute"],
        row["created_at"], row["created_name"], row["last_used_at"], row["revoked_at"], row["version"],
    )  # fmt: skip
