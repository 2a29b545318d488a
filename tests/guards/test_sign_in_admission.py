"""Admission of sign-ins: places for known and unknown devices, and failures that count against a network."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from ipaddress import ip_address

import pytest

from db.redis_client import RedisClient
from hub.guards import sign_in_admission
from hub.guards.rate_limit import RateLimit
from hub.guards.sign_in_admission import SignInAdmission, network_of
from hub.rules.address_list import Address
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.settings import Rate

pytestmark = pytest.mark.usefixtures("patient")
HOME, NEIGHBOUR, ELSEWHERE = (ip_address(text) for text in ("192.0.2.1", "192.0.2.200", "198.51.100.1"))


@pytest.fixture
def limit(redis: RedisClient) -> RateLimit:
    return RateLimit(redis)


async def outcome(
    admission: SignInAdmission,
    reason: Reason | None = Reason.INVALID_CREDENTIALS,
    *,
    address: Address | None = HOME,
    device: str | None = None,
) -> str:
    """Return why a sign-in that is refused for `reason` was refused; "in" if that is None."""
    try:
        async with admission.admitted(device, address):
            if reason is not None:
                raise Refused(reason)
    except Refused as refused:
        return refused.reason.value
    return "in"


@pytest.fixture(autouse=True)
def holding(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Refusals are not held back, unless a test sets another time."""
    monkeypatch.setattr(sign_in_admission, "HELD_SECONDS", 0.0)
    return monkeypatch


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (None, "unknown"),
    ],
)
def test_unknown_devices_are_counted_by_network(address: str | None, network: str) -> None:
    assert network_of(address and ip_address(address)) == network


@pytest.mark.parametrize(("most", "waits"), [(2, 2), (0, 0)])
async def test_refusals_of_a_network_are_held_back_and_a_known_device_is_not(
    limit: RateLimit, holding: pytest.MonkeyPatch, most: int, waits: int
) -> None:
    admission = SignInAdmission(limit, Rate(1, 60))
    assert [await outcome(admission) for _ in range(2)] == ["INVALID_CREDENTIALS", "RATE_LIMITED"]
    holding.setattr(sign_in_admission, "HELD_SECONDS", 3600.0)
    holding.setattr(sign_in_admission, "MOST_HELD", most)
    refused = [asyncio.ensure_future(outcome(admission)) for _ in range(4)]
    assert await outcome(admission, None, device="a gate's") == "in"
    done, held = await asyncio.wait(refused, timeout=0.2)
    assert (len(held), {task.result() for task in done}) == (waits, {"RATE_LIMITED"})
    for task in held:
        task.cancel()


async def test_a_network_whose_failures_are_used_up_waits_and_no_other_does(limit: RateLimit) -> None:
    admission = SignInAdmission(limit, Rate(3, 60))
    answers = [await outcome(admission, address=address) for address in (HOME, NEIGHBOUR, HOME, HOME, NEIGHBOUR)]
    assert answers == ["INVALID_CREDENTIALS"] * 3 + ["RATE_LIMITED"] * 2
    assert await outcome(admission, address=ELSEWHERE) == "INVALID_CREDENTIALS"
    assert await outcome(admission, None, device="a known one") == "in"


async def test_a_known_device_has_failures_of_its_own(limit: RateLimit) -> None:
    admission = SignInAdmission(limit, Rate(2, 60))
    answers = [await outcome(admission, device="one") for _ in range(3)]
    assert answers == ["INVALID_CREDENTIALS"] * 2 + ["RATE_LIMITED"]
    assert await outcome(admission, None, device="another") == "in"
    assert await outcome(admission, None) == "in"


@pytest.mark.parametrize("reason", [None, Reason.SECOND_FACTOR_REQUIRED, Reason.OUTSIDE_SHIFT], ids=str)
async def test_whoever_had_the_right_secret_counts_against_nobody(limit: RateLimit, reason: Reason | None) -> None:
    admission = SignInAdmission(limit, Rate(2, 60))
    answers = set()
    for _ in range(6):
        answers.add(await outcome(admission, reason))
        await limit.close()  # waits until it is given back
    assert answers == {"in" if reason is None else reason.value}


async def test_the_failures_of_all_processes_add_up(redis: RedisClient) -> None:
    hubs = [SignInAdmission(RateLimit(redis), Rate(4, 60)) for _ in range(3)]
    answers = await asyncio.gather(*(outcome(hub) for hub in hubs for _ in range(4)))
    assert sorted(answers) == ["INVALID_CREDENTIALS"] * 4 + ["RATE_LIMITED"] * 8


async def test_one_network_cannot_take_all_places(limit: RateLimit, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AT_WORK", 1), ("MOST_WAITING", 3), ("MOST_OF_NETWORK", 2)):
        monkeypatch.setattr(sign_in_admission, name, value)
    admission = SignInAdmission(limit, None)
    async with AsyncExitStack() as at_work:
        await at_work.enter_async_context(admission.admitted(None, HOME))
        waiting = [asyncio.create_task(outcome(admission, None, address=one)) for one in (HOME, ELSEWHERE, ELSEWHERE)]
        await asyncio.sleep(0)
        assert await outcome(admission, address=NEIGHBOUR) == "RATE_LIMITED"
        with pytest.raises(Unavailable):
            await outcome(admission, address=ip_address("203.0.113.1"))
        assert await outcome(admission, None, device="a known one") == "in"
        waiting.pop().cancel()
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(outcome(admission, None, address=ip_address("203.0.113.1"))))
    assert await asyncio.gather(*waiting) == ["in"] * 3
    assert await outcome(admission, None, address=NEIGHBOUR) == "in", "every place is free again"
