"""Responses of administration about API keys."""

from datetime import datetime

from web.api.endpoint import Scope
from web.api.responses import Done, Response


class ApiKeyFields(Response):
    api_key_id: int
    name: str
    hint: str
    """How the key begins."""
    scopes: list[Scope]
    venue_ids: list[int]
    """The venues that it may act at; none: every one."""
    requests_per_minute: int
    created_at: datetime
    created_name: str | None
    last_used_at: datetime | None
    """To the minute; null before its first use."""
    revoked_at: datetime | None
    version: int
    """Counts the changes. `If-Match` names it."""


class ApiKeyAnswer(Done):
    data: ApiKeyFields


class ApiKeyPageFields(Response):
    api_keys: list[ApiKeyFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class ApiKeyPageAnswer(Done):
    data: ApiKeyPageFields


class AddedApiKey(ApiKeyFields):
    key: str
    """The key itself. It is shown this once; the hub keeps its hash. Empty for a dry run."""


class AddedApiKeyAnswer(Done):
    data: AddedApiKey
