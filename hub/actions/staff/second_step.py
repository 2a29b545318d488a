"""The second step of a sign-in: a challenge comes back with a code. And the same count of failures for changes of an account."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from db.statements import load
from hub.access.sign_in_steps import SignInSteps, mark_of
from hub.actions.audit.actor import Actor
from hub.actions.staff.new_session import SignedIn, SignInClient, name_on_device, open_session
from hub.actions.staff.second_factor import SecondFactorAnswer, confirm_enrolment, refusal_after_password, stored_secret
from hub.actions.staff.sign_in import admitted
from hub.actions.staff.sign_in_attempts import count_attempt, settle_refusal
from hub.observability.telemetry import LOCKED_OUT, event
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

SIGN_IN = load("staff/sign_in")


async def finish_sign_in(
    services: Services,
    challenge: str,
    answer: SecondFactorAnswer,
    client: SignInClient,
) -> SignedIn:
    """Sign in by the challenge of a right password and a code, or set up the second factor that the challenge holds.

    Refuses SIGN_IN_STEP_EXPIRED for a challenge that is over, or whose password was changed. Refuses SECOND_FACTOR_WRONG, and
    LOCKED_OUT after five wrong passwords and codes together, and what `SignInAdmission` and `begin_session` say.
    """
    step = SignInSteps(services.settings, services.clock).read(challenge)
    if step is None:
        raise Refused(Reason.SIGN_IN_STEP_EXPIRED)
    device = services.sessions.devices.known_to(client.device_cookie, name_on_device(step.org_id, step.username))
    async with (
        admitted(services, device, client),
        counted(services, step.bucket, step.org_id, client_ip=client.client_ip),
    ):
        row = await find_account(services, step.org_id, step.staff_id, step.username)
        stored = "" if row is None else stored_secret(row, by_pin=step.by_pin)
        if not stored or mark_of(stored) != step.secret_mark:
            raise Refused(Reason.SIGN_IN_STEP_EXPIRED)
        codes: list[str] = []
        if step.new_secret is not None:
            by = Actor(step.org_id, row["own_venue_id"] or None, step.staff_id, row["name"], "page", client.client_ip)
            codes = await confirm_enrolment(services, by, challenge, answer.code or "")
        elif refusal := await refusal_after_password(
            services, row, username=step.username, by_pin=step.by_pin, bucket=step.bucket, answer=answer
        ):
            raise refusal
    signed_in = await open_session(services, step.org_id, step.staff_id, step.username, stored=stored, client=client)
    return replace(signed_in, recovery_codes=tuple(codes))


@asynccontextmanager
async def counted(services: Services, bucket: str, org_id: int, *, client_ip: str | None = None) -> AsyncIterator[None]:
    """Count an attempt to answer with a secret. Refuses LOCKED_OUT after five failures, before anything is compared.

    Success clears the count. `org_id` is that of whoever answers.
    """
    async with services.passwords.turn(bucket):
        try:
            await count_attempt(services, bucket)
        except Refused:
            event(LOCKED_OUT, "WARNING", client_ip=client_ip)
            raise
        try:
            yield
        except Refused as no:
            await settle_refusal(services, bucket, no, org_id)
            raise
        await services.database.execute(SIGN_IN.clear_attempts, bucket)


def bucket_of_account(by: Actor) -> str:
    """Return the bucket of a signed-in person's own changes. Nobody's guesses there lock the sign-in at a gate."""
    return hashlib.sha256(f"account {by.org_id} {by.staff_id}".encode()).hexdigest()


async def find_account(services: Services, org_id: int, staff_id: int, username: str) -> Any:
    """Return the row of `find_staff` of this person, or None if they are disabled or renamed."""
    row = await services.database.fetchrow(SIGN_IN.find_staff, username, org_id, 1)
    return row if row is not None and row["id"] == staff_id else None
