"""Responses of sign-in and sign-out."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response, RoleName


class Operator(Response):
    id: int
    name: str
    role: RoleName


class SignedIn(Response):
    token: str
    expires_at: datetime
    operator: Operator
    recovery_codes: list[str]
    """Those of the second factor that this sign-in has set up: they are shown this once. Else empty."""


class SignedInAnswer(Done):
    data: SignedIn


class SignedOut(Response):
    signed_out: Literal[True]


class SignedOutAnswer(Done):
    data: SignedOut
