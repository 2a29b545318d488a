"""The language of a page: the reader's choice, the browser's preference, and their order."""

from __future__ import annotations

import re

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub

CHINESE = "zh-CN,zh;q=0.9,en;q=0.5"


async def page(hub: Hub, path: str, **headers: str) -> tuple[str, str, str]:
    """Return the language, week start and whole text of a page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with hub.client.get(path, headers=named) as response:
        text = await response.text()
        assert response.headers["Vary"] == "Accept-Language, Cookie"
        assert response.headers["Cache-Control"] == "no-store"
        found = re.search(r'<html lang="([\w-]+)" data-locale="[\w-]+" data-week-start="([1-7])">', text)
        assert found, text[:200]
        assert response.headers["Content-Language"] == found[1]
    return found[1], found[2], text


@pytest.mark.parametrize(
    ("accept_language", "language", "week_start"),
    [
        (CHINESE, "zh-Hans", "1"),
        ("zh-TW", "zh-Hans", "1"),
        ("en-US,en;q=0.9,zh;q=0.8", "en", "7"),
        ("en-GB", "en", "1"),
        ("it,zh;q=0.4,en;q=0.3", "zh-Hans", "1"),
        ("en;q=0,zh", "zh-Hans", "1"),
        ("it", "en", "1"),
        ("\u4e2d\u6587;q=many,,;", "en", "1"),
    ],
)
async def test_a_page_speaks_the_language_the_browser_likes_best(
    hub: Hub, accept_language: str, language: str, week_start: str
) -> None:
    assert (await page(hub, "/", Accept_Language=accept_language))[:2] == (language, week_start)


async def test_a_reader_who_chose_a_language_keeps_it(hub: Hub) -> None:
    async with hub.client.get("/?lang=zh-Hans", headers={"Accept-Language": "en"}) as response:
        cookie = response.cookies["hub_language"]
    assert cookie.value == "zh-Hans"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert (await page(hub, "/reserve", Accept_Language="en", Cookie="hub_language=zh-Hans"))[0] == "zh-Hans"
    # The newest choice wins over the stored one.
    assert (await page(hub, "/?lang=en", Accept_Language="zh", Cookie="hub_language=zh-Hans"))[0] == "en"


@pytest.mark.parametrize("nonsense", ["xx", "", "../../etc", "%00", "zhong"])
async def test_a_language_nobody_speaks_is_no_choice(hub: Hub, nonsense: str) -> None:
    async with hub.client.get(f"/?lang={nonsense}", headers={"Cookie": f"hub_language={nonsense}"}) as response:
        assert response.headers["Content-Language"] == "en"
        assert "hub_language" not in response.cookies


async def test_the_way_to_the_other_language_keeps_what_the_address_says(hub: Hub) -> None:
    text = (await page(hub, "/reserve?ticket=TKT-1%26%22%3E&orq=2&lang=en"))[2]
    assert (
        'href="?ticket=TKT-1%26%22%3E&amp;orq=2&amp;lang=zh-Hans" hreflang="zh-Hans" lang="zh-Hans">简体中文</a>'
        in text
    )


async def test_scripts_are_handed_their_own_texts_and_english_ones_need_none(hub: Hub) -> None:
    assert 'id="messages"' not in (await page(hub, "/reserve", Accept_Language="en"))[2]
    # A page without scripts has no texts for them.
    assert 'id="messages"' not in (await page(hub, "/", Accept_Language=CHINESE))[2]


async def test_a_refusal_is_said_in_the_reader_s_language_and_its_code_is_the_same_in_all(api: Api) -> None:
    english = await api.get("/api/nothing")
    chinese = await api.get("/api/nothing", headers={"Accept-Language": CHINESE})
    assert english.code == chinese.code == "NOT_FOUND"
    assert english.error["message"] == "We couldn't find that page"


async def test_the_next_request_on_a_connection_has_its_own_language(hub: Hub) -> None:
    for accept_language, language in ((CHINESE, "zh-Hans"), ("en", "en")):
        async with hub.client.get(
            "/nothing", headers={"Accept": "text/html", "Accept-Language": accept_language}
        ) as response:
            assert response.status == 404
            assert f'<html lang="{language}">' in await response.text()
