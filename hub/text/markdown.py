"""Markdown: the description of a show as HTML that is safe on a public page.

The text comes from an organiser. So raw HTML in it is shown as text, and an allow-list keeps only the tags that Markdown makes.
Links open without a referrer and give no credit to search engines. Pictures are left out, because the page loads nothing from
other sites.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAGS = {"p", "br", "hr", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4", "h5"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h5", "h5": "h5", "h6": "h5"}
"""A description is below the page's h1 and the section's h2."""


def prepare() -> None:
    """Import both libraries now (30 ms), so that the first visitor of a show does not wait for them."""
    html_of("A *show*.")


@lru_cache(maxsize=256)
def html_of(markdown: str) -> str:
    """Return the text as HTML with only harmless tags and absolute links."""
    import nh3

    parser = _parser()
    tokens = parser.parse(markdown)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"
    ).strip()


@lru_cache(maxsize=256)
def plain_text_of(markdown: str) -> str:
    """Return the words alone, on one line, for search engines and previews."""
    words = [_words(child) for token in _parser().parse(markdown) for child in [*(token.children or ()), None]]
    return " ".join("".join(words).split())


def _words(token: "Token | None") -> str:
    if token is None or token.type in ("softbreak", "hardbreak"):
        return " "
    return "" if token.type == "image" else token.content


@cache
def _parser() -> "MarkdownIt":
    # Imported at the first use, because no request but that of a show needs it.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})
