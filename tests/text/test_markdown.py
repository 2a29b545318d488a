"""Markdown of an organiser: what is kept, and what can harm nobody."""

from __future__ import annotations

import pytest

from hub.text.markdown import html_of, plain_text_of


def test_paragraphs_lists_emphasis_and_links_are_kept() -> None:
    html = html_of("A *nice* **show**.\n\n- one\n- two\n\n[Read more](https://example.org)")
    assert "<p>A <em>nice</em> <strong>show</strong>.</p>" in html
    assert "<li>one</li>" in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">Read more</a>' in html


def test_headings_stand_below_those_of_the_page() -> None:
    assert html_of("# The play\n\n## The cast") == "<h3>The play</h3>\n<h4>The cast</h4>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "[click](vbscript:msgbox)",
        '[click](https://x.org "><script>alert(1)</script>")',
        "![picture](https://elsewhere.example/track.png)",
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "`<iframe src=//evil>`",
        "</div></main><h1>Mine</h1>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_runs_loads_or_breaks_out(hostile: str) -> None:
    html = html_of(hostile).lower()
    for harm in ("<script", "<img", "<svg", "<iframe", "<style", "</div", "<h1"):
        assert harm not in html, html
    for link in html.split("<a href=")[1:]:
        assert link.startswith('"https://'), html


def test_a_long_or_odd_text_is_text() -> None:
    assert html_of("") == ""
    assert "🎭" in html_of("🎭 \u202e\x00")
    assert html_of("[" * 2_000)
    assert html_of(">" * 2_000 + "x")


def test_a_preview_has_the_words_alone() -> None:
    assert plain_text_of("# The *play*\n\nA **very** [good](https://x.org)\nevening ![x](y.png)\n\n- one") == (
        "The play A very good evening one"
    )
