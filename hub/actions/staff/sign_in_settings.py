"""The sign-in settings of an organisation: whose second factor is required, its OpenID Connect provider, and who may use passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from db.statements import load
from hub.access.roles import Role, at_least
from hub.access.scope import refuse_other_venue
from hub.access.seal import Seal
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.staff.password_sessions import end_password_sessions
from hub.events.announcements import SessionRevoked
from hub.observability.telemetry import SIGN_IN_SETTINGS_CHANGED, event
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.second_factor import PasswordUse, Requirement, is_newly_asked
from hub.services import Services
from hub.settings import Settings
from hub.text.languages import N_

SETTINGS = load("staff/sign_in_settings")
FACTORS = load("staff/second_factors")
SESSIONS = load("staff/sessions")
PURPOSE = "client secret"
LONGEST_URL, LONGEST_CLIENT, LONGEST_SECRET, LONGEST_LABEL = 500, 200, 500, 60
Match = Literal["email", "username", "linked"]
MATCHES: tuple[Match, ...] = ("email", "username", "linked")
_PLAIN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation's OpenID Connect provider. `client_secret` is empty for a public client."""

    org_id: int
    organisation: str
    issuer: str
    client_id: str
    label: str
    match: Match
    worked_at: datetime | None
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """What an administrator sees of the settings. The client secret is never shown again."""

    version: int
    require_second_factor: Requirement
    passwords: PasswordUse
    issuer: str
    client_id: str
    has_client_secret: bool
    label: str
    match: Match
    worked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInChange:
    """What changes. None leaves it as it is; an empty issuer removes the provider, and an empty secret the secret."""

    require_second_factor: str | None = None
    passwords: str | None = None
    issuer: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    label: str | None = None
    match: str | None = None


async def read_settings(services: Services, by: Actor) -> SignInSettings:
    return _shown(await _row(services.database, by.org_id))


async def read_provider(services: Services, org_id: int) -> Provider | None:
    """Return the provider of an organisation, with its secret; None if it has none."""
    row = await services.database.fetchrow(SETTINGS.read_settings, org_id)
    if row is None or row["oidc_issuer"] is None:
        return None
    sealed = row["oidc_client_secret"]
    secret = "" if sealed is None else Seal(services.settings, PURPOSE).open(sealed, str(org_id))
    return Provider(
        org_id, row["organisation"], row["oidc_issuer"], row["oidc_client_id"], row["oidc_label"] or row["organisation"],
        row["oidc_match"], row["oidc_worked_at"], secret or "",
    )  # fmt: skip


async def change_settings(
    services: Services, by: Actor, changes: SignInChange, *, version: int | None = None, dry_run: bool = False
) -> SignInSettings:
    """Change the settings. Refuses INVALID_REQUEST with every wrong field, VERSION_MISMATCH, and FORBIDDEN to whoever may act at
    some venues only.

    Another issuer or client has not worked yet, so `passwords` has no effect until an administrator has signed in by it. Whoever is
    newly asked for a second factor is signed out, except in the session of `by`, and brings or sets up one to come back. So is
    whoever signed in with a password and may no longer use one.
    """
    refuse_other_venue(by, None)
    async with change(services, dry_run=dry_run) as connection:
        await connection.execute(SETTINGS.make_settings, by.org_id)
        refuse_other_version(await connection.fetchrow(SETTINGS.lock_settings, by.org_id), version)
        row = await _row(connection, by.org_id)
        was = _shown(row)
        new = _changed(services.settings, was, changes)
        sealed = _sealed_secret(services, by.org_id, row["oidc_client_secret"], changes.client_secret, new["issuer"])
        same = (new["issuer"], new["client_id"]) == (was.issuer, was.client_id)
        await connection.execute(
            SETTINGS.write_settings, by.org_id, new["require_second_factor"], new["passwords"], new["issuer"] or None,
            new["client_id"] or None, sealed, new["label"], new["match"], row["oidc_worked_at"] if same else None,
        )  # fmt: skip
        now = _shown(await _row(connection, by.org_id))
        before, after = _recorded(was), _recorded(now)
        if changes.client_secret:
            after |= {"client_secret": "changed"}
        await record_change(
            connection, services, by, AuditAction.SIGN_IN_SETTINGS_CHANGED, by.org_id, before=before, after=after
        )
        ended = await _end_newly_asked(connection, by, was.require_second_factor, now.require_second_factor)
        if was.passwords is not now.passwords:
            worked = now.worked_at is not None
            ended += await end_password_sessions(
                connection, by.org_id, now.passwords, provider_worked=worked, but=by.jti
            )
    if not dry_run:
        services.announcer.publish(ended)
        event(SIGN_IN_SETTINGS_CHANGED, "WARNING", org_id=by.org_id, staff_id=by.staff_id)
    return now


