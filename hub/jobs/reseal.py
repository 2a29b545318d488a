"""The job after a change of HUB_SECRET_KEY: seals what the previous key has sealed with the current one, until nothing is left."""

from __future__ import annotations

from hub.actions.staff.reseal_secrets import reseal_secrets
from hub.actions.webhooks.secrets import reseal_webhooks
from hub.services import Services


async def reseal_everything(services: Services) -> None:
    """Does nothing without HUB_SECRET_KEY_PREVIOUS. What it cannot open stays as it is."""
    if services.settings.secret_key_previous is None:
        return
    while await reseal_secrets(services) or await reseal_webhooks(services):
        pass
