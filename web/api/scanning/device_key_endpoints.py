"""The device key endpoint: the key with which a scanner encrypts its stored data."""

import base64
import hmac
from datetime import timedelta

from aiohttp import web

from hub.access.tokens import Identity
from hub.settings import Settings
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import scanner_of, staff_of


async def show_device_key(request: web.Request) -> web.Response:
    """Send the key. All sessions of a login get the same one, so that a scanner can read its queue after a new sign-in.

    On an enrolled scanner it is good for some hours only, by the venue's policy, unless the scanner asks for it again.
    """
    who = staff_of(request)
    keys = [base64.b64encode(key).decode() for key in device_keys(request.app[SERVICES].settings, who)]
    expires_at = who.expires_at
    scanner = scanner_of(request)
    if scanner is not None:
        services = request.app[SERVICES]
        venue = await services.venues.read(scanner.org_id, scanner.venue_id)
        expires_at = min(expires_at, services.clock.now() + timedelta(hours=venue.scanner_key_hours))
    return success_response({"owner": f"{who.org_id}.{who.staff_id}", "keys": keys, "expires_at": expires_at})


def device_keys(settings: Settings, who: Identity) -> list[bytes]:
    secrets = (settings.secret_key, settings.secret_key_previous)
    return [
        hmac.digest(secret, f"device-store:{who.org_id}:{who.staff_id}".encode(), "sha256")
        for secret in secrets
        if secret
    ]
