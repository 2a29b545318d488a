"""Sign-in by an organisation's OpenID Connect provider. It signs existing staff in, and never adds anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.provider_steps import PendingConnection, PendingRequest, ProviderSteps
from hub.access.roles import Role, at_least
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.actions.staff.new_session import SignedIn, SignInClient, open_session
from hub.actions.staff.password_sessions import end_password_sessions
from hub.actions.staff.people import refuse_beyond
from hub.actions.staff.second_step import find_account
from hub.actions.staff.sign_in_settings import Provider, read_provider
from hub.observability.telemetry import PROVIDER_SIGNED_IN, event
from hub.openid.client import OpenIDClient, ProviderAccount
from hub.openid.providers import OpenIDProviders, refused
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.second_factor import PasswordUse
from hub.services import Services

FACTORS = load("staff/second_factors")
SETTINGS = load("staff/sign_in_settings")
CALLBACK = "/operator/oidc/callback"


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """The query of the callback. Each value is "" if it is missing."""

    state: str
    code: str
    error: str
    issuer: str


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """A new session, and the page that the person wanted to see."""

    signed_in: SignedIn
    next_path: str


def redirect_uri(services: Services) -> str:
    """Return the address that is registered at the provider."""
    return services.settings.public_url.rstrip("/") + CALLBACK


async def begin_provider_sign_in(
    services: Services, providers: OpenIDProviders, org_id: int, next_path: str
) -> tuple[str, str, datetime]:
    """Return where to send the browser, with a token for its cookie and when that expires.

    Refuses NOT_FOUND without a provider, PROVIDER_UNAVAILABLE and PROVIDER_REFUSED.
    """
    provider = await _provider(services, org_id)
    request = await providers.begin(_client(provider), redirect_uri(services))
    pending = PendingRequest(org_id, provider.issuer, request.nonce, request.verifier, next_path)
    token, until = ProviderSteps(services.settings, services.clock).issue_request(pending, request.state)
    return request.url, token, until


async def finish_provider_sign_in(
    services: Services, providers: OpenIDProviders, token: str, answer: ProviderAnswer, client: SignInClient
) -> ProviderSignIn:
    """Sign in by the provider's answer to the request whose token the browser kept.

    Refuses PROVIDER_REFUSED with the `problem` (`expired`, `cancelled`, ...), PROVIDER_UNAVAILABLE, PROVIDER_ACCOUNT_TAKEN, and
    PROVIDER_ACCOUNT_UNKNOWN with the account as `shown`, how accounts are found (`match`), and a `connection` to connect it by. Refuses what `begin_session` says.
    """
    if answer.error:
        # Some providers leave the state out of an error. It changes nothing here, so it is not asked for.
        raise refused("cancelled" if answer.error in ("access_denied", "login_required") else "refused")
    pending = ProviderSteps(services.settings, services.clock).read_request(token, answer.state) if token else None
    if pending is None or not answer.code:
        raise refused("expired")
    provider = await _provider(services, pending.org_id)
    if provider.issuer != pending.issuer:
        raise refused("expired")
    account = await providers.finish(
        _client(provider), redirect_uri(services), answer.code, verifier=pending.verifier, nonce=pending.nonce,
        said_issuer=answer.issuer or None,
    )  # fmt: skip
    staff_id = await _person_of(services, provider, account, client.client_ip)
    username = await services.database.fetchval(SETTINGS.username_of, provider.org_id, staff_id)
    row = username and await find_account(services, provider.org_id, staff_id, username)
    if not row:
        raise _unknown(services, provider, account)
    signed_in = await open_session(services, provider.org_id, staff_id, username, stored=None, client=client)
    if at_least(Role(row["role"]), Role.ADMIN) and provider.worked_at is None:
        await _note_that_it_works(services, provider)
    event(PROVIDER_SIGNED_IN, org_id=provider.org_id, staff_id=staff_id)
    return ProviderSignIn(signed_in, pending.next_path)


async def _note_that_it_works(services: Services, provider: Provider) -> None:
    """From now on the setting of passwords has effect, so the sessions that it forbids end."""
    async with services.database.transaction() as connection:
        use = await connection.fetchval(
            SETTINGS.provider_worked, provider.org_id, provider.issuer, services.clock.now()
        )
        ended = (
            []
            if use is None
            else await end_password_sessions(connection, provider.org_id, PasswordUse(use), provider_worked=True)
        )
    services.announcer.publish(ended)


async def connect_account(services: Services, by: Actor, token: str) -> str:
    """Connect the account that has just signed in at the provider with the signed-in person, and return how it is known.

    Refuses SIGN_IN_STEP_EXPIRED, also for an account of another organisation, and PROVIDER_ACCOUNT_TAKEN.
    """
    connection = read_connection(services, by, token)
    account = ProviderAccount(connection.issuer, connection.subject, "", connection.shown)
    await _link(services, by, by.staff_id or 0, account)
    return connection.shown


def read_connection(services: Services, by: Actor, token: str) -> PendingConnection:
    """Return the account that waits to be connected. Refuses SIGN_IN_STEP_EXPIRED."""
    connection = ProviderSteps(services.settings, services.clock).read_connection(token) if token else None
    if connection is None or connection.org_id != by.org_id:
        raise Refused(Reason.SIGN_IN_STEP_EXPIRED)
    return connection


async def check_provider(services: Services, providers: OpenIDProviders, by: Actor) -> None:
    """Ask the provider for its document and keys. Refuses NOT_FOUND, PROVIDER_UNAVAILABLE and PROVIDER_REFUSED."""
    await providers.check((await _provider(services, by.org_id)).issuer)


async def disconnect_account(
    services: Services, by: Actor, staff_id: int, *, role: Role | None = None, dry_run: bool = False
) -> None:
    """Disconnect somebody from their accounts at every provider. Refuses NOT_FOUND if there are none.

    `role` is that of whoever asks: nobody disconnects a higher one, or one outside of the scope of `by` (FORBIDDEN).
    """
    async with change(services, dry_run=dry_run) as connection:
        person = await connection.fetchrow(FACTORS.read_person, by.org_id, staff_id)
        if person is not None and role is not None and not at_least(role, Role(person["role"])):
            raise Refused(Reason.FORBIDDEN)
        if person is not None:
            refuse_beyond(by, person["role"], person["venue_ids"])
        rows = await connection.fetch(SETTINGS.unlink_accounts, by.org_id, staff_id)
        if not rows:
            raise Refused(Reason.NOT_FOUND)
        await record_change(connection, services, by, AuditAction.PROVIDER_ACCOUNT_UNLINKED, staff_id,
                            before={"issuers": [row["issuer"] for row in rows]})  # fmt: skip


async def _provider(services: Services, org_id: int) -> Provider:
    provider = await read_provider(services, org_id)
    if provider is None:
        raise Refused(Reason.NOT_FOUND)
    return provider


def _client(provider: Provider) -> OpenIDClient:
    return OpenIDClient(provider.issuer, provider.client_id, provider.client_secret)


async def _person_of(services: Services, provider: Provider, account: ProviderAccount, client_ip: str | None) -> int:
    """Return who an account is: whoever it is connected with, else whom the setting finds, who is connected from then on."""
    known: int | None = await services.database.fetchval(
        SETTINGS.account_of_subject, provider.org_id, account.issuer, account.subject, services.clock.now()
    )
    if known is not None:
        return known
    rows: list[Any] = []
    if provider.match == "email" and account.email:
        rows = await services.database.fetch(SETTINGS.person_by_email, provider.org_id, account.email)
    elif provider.match == "username" and account.username:
        rows = await services.database.fetch(SETTINGS.person_by_username, provider.org_id, account.username)
    if len(rows) != 1:
        raise _unknown(services, provider, account)
    staff_id: int = rows[0]["id"]
    by = Actor(provider.org_id, None, staff_id, rows[0]["name"], "page", client_ip)
    await _link(services, by, staff_id, account)
    return staff_id


async def _link(services: Services, by: Actor, staff_id: int, account: ProviderAccount) -> None:
    async with change(services) as connection:
        added = await connection.fetchval(
            SETTINGS.link_account, by.org_id, staff_id, account.issuer, account.subject, services.clock.now()
        )
        if added is None:
            raise Refused(Reason.PROVIDER_ACCOUNT_TAKEN, shown=account.shown)
        await record_change(connection, services, by, AuditAction.PROVIDER_ACCOUNT_LINKED, staff_id,
                            after={"issuer": account.issuer})  # fmt: skip


def _unknown(services: Services, provider: Provider, account: ProviderAccount) -> Refused:
    pending = PendingConnection(provider.org_id, account.issuer, account.subject, account.shown)
    token, until = ProviderSteps(services.settings, services.clock).issue_connection(pending)
    return Refused(
        Reason.PROVIDER_ACCOUNT_UNKNOWN, shown=account.shown, match=provider.match, label=provider.label, connection=token,
        expires_at=until,
    )  # fmt: skip
