"""An OpenID Connect client: the hub as an organisation's sign-in service sees it, and what that service says of a person."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenIDClient:
    """The registration of the hub at a provider. `client_secret` is empty for a public client."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """An authorisation request: the address to send the browser to, and what must be kept until the answer."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """An account at the provider. `email` is empty unless the provider has verified it."""

    issuer: str
    subject: str
    email: str
    username: str

    @property
    def shown(self) -> str:
        """Return how the person knows the account."""
        return self.email or self.username or self.subject
