"""The device key endpoint: the key with which a scanner encrypts its stored data."""

import base64
import hmac

from aiohttp import web

from hub.access.tokens import Identity
from hub.settings import Settings
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import staff_of


async def show_device_key(request: web.Request) -> web.Response:
    """Send the key. All sessions of a login get the same one, so that a scanner can read its queue after a new sign-in."""
    who = staff_of(request)
    keys = [base64.b64encode(key).decode() for key in device_keys(request.app[SERVICES].settings, who)]
    return success_response({"owner": f"{who.org_id}.{who.staff_id}", "keys": keys, "expires_at": who.expires_at})


def device_keys(settings: Settings, who: Identity) -> list[bytes]:
    secrets = (settings.secret_key, settings.secret_key_previous)
    return [
        hmac.digest(secret, f"device-store:{who.org_id}:{who.staff_id}".encode(), "sha256")
        for secret in secrets
        if secret
    ]
