"""The files of a page: one style sheet before it is painted, and no module that is found only by another one."""

from __future__ import annotations

import re

import pytest

from tests.support.hub import Hub
from tests.support.world import World
from web.pages.page_language import script_and_imports
from web.pages.scanner_app import shell
from web.pages.static_files import STATIC

OPEN = ("/", "/reserve", "/shows", "/operator/login", "/reserve/again")
STAFF = (
    "/operator/scan",
    "/operator/scan/training",
    "/operator/scan/practice-codes",
    "/operator/manual",
    "/manager",
    "/manager/replay",
    "/manager/analytics",
    "/manager/conflicts",
    "/manager/disputes",
    "/manager/history",
    "/admin",
    "/admin/mail",
)
MOST_BYTES = 15_000
"""Style sheets of a page, compressed: a tenth of a second on a slow phone."""


def delays(html: str) -> list[str]:
    """Return what makes the first paint or the first script of a page wait for another file."""
    head = html[: html.index("</head>")]
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', head)
    found = [f"{len(sheets)} style sheets"] if len(sheets) > 1 else []
    found += re.findall(r"<script(?! type=\"(?:module|application/json)\")[^>]*>", head)
    named = set(re.findall(r'(?:src|rel="modulepreload"[^>]* href)="/static/[0-9a-f]+/([^"]+)"', head))
    scripts = tuple(re.findall(r'<script type="module" src="/static/[0-9a-f]+/([^"]+)"', head))
    return found + sorted(script_and_imports(scripts, at_once=True) - named)


async def test_no_page_waits_for_a_second_style_sheet_or_for_a_module_that_it_does_not_name(
    hub: Hub, world: World
) -> None:
    token = await world.staff("ADMIN")
    for path in (*OPEN, *STAFF):
        async with hub.client.get(path, headers={"Cookie": f"hub_session={token}"} if path in STAFF else {}) as page:
            html = await page.text()
        assert delays(html) == [], path
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
        async with hub.client.get(address, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as sheet:
            assert (sheet.content_type, sheet.headers["Content-Encoding"]) == ("text/css", "gzip")
            assert "immutable" in sheet.headers["Cache-Control"]
            assert len(await sheet.read()) < MOST_BYTES, path


def test_a_page_that_waits_is_found() -> None:
    module = f'<script type="module" src="{STATIC.url("js/app/history.js")}"></script>'
    assert "js/lib/api.js" in delays(f"{module}</head>")
    assert delays('<link rel="stylesheet" href="a.css"><link rel="stylesheet" href="b.css"></head>') == [
        "2 style sheets"
    ]
    assert delays('<script src="a.js"></script></head>') == ['<script src="a.js">']


async def test_the_scanner_keeps_the_style_sheet_of_its_page(hub: Hub, world: World) -> None:
    async with hub.client.get("/operator/scan", headers={"Cookie": f"hub_session={await world.staff()}"}) as page:
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', await page.text())
    assert address in shell()


async def test_joined_sheets_are_those_files_in_their_order(hub: Hub) -> None:
    names = ["css/base/tokens.css", "css/scan.css"]
    whole = []
    for address in (*map(STATIC.url, names), STATIC.joined_url(names)):
        async with hub.client.get(address) as sheet:
            whole.append(await sheet.text())
    assert whole[2] == f"{whole[0]}\n{whole[1]}"


@pytest.mark.parametrize(
    "names",
    [
        "",
        "css/none.css",
        "css/scan.css,css/none.css",
        "js/app/scan.js",
        "../pages/staff.py",
        ",".join(f"css/{n}.css" for n in range(99)),
    ],
)
async def test_nothing_else_is_joined(hub: Hub, names: str) -> None:
    async with hub.client.get(f"/static/{STATIC.version}/joined/{names}") as sheet:
        assert sheet.status == 404
