"""ID tokens: signature by the provider's keys, and the claims that OpenID Connect Core 3.1.3.7 asks to be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a public key. Neither `none` nor one with a shared secret is accepted."""
LEEWAY_SECONDS = 60
LONGEST = 16_384


class IDTokenWrong(Exception):
    """The token is not the provider's, or not the answer to our request. The message names the claim and no value."""


class UnknownKey(IDTokenWrong):
    """No key of the set has signed the token. The provider may have newer ones."""


def usable_keys(document: object) -> list[Key]:
    """Return the signing keys of a JWK set. Keys of a kind that we do not know are left out."""
    found: list[Key] = []
    keys = document.get("keys") if isinstance(document, dict) else None
    for one in keys if isinstance(keys, list) else []:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") == "oct":
            continue
        try:
            found.append(JWKRegistry.import_key(one))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return found


def read_id_token(
    token: str, keys: Sequence[Key], *, issuer: str, client_id: str, nonce: str, access_token: str,
    algorithms: Sequence[str], now: int,
) -> Mapping[str, Any]:  # fmt: skip
    """Return the claims of an ID token. Raises IDTokenWrong, or UnknownKey if none of `keys` has signed it."""
    if len(token) > LONGEST or not token.isascii():
        raise IDTokenWrong("size")
    allowed = [name for name in ALGORITHMS if name in algorithms] or ["RS256"]
    read = _verified(token, keys, allowed)
    options: Any = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    claims = CodeIDToken(read.claims, read.header, options, params)
    try:
        claims.validate(now=now, leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as wrong:
        raise IDTokenWrong(str(getattr(wrong, "claim", "") or type(wrong).__name__)) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or "\0" in subject:
        raise IDTokenWrong("sub")
    return dict(claims)


def _verified(token: str, keys: Sequence[Key], algorithms: list[str]) -> jwt.Token:
    """Return the token if one of the keys has signed it: the one that its header names, or any if it names none."""
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        raise IDTokenWrong("form") from None
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    for key in keys:
        if key_id is not None and key.kid is not None and key.kid != key_id:
            continue
        try:
            return jwt.decode(token, key, registry=registry)
        except (BadSignatureError, InvalidKeyIdError):
            continue
        except (JoseError, ValueError, TypeError):
            # A key of another kind than the signature is no reason to give up on the others.
            continue
    raise UnknownKey("signature")
