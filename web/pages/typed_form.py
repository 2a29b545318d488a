"""A half-filled form, kept by the visitor's own browser while they wait: in a signed cookie that is sent to the form's address only.

So nothing has to be typed twice, no address holds personal details, and the hub stores nothing about somebody who never booked.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.access.signing import Signer
from hub.services import Services
from web.keys import SERVICES

_COOKIE = "hub_form"
MINUTES = 60
"""Lifetime of a kept form: more than most lines take."""
LONGEST = 1_900
"""Characters of a kept form. `Signer` opens no token above 2,048 bytes."""


def keep_form(request: web.Request, response: web.StreamResponse, fields: Mapping[str, Any], long: str) -> None:
    """Keep what was typed for the form at the request's address. Without room for all of it, the field `long` is left out."""
    services = request.app[SERVICES]
    token = _token(services, request.path, fields)
    if len(token) > LONGEST:
        token = _token(services, request.path, {**fields, long: ""})
    response.set_cookie(
        _COOKIE, token, max_age=MINUTES * 60, path=request.path, httponly=True, samesite="Strict",
        secure=services.settings.public_url.startswith("https://"),
    )  # fmt: skip


def kept_form(request: web.Request) -> dict[str, Any] | None:
    """Return what was typed into the form at the request's address; None if this browser keeps nothing for it."""
    services = request.app[SERVICES]
    claims = _signer(services).open(request.cookies.get(_COOKIE, ""))
    if claims is None or claims["sub"] != request.path or claims["exp"] < services.clock.now().timestamp():
        return None
    kept: dict[str, Any] = json.loads(zlib.decompress(urlsafe_b64decode(claims["form"])))
    return kept


def drop_form(request: web.Request, response: web.StreamResponse) -> None:
    """Forget the form at the request's address, because it was answered."""
    if _COOKIE in request.cookies:
        response.del_cookie(_COOKIE, path=request.path)


def _token(services: Services, path: str, fields: Mapping[str, Any]) -> str:
    packed = urlsafe_b64encode(zlib.compress(json.dumps(dict(fields), separators=(",", ":")).encode(), 9)).decode()
    now = int(services.clock.now().timestamp())
    return _signer(services).sign({"sub": path, "iat": now, "nbf": now, "exp": now + MINUTES * 60, "form": packed})


def _signer(services: Services) -> Signer:
    return Signer(services.settings, purpose="typed-form", typ="form+jwt")
