"""The endpoint of the key under which a scanner keeps what it needs without a line."""

import base64
import hmac
from datetime import datetime

from aiohttp import web

from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.settings import Settings
from web.api.endpoint import Endpoint
from web.api.responses import Done, Shape
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import staff_of


class DeviceKey(Shape):
    owner: str
    """Whose it is: another login gets another key."""
    keys: list[str]
    """AES-256 keys in base64. Seal with the first; the others open what was sealed before the hub's secret was changed."""
    expires_at: datetime
    """Until when the login may keep them."""


class DeviceKeyAnswer(Done):
    data: DeviceKey


async def device_key(request: web.Request) -> web.Response:
    """The same for every session of a login, so that a scanner which lost its session finds its queue again after the next."""
    who = staff_of(request)
    keys = [base64.b64encode(key).decode() for key in keys_of(request.app[SERVICES].settings, who)]
    return done({"owner": f"{who.org_id}.{who.staff_id}", "keys": keys, "expires_at": who.expires_at})


def keys_of(settings: Settings, who: Identity) -> list[bytes]:
    secrets = (settings.secret_key, settings.secret_key_previous)
    return [
        hmac.digest(secret, f"device-store:{who.org_id}:{who.staff_id}".encode(), "sha256")
        for secret in secrets
        if secret
    ]


DEVICE_KEY_ENDPOINT = Endpoint(
    "GET", "/api/operator/device-key", device_key, "The key of what a scanner keeps", "Operators", "operator",
    DeviceKeyAnswer,
    refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN),
    about="A scanner seals the day's list and the scans it has yet to send with it. It is not to be kept beyond the session: without"
    " it nobody reads what the device holds, and the same person gets it again with the next sign-in.",
)  # fmt: skip
