"""Forms without JavaScript over HTTP: allowed origins, limits, and the protection of a draft."""

from __future__ import annotations

import re
from typing import Any

import pytest
from multidict import CIMultiDictProxy

from hub.access.randomness import random_bytes
from hub.rules.ticket_code import ALPHABET
from tests.support.hub import Hub
from tests.support.reservations import count_reservations
from tests.support.world import World

START = "/reserve/plain"
CONTACT = {"email": "john@example.com", "country": "US", "phone": "(202) 555-1234"}


async def send(
    hub: Hub, path: str, fields: Any, cookies: dict[str, str] | None = None, **headers: str
) -> tuple[int, CIMultiDictProxy[str], str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookies:
        named["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with hub.client.post(path, data=fields, headers=named, allow_redirects=False) as response:
        return response.status, response.headers, await response.text()


def kept(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    found = (re.match(r"(hub_\w+)=([^;]*)", line) for line in headers.getall("Set-Cookie", []))
    return {one[1]: one[2] for one in found if one}


async def see(hub: Hub, path: str, cookies: dict[str, str]) -> tuple[int, str]:
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with hub.client.get(path, headers={"Cookie": sent}, allow_redirects=False) as response:
        return response.status, await response.text()


async def test_a_page_of_another_site_cannot_send_these_forms(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    for path in (START, f"{START}/x/contact", f"{START}/x/confirm", f"/r/{ticket.token}/plain", "/w/x/plain"):
        for origin in ("https://evil.example", "null"):
            status, _, text = await send(hub, path, {"ticket": "x"}, Origin=origin)
            assert status == 403, (path, origin, text)
        status, _, _ = await send(hub, path, {"ticket": "x"}, Sec_Fetch_Site="cross-site")
        assert status == 403
    assert await count_reservations(hub.database, status="RESERVED") == 1


async def test_the_cookie_of_a_draft_goes_nowhere_else(hub: Hub, world: World) -> None:
    status, headers, _ = await send(hub, START, {"ticket": (await world.ticket()).code})
    assert status == 303
    draft = headers["Location"].removesuffix("/contact")
    cookie = headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", f"Path={draft};"):
        assert part in cookie + ";", cookie
    assert "Secure" not in cookie


async def test_the_cookie_is_secure_where_the_site_is(open_hub: Any) -> None:
    hub = await open_hub(public_url="https://hub.example.org")
    await World(hub).found()
    path = f"http://127.0.0.1:{hub.settings.port}{START}"
    _, headers, _ = await send(hub, path, {"ticket": "x"}, Origin="https://hub.example.org")
    assert "Secure" in headers["Set-Cookie"]


async def test_no_answer_of_these_pages_holds_a_code_or_an_address_in_its_address(hub: Hub, world: World) -> None:
    ticket = await world.ticket()
    _, headers, _ = await send(hub, START, {"ticket": ticket.code})
    cookies, path = kept(headers), headers["Location"]
    _, headers, _ = await send(hub, path, CONTACT, cookies)
    assert headers["Location"] == path.replace("contact", "time")
    async with hub.client.get(path, headers={"Cookie": f"hub_draft={cookies['hub_draft']}"}) as page:
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"


async def test_a_draft_is_worth_nothing_under_another_name_or_changed(hub: Hub, world: World) -> None:
    _, headers, _ = await send(hub, START, {"ticket": (await world.ticket()).code})
    cookies, path = kept(headers), headers["Location"]
    assert (await see(hub, path, cookies))[0] == 200
    other = path.replace("/reserve/plain/", "/reserve/plain/x")
    broken = {"hub_draft": cookies["hub_draft"][:-3] + "abc"}
    for there, held in ((other, cookies), (path, broken), (path, {}), (path, {"hub_draft": "x.y.z"})):
        assert (await see(hub, there, held))[0] == 410
        assert (await send(hub, there, CONTACT, held))[0] == 410


async def test_the_longest_draft_there_can_be_is_kept_whole(hub: Hub, world: World) -> None:
    letters = [ALPHABET[byte % len(ALPHABET)] for byte in random_bytes(20 * 60)]
    codes = ["".join(letters[n * 60 : n * 60 + 60]) for n in range(20)]
    _, headers, _ = await send(hub, START, [("ticket", code) for code in codes])
    cookies, path = kept(headers), headers["Location"]
    assert path.endswith("/ticket")
    assert all(len(cookie) < 4096 for cookie in headers.getall("Set-Cookie"))
    status, text = await see(hub, path, cookies)
    assert status == 200
    assert text.count("Invalid ticket code") == 20
    address = "".join(letters[:64]) + "@" + ".".join("".join(letters[n : n + 60]) for n in (64, 124, 184)) + ".example"
    _, headers, _ = await send(
        hub, path.replace("ticket", "contact"), {**CONTACT, "email": address[:254], "phone": "1" * 200}, cookies
    )
    status, text = await see(hub, headers["Location"], kept(headers))
    assert status == 200
    assert address[:254] in text


@pytest.mark.parametrize(
    "body",
    [
        b"ticket=%00%00&ticket=%ed%a0%80",
        b"ticket=\xff\xfe",
        b"&&&=&=",
        b"ticket=" + b"a" * 5000,
        b"",
        b"slot=99999999999.x",
    ],
)
async def test_no_body_breaks_a_step(body: bytes, hub: Hub, world: World) -> None:
    _, headers, _ = await send(hub, START, {"ticket": (await world.ticket()).code})
    cookies, path = kept(headers), headers["Location"]
    for step in ("ticket", "contact", "code", "time", "confirm"):
        there = path.replace("contact", step)
        status, headers, _ = await send(hub, there, body, cookies, Content_Type="application/x-www-form-urlencoded")
        assert status == 303, step
        assert (await see(hub, headers["Location"], kept(headers)))[0] in (200, 303), step


async def test_what_is_no_form_or_too_long_is_refused(hub: Hub, world: World) -> None:
    assert (await send(hub, START, b"{}", Content_Type="application/json"))[0] == 415
    assert (await send(hub, START, b"a=" + b"b" * 20_000, Content_Type="application/x-www-form-urlencoded"))[0] == 413
    many = "&".join(f"ticket={n}" for n in range(500)).encode()
    assert (await send(hub, START, many, Content_Type="application/x-www-form-urlencoded"))[0] == 400


async def test_guessing_codes_is_held_to_the_same_pace_as_in_the_api(open_hub: Any) -> None:
    from hub.settings import Rate

    hub = await open_hub(rate_validate=Rate(10, 60))
    await World(hub).found()
    _, headers, _ = await send(hub, START, [("ticket", f"TKT-{n}") for n in range(11)])
    _, text = await see(hub, headers["Location"], kept(headers))
    assert "Too many requests" in text
    draft = headers["Location"].removesuffix("/ticket")
    _, answered, _ = await send(hub, f"{draft}/contact", CONTACT, kept(headers))
    for cookies in (kept(headers), {**kept(headers), **kept(answered)}):
        _, text = await see(hub, f"{draft}/ticket", cookies)
        assert "TKT-10" in text
        assert "Invalid ticket code" not in text, "what was not counted is not answered"
    _, headers, _ = await send(hub, START, [("ticket", f"TKT-{n}") for n in range(10)])
    _, text = await see(hub, headers["Location"], kept(headers))
    assert "Invalid ticket code" in text
