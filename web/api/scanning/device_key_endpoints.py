"""The device key endpoint: the key with which a scanner seals what it keeps for working offline."""

import base64
import hmac

from aiohttp import web

from hub.access.tokens import Identity
from hub.settings import Settings
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import staff_of


async def show_device_key(request: web.Request) -> web.Response:
    """The same key for every session of a login: a scanner that lost its session opens its queue after the next sign-in."""
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
