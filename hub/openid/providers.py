"""OpenID Connect providers: discovery, the authorisation request with PKCE, and the exchange of its code for an account.

Every request has a time limit and a size limit, follows no redirect, and goes only where `OutgoingAddresses` allows. Documents and
keys are cached for ten minutes; an ID token that no cached key has signed asks for the keys again, because providers change them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import orjson
from authlib.oauth2.auth import encode_client_secret_basic, encode_client_secret_post, encode_none
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from hub.clock import Clock
from hub.guards.outgoing_addresses import OutgoingAddresses, is_forbidden, literal_address
from hub.observability.telemetry import PROVIDER_REFUSED, PROVIDER_UNAVAILABLE, event
from hub.openid.client import OpenIDClient, ProviderAccount, Request
from hub.openid.id_token import IDTokenWrong, UnknownKey, read_id_token, usable_keys
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Settings

SCOPE = "openid email profile"
REQUEST_SECONDS = 5.0
WHOLE_SECONDS = 10.0
"""For all requests of one step together. A person waits for them."""
CACHED_SECONDS = 600.0
MOST_CACHED = 200
MOST_BYTES = 262_144
_WELL_KNOWN = "/.well-known/openid-configuration"


class OpenIDProviders:
    """Talks to the providers of all organisations. Refuses PROVIDER_UNAVAILABLE and PROVIDER_REFUSED, with the `problem`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        # Under `hub run` and in a rehearsal the provider may be on this machine and without TLS.
        self._anywhere = settings.development or settings.rehearsal
        self._addresses = OutgoingAddresses(settings.oidc_networks)
        self._session: aiohttp.ClientSession | None = None
        self._cached: OrderedDict[str, tuple[Any, float]] = OrderedDict()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def check(self, issuer: str) -> None:
        """Read the provider's document and keys, and refuse if anything is wrong with them."""
        async with _in_time():
            self._cached.pop(issuer, None)
            metadata = await self._metadata(issuer)
            if not await self._keys(metadata, fresh=True):
                raise refused("no_keys")

    async def begin(self, client: OpenIDClient, redirect_uri: str) -> Request:
        """Return an authorisation request with a state, a nonce and a PKCE challenge of its own."""
        async with _in_time():
            metadata = await self._metadata(client.issuer)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        verifier += secrets.token_urlsafe(8)
        url = prepare_grant_uri(
            metadata["authorization_endpoint"], client.client_id, "code", redirect_uri=redirect_uri, scope=SCOPE, state=state,
            nonce=nonce, code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return Request(url, state, nonce, verifier)

    async def finish(
        self, client: OpenIDClient, redirect_uri: str, code: str, *, verifier: str, nonce: str, said_issuer: str | None
    ) -> ProviderAccount:
        """Exchange the code of an answer for the account that signed in. `said_issuer` is the answer's `iss` (RFC 9207)."""
        async with _in_time():
            metadata = await self._metadata(client.issuer)
            if said_issuer is not None and said_issuer != metadata["issuer"]:
                raise refused("issuer_differs")
            tokens = await self._exchange(metadata, client, redirect_uri, code, verifier)
            claims = await self._claims(metadata, client, tokens, nonce)
            if not {"email", "preferred_username"} <= set(claims) and metadata.get("userinfo_endpoint"):
                claims = {**await self._userinfo(metadata, tokens, claims["sub"]), **claims}
        email = claims.get("email") if claims.get("email_verified") in (True, "true") else None
        return ProviderAccount(
            client.issuer, claims["sub"], _short_text(email), _short_text(claims.get("preferred_username"))
        )

    async def _metadata(self, issuer: str) -> Mapping[str, Any]:
        """Return the provider's discovery document. Refuses one that is another issuer's, or names no endpoints."""
        cached = self._fresh(issuer)
        if cached is not None:
            return cast("Mapping[str, Any]", cached)
        document = await self._json("GET", issuer.rstrip("/") + _WELL_KNOWN)
        if document.get("issuer") not in (issuer, issuer.rstrip("/"), issuer.rstrip("/") + "/"):
            raise refused("issuer_differs")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(document.get(name), str) or not self._has_scheme(document[name]):
                raise refused("bad_document")
        self._keep(issuer, document)
        return document

    async def _exchange(
        self, metadata: Mapping[str, Any], client: OpenIDClient, redirect_uri: str, code: str, verifier: str
    ) -> Mapping[str, Any]:
        url = metadata["token_endpoint"]
        body = prepare_token_request("authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier)
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not client.client_secret:
            encode = encode_none
        elif "client_secret_basic" in methods or "client_secret_post" not in methods:
            encode = encode_client_secret_basic
        else:
            encode = encode_client_secret_post
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url, headers, body = encode(client, "POST", url, headers, body)
        tokens = await self._json("POST", url, headers=headers, body=body)
        if not isinstance(tokens.get("id_token"), str) or not isinstance(tokens.get("access_token"), str):
            raise refused("no_id_token")
        return tokens

    async def _claims(
        self, metadata: Mapping[str, Any], client: OpenIDClient, tokens: Mapping[str, Any], nonce: str
    ) -> Mapping[str, Any]:
        for fresh in (False, True):
            try:
                return read_id_token(
                    tokens["id_token"], await self._keys(metadata, fresh=fresh), issuer=metadata["issuer"],
                    client_id=client.client_id, nonce=nonce, access_token=tokens["access_token"],
                    algorithms=_texts(metadata.get("id_token_signing_alg_values_supported")),
                    now=int(self._clock.now().timestamp()),
                )  # fmt: skip
            except UnknownKey:
                if fresh:
                    raise refused("id_token_signature") from None
            except IDTokenWrong as wrong:
                raise refused(f"id_token_{wrong}") from None
        raise AssertionError("the second turn returns or refuses")

    async def _userinfo(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """Return the claims that the provider keeps out of its ID tokens. They must be about the same person."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        found = await self._json("GET", str(metadata["userinfo_endpoint"]), headers=headers)
        if found.get("sub") != subject:
            raise refused("userinfo_differs")
        return found

    async def _keys(self, metadata: Mapping[str, Any], *, fresh: bool) -> list[Any]:
        address = metadata["jwks_uri"]
        cached = None if fresh else self._fresh(address)
        if cached is None:
            cached = usable_keys(await self._json("GET", address))
            self._keep(address, cached)
        return cast("list[Any]", cached)

    async def _json(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> dict[str, Any]:
        """Return the JSON object that the provider answers with."""
        if not self._may_open(url):
            raise refused("address_forbidden")
        wanted = {"Accept": "application/json", "User-Agent": "Venue-Hub", **(headers or {})}
        try:
            async with self._opened().request(
                method, url, headers=wanted, data=body, allow_redirects=False
            ) as response:
                status, text = response.status, await response.content.read(MOST_BYTES + 1)
                while len(text) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES)):
                    text += more
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            if is_forbidden(error):
                raise refused("address_forbidden") from None
            raise unavailable("timeout" if isinstance(error, TimeoutError) else "no_connection") from None
        if status >= 500 or status == 429:
            raise unavailable(f"status_{status}")
        try:
            document = orjson.loads(text) if len(text) <= MOST_BYTES else None
        except orjson.JSONDecodeError:
            document = None
        if status != 200:
            said = document.get("error") if isinstance(document, dict) else None
            raise refused(said if isinstance(said, str) and said in _KNOWN_ERRORS else f"status_{status}")
        if not isinstance(document, dict):
            raise refused("bad_document")
        return document

    def _may_open(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not host or not self._has_scheme(url):
            return False
        literal = literal_address(host)
        return self._anywhere or literal is None or self._addresses.may_call(literal)

    def _has_scheme(self, url: str) -> bool:
        return url.startswith("https://") or (self._anywhere and url.startswith("http://"))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector() if self._anywhere else self._addresses.connector()
            timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def _fresh(self, address: str) -> Any:
        known = self._cached.get(address)
        return known[0] if known is not None and monotonic() - known[1] < CACHED_SECONDS else None

    def _keep(self, address: str, value: Any) -> None:
        while len(self._cached) >= MOST_CACHED:
            self._cached.popitem(last=False)
        self._cached[address] = (value, monotonic())


_KNOWN_ERRORS = frozenset({"invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"})
"""Errors of a token endpoint that we repeat. Any other text of a foreign server stays out of logs and pages."""


def refused(problem: str) -> Refused:
    event(PROVIDER_REFUSED, "WARNING", problem=problem)
    return Refused(Reason.PROVIDER_REFUSED, problem=problem)


def unavailable(problem: str) -> Refused:
    event(PROVIDER_UNAVAILABLE, "WARNING", problem=problem)
    return Refused(Reason.PROVIDER_UNAVAILABLE, problem=problem)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Limit all requests of one step together."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            yield
    except TimeoutError:
        raise unavailable("timeout") from None


def _short_text(value: object) -> str:
    """Return a claim that is a text of reasonable length, or ""."""
    return value if isinstance(value, str) and len(value) <= 255 and value.isprintable() else ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
