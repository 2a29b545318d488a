"""Session tokens: valid ones are read without a query, and every invalid one gets the same refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from hub.access.roles import Role, at_least
from hub.access.signing import Signer, _derived
from hub.access.tokens import Sessions, Staff
from hub.clock import Clock
from hub.events.announcements import SessionRevoked
from hub.events.codec import decode, encode
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Settings
from tests.access.conftest import NO_DATABASE

JANE = Staff(5, 1, 2, "Jane Smith", Role.OPERATOR)
SECRET = "a secret of at least thirty-two bytes, for tests"
OTHER_SECRET = "another secret of at least thirty-two bytes"


def refused(sessions: Sessions, token: str) -> bool:
    with pytest.raises(Refused) as refusal:
        sessions.read(token)
    assert (refusal.value.reason, refusal.value.details) == (Reason.UNAUTHENTICATED, {})
    return True


def claims_of(sessions: Sessions) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(sessions.issue(JANE), options={"verify_signature": False})
    return claims


def forged(settings: Settings, claims: dict[str, Any], *, typ: str = "op+jwt", purpose: str = "operator") -> str:
    return jwt.encode(claims, _derived(settings.secret_key, purpose), algorithm="HS256", headers={"typ": typ})


def test_a_session_says_who_signed_in_and_for_how_long(sessions: Sessions, clock: Clock) -> None:
    who = sessions.read(sessions.issue(JANE))
    assert (who.staff_id, who.org_id, who.venue_id, who.name, who.role) == (5, 1, 2, "Jane Smith", Role.OPERATOR)
    assert timedelta(hours=7, minutes=59) < who.expires_at - clock.now() <= timedelta(hours=8)


def test_a_session_ends_after_eight_hours(sessions: Sessions, clock: Clock) -> None:
    token = sessions.issue(JANE)
    clock.advance(8 * 3600 - 2)
    sessions.read(token)
    clock.advance(3)
    assert refused(sessions, token)


def test_a_session_from_the_future_is_nobodys_but_a_hasty_clock_is_forgiven(sessions: Sessions, clock: Clock) -> None:
    token = sessions.issue(JANE)
    clock.advance(-20)
    sessions.read(token)
    clock.advance(-20)
    assert refused(sessions, token)


def test_two_sessions_of_one_person_are_two(sessions: Sessions) -> None:
    assert sessions.read(sessions.issue(JANE)).jti != sessions.read(sessions.issue(JANE)).jti


def test_a_longest_name_still_fits_the_token(sessions: Sessions) -> None:
    sessions.read(sessions.issue(Staff(2**62, 2**62, 2**62, "\U0001f600" * 100, Role.MANAGER)))


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "....", "\x00", "é", "\ud800", "A" * 2049, "A" * 5_000_000, "null", "eyJhbGciOiJub25lIn0.e30."],
    ids=range(11),
)
def test_what_is_no_token_is_nobody(sessions: Sessions, token: str) -> None:
    assert refused(sessions, token)


def test_a_token_cut_or_changed_anywhere_is_nobodys(sessions: Sessions) -> None:
    token = sessions.issue(JANE)
    for at in range(len(token) - 1):
        assert refused(sessions, token[:at])
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert refused(sessions, changed)


def test_a_token_without_signature_or_by_another_algorithm_is_nobodys(sessions: Sessions, settings: Settings) -> None:
    claims = claims_of(sessions)
    key = _derived(settings.secret_key, "operator")
    assert refused(sessions, jwt.encode(claims, None, algorithm="none", headers={"typ": "op+jwt"}))
    assert refused(sessions, jwt.encode(claims, key * 2, algorithm="HS512", headers={"typ": "op+jwt"}))
    part = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in ({"alg": "none"}, claims)]
    signature = base64.urlsafe_b64encode(hmac.digest(key, b".".join(part), hashlib.sha256)).rstrip(b"=")
    assert refused(sessions, b".".join([*part, signature]).decode())


def test_a_key_of_another_purpose_or_the_bare_secret_signs_no_session(sessions: Sessions, settings: Settings) -> None:
    claims = claims_of(sessions)
    assert refused(sessions, forged(settings, claims, purpose="device"))
    assert refused(sessions, jwt.encode(claims, settings.secret_key, algorithm="HS256", headers={"typ": "op+jwt"}))
    assert sessions.read(forged(settings, claims)).staff_id == 5


@pytest.mark.parametrize(
    "claim", ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "org", "venue", "role", "name", "typ"]
)
@pytest.mark.parametrize("value", [None, "elsewhere", 2**70, [1], {}, "missing"], ids=str)
def test_a_claim_that_is_missing_or_wrong_makes_it_nobodys(
    sessions: Sessions, settings: Settings, claim: str, value: Any
) -> None:
    claims = claims_of(sessions)
    if value == "missing":
        del claims[claim]
    elif (claim, value) in [("jti", "elsewhere"), ("name", "elsewhere"), ("org", 2**70), ("venue", 2**70)]:
        return  # these values have the right type
    else:
        claims[claim] = value
    try:
        token = forged(settings, claims)
    except (TypeError, ValueError, jwt.PyJWTError):
        return  # such a token cannot be written
    assert refused(sessions, token)


def test_a_device_cookie_and_a_wrong_typ_are_no_session(sessions: Sessions, settings: Settings) -> None:
    assert refused(sessions, sessions.devices.remember(None, "jane"))
    assert refused(sessions, forged(settings, claims_of(sessions), typ="JWT"))


def test_a_session_longer_than_eight_hours_is_not_ours(sessions: Sessions, settings: Settings) -> None:
    claims = claims_of(sessions)
    assert refused(sessions, forged(settings, {**claims, "exp": claims["exp"] + 1}))


def test_the_previous_key_still_opens_and_a_dropped_one_does_not(
    settings: Settings, settings_with: Callable[..., Settings], clock: Clock
) -> None:
    token = Sessions(settings, clock, NO_DATABASE).issue(JANE)
    rotated = settings_with(HUB_SECRET_KEY=OTHER_SECRET, HUB_SECRET_KEY_PREVIOUS=SECRET)
    later = Sessions(rotated, clock, NO_DATABASE)
    assert later.read(token).staff_id == 5
    assert refused(Sessions(settings_with(HUB_SECRET_KEY=OTHER_SECRET), clock, NO_DATABASE), token)
    assert refused(Sessions(settings, clock, NO_DATABASE), later.issue(JANE))


def test_a_revoked_session_is_refused_at_once_and_announced_once(sessions: Sessions) -> None:
    ended: list[tuple[Any, ...]] = []
    sessions.on_end(lambda *what: ended.append(what))
    token, other = sessions.issue(JANE), sessions.issue(JANE)
    jti = sessions.read(token).jti
    for _ in range(2):
        announcement = decode(encode(SessionRevoked(1, jti, None, None)))
        assert announcement is not None
        sessions.receive(announcement)
    assert refused(sessions, token)
    sessions.read(other)
    assert ended == [(1, jti, None, None)]


def test_ending_all_sessions_of_somebody_spares_later_ones_and_other_people(sessions: Sessions, clock: Clock) -> None:
    ended: list[tuple[Any, ...]] = []
    sessions.on_end(lambda *what: ended.append(what))
    before, somebody_else = sessions.issue(JANE), sessions.issue(Staff(6, 1, 2, "Ann", Role.ADMIN))
    moment = clock.now()
    sessions.receive(SessionRevoked(1, None, 5, moment))
    clock.advance(1)
    after = sessions.issue(JANE)
    assert refused(sessions, before)
    assert [sessions.read(token).staff_id for token in (after, somebody_else)] == [5, 6]
    assert ended == [(1, None, 5, moment)]


def test_a_device_is_known_for_the_names_that_signed_in_on_it_only(sessions: Sessions, clock: Clock) -> None:
    devices = sessions.devices
    first = devices.remember(None, "jane")
    both = devices.remember(first, "ann")
    assert devices.known_to(both, "jane") == devices.known_to(both, "ann") == devices.known_to(first, "jane")
    assert (
        devices.known_to(first, "ann") is devices.known_to("rubbish", "jane") is devices.known_to(None, "jane") is None
    )
    clock.advance(366 * 86400)
    assert devices.known_to(both, "jane") is None


def test_a_device_cookie_of_many_names_stays_a_cookie(sessions: Sessions) -> None:
    cookie = None
    for n in range(60):
        cookie = sessions.devices.remember(cookie, f"name-{n}")
    assert cookie is not None
    assert len(cookie) < 2048
    assert sessions.devices.known_to(cookie, "name-59")


def test_a_signer_opens_only_its_own_kind(settings: Settings) -> None:
    claims = {"sub": "1", "iat": 1, "nbf": 1, "exp": 2}
    one = Signer(settings, purpose="operator", typ="op+jwt")
    assert one.open(one.sign(claims)) is not None
    assert one.open(Signer(settings, purpose="operator", typ="qr+jwt").sign(claims)) is None
    assert one.open(Signer(settings, purpose="qr", typ="op+jwt").sign(claims)) is None


def test_roles_include_the_ones_below_and_a_strange_word_includes_none() -> None:
    assert [at_least(Role.MANAGER, needed) for needed in Role] == [True, True, False, False]
    assert at_least("ADMIN", Role.ADMIN)
    assert all(at_least(Role.OWNER, needed) for needed in Role)
    assert not at_least("ROOT", Role.OPERATOR)
    assert f"{Role.OPERATOR}" == Role.OPERATOR.name == "OPERATOR"
