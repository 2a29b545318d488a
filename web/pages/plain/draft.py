"""The draft: what a booking without JavaScript has come to so far, kept by the customer's own browser.

Each draft has a name of its own in the address (`/reserve/plain/{draft}/...`) and a signed cookie that is sent to that
address only. So two tabs are two bookings, the back button shows every page as it was filled in, no address holds a ticket
code or a telephone number, and the hub keeps nothing of somebody who never booked.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from aiohttp import web

from hub.access.randomness import random_name, secret_token
from hub.access.signing import Signer
from hub.services import Services
from web.keys import SERVICES

MINUTES = 60
"""How long a draft is kept after its last change."""
MOST_TICKETS = 20
_DRAFT, _PROOFS = "hub_draft", "hub_proofs"


@dataclass(frozen=True, slots=True)
class Draft:
    """`tickets` are codes as typed, `more` the fields asked for; `key` makes the idempotency key of a booking; `refusal` is the
    last answer's reason.

    `reservation` is the manage token once it is booked: whoever comes back to the draft is led there.
    """

    name: str
    key: str
    orq: int | None = None
    tickets: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    country: str = ""
    slot_id: int | None = None
    day: str = ""
    venue_id: int | None = None
    more: int = 0
    tried: tuple[str, ...] = ()
    refusal: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    challenge: dict[str, Any] = field(default_factory=dict)
    reservation: str = ""
    proofs: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"/reserve/plain/{self.name}"

    @property
    def booking_key(self) -> str:
        """The idempotency key of what the draft says now: another slot, party or contact is another booking."""
        meant = repr((self.key, self.slot_id, self.tickets, self.email, self.phone, self.country))
        return hashlib.sha256(meant.encode()).hexdigest()

    def has_tried(self, step: str) -> bool:
        return step in self.tried

    def trying(self, step: str, **changes: Any) -> Draft:
        """The draft after this step's form was sent; what an earlier answer said is no longer shown."""
        tried = self.tried if step in self.tried else (*self.tried, step)
        return replace(self, **{"tried": tried, "refusal": "", "told": {}, **changes})


def new_draft(orq: int | None) -> Draft:
    return Draft(name=random_name()[:20], key=secret_token(), orq=orq)


def read_draft(request: web.Request) -> Draft | None:
    """The draft that the address names, or None where the browser does not hold it (any more)."""
    name, services = request.match_info["draft"], request.app[SERVICES]
    claims = _signer(services).open(request.cookies.get(_DRAFT, ""))
    if claims is None or claims["sub"] != name or claims["exp"] < services.clock.now().timestamp():
        return None
    kept: dict[str, Any] = json.loads(zlib.decompress(urlsafe_b64decode(claims["draft"])))
    proofs = tuple(part for part in request.cookies.get(_PROOFS, "").split("~") if part)
    kept |= {"tickets": tuple(kept["tickets"]), "tried": tuple(kept["tried"])}
    return Draft(name=name, proofs=proofs, **kept)


def keep_draft(request: web.Request, response: web.StreamResponse, draft: Draft) -> None:
    services = request.app[SERVICES]
    said = {name: value for name, value in asdict(draft).items() if name not in ("name", "proofs")}
    packed = urlsafe_b64encode(zlib.compress(json.dumps(said, separators=(",", ":")).encode(), 9)).decode()
    now = int(services.clock.now().timestamp())
    token = _signer(services).sign(
        {"sub": draft.name, "iat": now, "nbf": now, "exp": now + MINUTES * 60, "draft": packed}
    )
    _set(services, response, draft, _DRAFT, token)
    # Proofs are signed on their own, and two of them would not fit beside the draft.
    if draft.proofs:
        _set(services, response, draft, _PROOFS, "~".join(draft.proofs))


def _set(services: Services, response: web.StreamResponse, draft: Draft, name: str, value: str) -> None:
    # Strict: a form on another site cannot go on with this booking, and no link from elsewhere needs to.
    response.set_cookie(
        name, value, max_age=MINUTES * 60, path=draft.path, httponly=True, samesite="Strict",
        secure=services.settings.public_url.startswith("https://"),
    )  # fmt: skip


def _signer(services: Services) -> Signer:
    return Signer(services.settings, purpose="plain-draft", typ="draft+jwt")
