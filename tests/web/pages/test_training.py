"""The pages from which operators learn, as the hub sends them."""

from __future__ import annotations

import re

import pytest

from hub.rules.practice_codes import VISITORS, practice_codes
from tests.support.hub import Hub
from tests.support.world import World
from web.pages.training import MANUAL, PRACTICE_CODES, TRAINING


@pytest.mark.parametrize("path", [TRAINING, PRACTICE_CODES, MANUAL])
async def test_only_who_is_signed_in_sees_them(hub: Hub, path: str) -> None:
    async with hub.client.get(path, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"].startswith("/operator/login?next=/operator/")


async def test_the_training_has_the_code_of_every_visitor_and_the_sheet_a_picture_of_each(
    hub: Hub, world: World
) -> None:
    headers = {"Cookie": f"hub_session={await world.staff()}"}
    async with hub.client.get(TRAINING, headers=headers) as response:
        html = await response.text()
    assert all(code in html for code in practice_codes().values())
    assert "js/app/scan.js" not in html
    async with hub.client.get(PRACTICE_CODES, headers=headers) as response:
        pictures = re.findall(r'<img src="(data:image/png;base64,[^"]+)"', await response.text())
    assert len(set(pictures)) == len(VISITORS)


@pytest.mark.parametrize(("language", "words"), [("en", "Mark as Verified"), ("zh-Hans", "确认入场")])
async def test_the_manual_comes_in_the_language_of_the_reader(
    hub: Hub, world: World, language: str, words: str
) -> None:
    headers = {"Cookie": f"hub_session={await world.staff()}"}
    async with hub.client.get(f"{MANUAL}?lang={language}", headers=headers) as response:
        assert words in await response.text()
