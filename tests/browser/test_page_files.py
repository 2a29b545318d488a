"""Files of the pages: versioned by their hash, and a sign-in that redirects only within the site."""

from __future__ import annotations

import re

import pytest

from hub.rules.reasons import Reason
from tests.support.hub import Hub
from web.pages.staff import own_path
from web.pages.static_files import STATIC, STATIC_ROOT


async def test_a_static_file_is_kept_for_a_year_under_its_hash_and_not_at_all_under_another(hub: Hub) -> None:
    for address, kept in (
        (STATIC.url("js/app/scan.js"), "public, max-age=31536000, immutable"),
        ("/static/000000000000/js/app/scan.js", "no-cache"),
        ("/static/js/app/scan.js", "no-cache"),
    ):
        async with hub.client.get(address) as response:
            assert response.status == 200
            assert response.headers["Cache-Control"] == kept
            assert response.content_type == "text/javascript"


@pytest.mark.parametrize(
    "path",
    ["../pages/staff.py", "%2e%2e/pages/staff.py", "js/../../pages/staff.py", "js", "js/nothing.js", "x/", "%00"],
)
async def test_no_address_leaves_the_static_folder(hub: Hub, path: str) -> None:
    async with hub.client.get(f"/static/{path}") as response:
        assert response.status in (400, 404)


async def test_pages_forbid_inline_script_and_style(hub: Hub) -> None:
    async with hub.client.get("/reserve?ticket=%3Cscript%3Ealert(1)%3C/script%3E") as response:
        policy = response.headers["Content-Security-Policy"]
        text = await response.text()
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in text
    assert "style=" not in text


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("/operator/scan", "/operator/scan"),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("/a\nb", ""),
        ("/" + "a" * 400, ""),
        ("", ""),
    ],
)
def test_next_names_a_page_of_ours_or_nothing(query: str, kept: str) -> None:
    assert own_path(query) == kept


async def test_a_strange_next_is_forgotten(hub: Hub) -> None:
    async with hub.client.get("/operator/login?next=//evil.example") as response:
        assert 'data-next=""' in await response.text()


def test_every_drawing_of_the_icons_has_an_id_of_its_own() -> None:
    ids = re.findall(r'\bid="([^"]+)"', (STATIC_ROOT / "icons.svg").read_text())
    assert len(ids) == len(set(ids)) > 20


def test_no_browser_is_asked_to_translate_a_code() -> None:
    coded = re.compile(r'<[a-z0-9]+\b[^<>]*\bclass="(?:[^"]* )?code(?: [^"]*)?"[^<>]*>')
    found = [
        (template.name, tag)
        for template in (STATIC_ROOT.parent / "templates").rglob("*.html")
        for tag in coded.findall(template.read_text(encoding="utf-8"))
    ]
    assert len(found) > 10
    assert [one for one in found if 'translate="no"' not in one[1]] == []
    assert 'setAttribute("translate", "no")' in (STATIC_ROOT / "js/lib/elements.js").read_text(encoding="utf-8")


def test_every_answer_that_is_logged_has_words_in_the_lists_of_scans() -> None:
    def texts(script: str, name: str) -> set[str]:
        source = (STATIC_ROOT / "js" / script).read_text(encoding="utf-8")
        return set(re.findall(r"\b([A-Z_]+): t\(", source.partition(f"const {name} = {{")[2].partition("};")[0]))

    logged = texts("words/verdicts.js", "WORDS") & set(Reason)
    assert len(logged) > 20
    assert logged - texts("features/scan/past_scans.js", "REASONS") == set()
    assert logged - texts("words/scans.js", "REASONS") == set()
