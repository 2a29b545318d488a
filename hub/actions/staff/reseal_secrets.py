"""After a change of HUB_SECRET_KEY: secrets sealed with the previous key are sealed with the current one."""

from __future__ import annotations

from db.statements import load
from hub.access.seal import Seal
from hub.actions.staff.second_factor import PURPOSE as SECOND_FACTOR
from hub.actions.staff.second_factor import owner_of
from hub.actions.staff.sign_in_settings import PURPOSE as CLIENT_SECRET
from hub.observability.telemetry import SECRETS_RESEALED, event
from hub.services import Services

FACTORS = load("staff/second_factors")
SETTINGS = load("staff/sign_in_settings")


async def reseal_secrets(services: Services) -> int:
    """Seal at most 1,000 secrets of each kind again, and return how many. A secret whose key is gone stays as it is."""
    database, done = services.database.jobs, 0
    seal = Seal(services.settings, SECOND_FACTOR)
    for row in await database.fetch(FACTORS.sealed_with_other_keys, seal.mark):
        owner = owner_of(row["org_id"], row["staff_id"])
        if (secret := seal.open(row["secret"], owner)) is not None:
            again = seal.seal(secret, owner)
            await database.execute(FACTORS.reseal_secret, row["org_id"], row["staff_id"], row["secret"], again)
            done += 1
    seal = Seal(services.settings, CLIENT_SECRET)
    for row in await database.fetch(SETTINGS.settings_sealed_with_other_keys, seal.mark):
        if (secret := seal.open(row["oidc_client_secret"], str(row["org_id"]))) is not None:
            again = seal.seal(secret, str(row["org_id"]))
            await database.execute(SETTINGS.reseal_client_secret, row["org_id"], row["oidc_client_secret"], again)
            done += 1
    if done:
        event(SECRETS_RESEALED, count=done)
    return done