async def _end_newly_asked(connection: Any, by: Actor, before: Requirement, after: Requirement) -> list[SessionRevoked]:
    """End the sessions of whoever is asked for a second factor from now on. Return what to announce after the commit."""
    if before is after:
        return []
    asked = [
        row["id"]
        for row in await connection.fetch(FACTORS.hold_signed_in, by.org_id)
        if is_newly_asked(
            before, after, has_one=row["has_one"], has_password=row["has_password"], has_pin=row["has_pin"],
            administrator=at_least(row["role"], Role.ADMIN), operator=row["role"] == Role.OPERATOR,
        )
    ]  # fmt: skip
    rows = await connection.fetch(SESSIONS.end_sessions_of_people, by.org_id, asked, by.jti)
    return [SessionRevoked(by.org_id, row["jti"], None, None) for row in rows]


def _changed(settings: Settings, was: SignInSettings, changes: SignInChange) -> dict[str, str]:
    """Return the settings after the change. Refuses INVALID_REQUEST with every wrong field."""
    new = {
        name: str(getattr(was, name)) if getattr(changes, name) is None else str(getattr(changes, name)).strip()
        for name in ("require_second_factor", "passwords", "issuer", "client_id", "label", "match")
    }
    new["issuer"] = new["issuer"].rstrip("/") if _is_bare(new["issuer"]) else new["issuer"]
    errors: dict[str, str] = {}
    _check_choice(errors, new, "require_second_factor", tuple(Requirement))
    _check_choice(errors, new, "passwords", tuple(PasswordUse))
    _check_choice(errors, new, "match", MATCHES)
    if not new["issuer"]:
        new["client_id"], new["passwords"] = "", PasswordUse.EVERYBODY.value
        if changes.passwords is not None and changes.passwords != PasswordUse.EVERYBODY:
            errors["passwords"] = N_("Connect a sign-in service first")
    else:
        if problem := issuer_problem(settings, new["issuer"]):
            errors["issuer"] = problem
        if not new["client_id"]:
            errors["client_id"] = N_("Must not be blank")
        elif (
            len(new["client_id"]) > LONGEST_CLIENT or not _PLAIN.fullmatch(new["client_id"]) or ":" in new["client_id"]
        ):
            errors["client_id"] = N_("Give the client ID as the service shows it")
    secret = changes.client_secret
    if secret and (len(secret) > LONGEST_SECRET or not (secret.isascii() and secret.isprintable())):
        errors["client_secret"] = N_("Give the secret as the service shows it")
    if len(new["label"]) > LONGEST_LABEL or not new["label"].isprintable():
        errors["label"] = N_("At most {} characters").replace("{}", str(LONGEST_LABEL))
    refuse_fields(errors)
    return new


def issuer_problem(settings: Settings, issuer: str) -> str | None:
    """Return what is wrong with an issuer's address, or None. Names are checked again when they are resolved."""
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    rehearsing = settings.development or settings.rehearsal
    if (
        not host
        or len(issuer) > LONGEST_URL
        or not _PLAIN.fullmatch(issuer)
        or parts.username
        or parts.query
        or parts.fragment
    ):
        return N_("Give an address such as https://login.example.org")
    if parts.scheme != "https" and not (parts.scheme == "http" and rehearsing):
        return N_("The address must begin with https://")
    return None


def _is_bare(issuer: str) -> bool:
    """Return whether an issuer is a host alone. Its slash is no part of the name; that of a path may be one."""
    return issuer.count("/") == 3 and issuer.endswith("/")


def _check_choice(errors: dict[str, str], new: Mapping[str, str], name: str, choices: tuple[str, ...]) -> None:
    if new[name] not in choices:
        errors[name] = f"Give one of {', '.join(choices)}"


def _sealed_secret(services: Services, org_id: int, sealed: Any, given: str | None, issuer: str) -> bytes | None:
    """Return the client secret to store: the given one, none, or the one that is stored already."""
    if not issuer or given == "":
        return None
    if given is None:
        return None if sealed is None else bytes(sealed)
    return Seal(services.settings, PURPOSE).seal(given, str(org_id))


async def _row(database: Any, org_id: int) -> Any:
    row = await database.fetchrow(SETTINGS.read_settings, org_id)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    return row


def _shown(row: Any) -> SignInSettings:
    return SignInSettings(
        row["version"], Requirement(row["require_second_factor"]), PasswordUse(row["passwords"]), row["oidc_issuer"] or "",
        row["oidc_client_id"] or "", row["oidc_client_secret"] is not None, row["oidc_label"], row["oidc_match"],
        row["oidc_worked_at"],
    )  # fmt: skip


def _recorded(settings: SignInSettings) -> dict[str, Any]:
    """Return what the audit log keeps: everything but the secret."""
    return {name: value for name, value in asdict(settings).items() if name not in ("version", "worked_at")}
