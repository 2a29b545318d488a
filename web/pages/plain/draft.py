"""The draft: an unfinished booking without JavaScript, kept by the customer's own browser.

Each draft has a name of its own in the address (`/reserve/plain/{draft}/...`) and a signed cookie that is sent to that
address only. So two tabs are two bookings, the back button shows every page as it was filled in, no address holds a ticket
code or a telephone number, and the hub stores nothing about somebody who never booked.
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

START = "/reserve/plain"
MINUTES = 60
"""Lifetime of a draft after its last change."""
_DRAFT, _PROOFS = "hub_draft", "hub_proofs"
_DETAILS = "told"
"""The name of `refusal_details` in the cookie. It stays, because drafts in browsers outlive an upgrade of the hub."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished booking. `tickets` are typed codes, `more` is the number of further fields on the page,
    and `sent` the ticket whose confirmation was just sent again.

    `home` is the venue in the address of the first page, and `venue_id` the one to book at, once it is known or chosen.
    The idempotency key is made from `key`. `refusal` is the reason of the last answer. `reservation` is the URL of the
    reservation after the draft is booked, and then every page of the draft redirects to it.
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
    home: int | None = None
    more: int = 0
    sent: str = ""
    tried: tuple[str, ...] = ()
    refusal: str = ""
    refusal_details: dict[str, Any] = field(default_factory=dict)
    challenge: dict[str, Any] = field(default_factory=dict)
    reservation: str = ""
    proofs: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{START}/{self.name}"

    @property
    def booking_key(self) -> str:
        """Return the idempotency key of the current draft. Another slot, party or contact gives another key."""
        meant = repr((self.key, self.slot_id, self.tickets, self.email, self.phone, self.country))
        return hashlib.sha256(meant.encode()).hexdigest()

    def has_tried(self, step: str) -> bool:
        return step in self.tried

    def trying(self, step: str, **changes: Any) -> Draft:
        """Return the draft after the form of this step was sent, without the refusal of an earlier answer."""
        tried = self.tried if step in self.tried else (*self.tried, step)
        return replace(self, **{"tried": tried, "refusal": "", "refusal_details": {}, "sent": "", **changes})


def new_draft(orq: int | None, home: int | None = None) -> Draft:
    return Draft(name=random_name()[:20], key=secret_token(), orq=orq, home=home, venue_id=home)


def read_draft(request: web.Request) -> Draft | None:
    """Return the draft of the URL, or None if the browser does not have it or it has expired."""
    name, services = request.match_info["draft"], request.app[SERVICES]
    claims = _signer(services).open(request.cookies.get(_DRAFT, ""))
    if claims is None or claims["sub"] != name or claims["exp"] < services.clock.now().timestamp():
        return None
    kept: dict[str, Any] = json.loads(zlib.decompress(urlsafe_b64decode(claims["draft"])))
    proofs = tuple(part for part in request.cookies.get(_PROOFS, "").split("~") if part)
    kept |= {"tickets": tuple(kept["tickets"]), "tried": tuple(kept["tried"]), "refusal_details": kept.pop(_DETAILS)}
    return Draft(name=name, proofs=proofs, **kept)


def keep_draft(request: web.Request, response: web.StreamResponse, draft: Draft) -> None:
    services = request.app[SERVICES]
    fields = {name: value for name, value in asdict(draft).items() if name not in ("name", "proofs")}
    fields[_DETAILS] = fields.pop("refusal_details")
    packed = urlsafe_b64encode(zlib.compress(json.dumps(fields, separators=(",", ":")).encode(), 9)).decode()
    now = int(services.clock.now().timestamp())
    token = _signer(services).sign(
        {"sub": draft.name, "iat": now, "nbf": now, "exp": now + MINUTES * 60, "draft": packed}
    )
    _set_cookie(services, response, draft, _DRAFT, token)
    # Proofs have a cookie of their own: they are signed already, and two would not fit into the draft's cookie.
    if draft.proofs:
        _set_cookie(services, response, draft, _PROOFS, "~".join(draft.proofs))


def _set_cookie(services: Services, response: web.StreamResponse, draft: Draft, name: str, value: str) -> None:
    # SameSite=Strict, so that a form on another site cannot continue this booking. No link from another site needs to.
    response.set_cookie(
        name, value, max_age=MINUTES * 60, path=draft.path, httponly=True, samesite="Strict",
        secure=services.settings.public_url.startswith("https://"),
    )  # fmt: skip


def _signer(services: Services) -> Signer:
    return Signer(services.settings, purpose="plain-draft", typ="draft+jwt")
