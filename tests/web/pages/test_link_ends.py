"""Links from mails: the punctuation that a program takes for a part of one is ignored, and no new token ends in any."""

from __future__ import annotations

import pytest

from hub.access.randomness import secret_token
from tests.support.hub import Hub
from tests.support.world import World


@pytest.mark.parametrize("end", [".", ")", ">", "),", "%3E", "%E3%80%82", '".'])
async def test_punctuation_after_a_link_is_no_part_of_it(hub: Hub, world: World, end: str) -> None:
    ticket = await world.reserved(await world.slot())
    async with hub.client.get(f"/r/{ticket.token}{end}?lang=zh-Hans", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/r/{ticket.token}?lang=zh-Hans")
    async with hub.client.get(f"/r/{ticket.token}{end}") as page:
        assert page.status == 200


@pytest.mark.parametrize("path", ["/r/...", "/w/abc.", "/b/abc)", "/invitation/abc>", "/r/%0D%0A."])
async def test_a_link_that_is_none_stays_none(hub: Hub, world: World, path: str) -> None:
    async with hub.client.get(path) as page:
        assert page.status == 404


def test_no_token_ends_in_what_mail_programs_cut_off() -> None:
    tokens = [secret_token() for _ in range(5_000)]
    assert len(set(tokens)) == 5_000
    assert {len(token) for token in tokens} == {32}
    assert all(token[-1].isalnum() for token in tokens)
    assert any("-" in token or "_" in token for token in tokens)
