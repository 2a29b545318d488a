"""The actor: who makes a change, as the audit log records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hub.access.roles import Role
from hub.access.tokens import Identity

Source = Literal["page", "api", "command", "setup", "job", "visitor"]
"""Where a change came from: a page of administration, the API, a `hub` command, the first set-up, a background job, or a visitor's link."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever changes something for an organisation. `venue_id` is where new rows belong, unless another venue is named.

    `staff_id` is None for a command of the machine's owner, for a job and for a visitor. `client_ip` is the address of the request.
    `role` None may do everything, and so may empty `venue_ids` at every venue. `jti` is the id of the request's session, and
    `api_key_id` that of the API key with which a shop or another system asks.
    """

    org_id: int
    venue_id: int | None = None
    staff_id: int | None = None
    name: str = ""
    source: Source = "command"
    client_ip: str | None = None
    role: Role | None = None
    venue_ids: tuple[int, ...] = ()
    jti: str | None = None
    api_key_id: int | None = None

    @classmethod
    def of(cls, identity: Identity, *, source: Source = "page", client_ip: str | None = None) -> Actor:
        staff_id = None if identity.api_key_id is not None else identity.staff_id
        return cls(
            identity.org_id, identity.venue_id, staff_id, identity.name, source, client_ip, identity.role, identity.venue_ids,
            identity.jti, identity.api_key_id,
        )  # fmt: skip
