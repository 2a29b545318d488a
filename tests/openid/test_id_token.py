"""ID tokens: whatever is not the provider's answer to our own request is refused."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from hub.openid.id_token import IDTokenWrong, UnknownKey, read_id_token, usable_keys

NOW = 1_790_000_000
ISSUER, CLIENT, NONCE = "https://login.example.org", "hub", "n-1"
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": name}, auto_kid=False) for name in ("k1", "k2"))
CURVE = ECKey.generate_key("P-256", {"kid": "k3"}, auto_kid=False)
GOOD = {"iss": ISSUER, "sub": "a-1", "aud": CLIENT, "exp": NOW + 300, "iat": NOW, "nonce": NONCE}


def document(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def signed(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return jwt.encode(
        {"alg": "RS256", "kid": "k1", **(header or {})}, claims, key, algorithms=["RS256", "ES256", "HS256", "none"]
    )


def read(token: str, keys: Any = None, algorithms: tuple[str, ...] = ("RS256", "ES256")) -> Any:
    return read_id_token(
        token, usable_keys(keys or document(OTHER, KEY, CURVE)), issuer=ISSUER, client_id=CLIENT, nonce=NONCE,
        access_token="t", algorithms=algorithms, now=NOW,
    )  # fmt: skip


def test_a_right_token_is_read_whichever_key_has_signed_it() -> None:
    assert read(signed())["sub"] == "a-1"
    assert read(signed(CURVE, {"alg": "ES256", "kid": "k3"}))["sub"] == "a-1"
    assert read(signed(aud=[CLIENT, "other"], azp=CLIENT))["sub"] == "a-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "other"}, {"aud": ["other"]}, {"aud": None},
        {"aud": [CLIENT, "other"], "azp": "other"}, {"exp": NOW - 61}, {"exp": None}, {"iat": NOW + 3600}, {"iat": None},
        {"nonce": "n-2"}, {"nonce": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "a\0"},
        {"at_hash": "wrong"}, {"nbf": NOW + 3600},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(IDTokenWrong):
        read(signed(**changes))


def test_a_signature_of_another_key_or_kind_is_refused() -> None:
    with pytest.raises(UnknownKey):
        read(signed(OTHER))
    with pytest.raises(UnknownKey):
        read(signed(), document(OTHER))
    with pytest.raises(UnknownKey):
        read(signed(), algorithms=("ES256",))
    # The public key of the provider as a shared secret, which is the oldest trick with these tokens.
    head = signed().split(".")[1]
    start = urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=").decode() + "." + head
    mark = hmac.new(KEY.as_pem(private=False), start.encode(), "sha256").digest()
    forged = f"{start}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"
    with pytest.raises(IDTokenWrong):
        read(forged, algorithms=("RS256", "HS256", "none"))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "e30.e30.", "{}", "é", "x" * 20_000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(IDTokenWrong):
        read(token, algorithms=("RS256", "none"))


@pytest.mark.parametrize(
    "keys", [None, [], {}, {"keys": 1}, {"keys": [1, {}, {"kty": "RSA"}, {"kty": "new"}, {"kty": "oct", "k": "AA"}]}]
)
def test_a_key_set_without_a_usable_key_has_none(keys: object) -> None:
    assert usable_keys(keys) == []
