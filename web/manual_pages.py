"""Generator of web/templates/manual: `python -m web.manual_pages` writes the operator's manual as HTML, from its documents.

The documents are not on a server. The page has no pictures, and each answer stands in its colour instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt

_ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS: Mapping[str, Path] = {
    "en": _ROOT / "docs" / "operator-manual.md",
    "zh_Hans": _ROOT / "docs" / "operator-manual.zh.md",
}
"""The document of each language."""
_PICTURES = re.compile(r"^\| !\[.*\n\|[-|]+\|\n\|.*\n", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(r" ?\[[^\]]+\]\(operator-manual[\w.]*\)[.。]?")
_COLOUR = re.compile(r"<td>([^<]+)</td>(?=\n<td>)")
_TONES = {
    "green": "GREEN", "red": "RED", "yellow": "YELLOW", "blue": "EXIT", "绿": "GREEN", "红": "RED", "黄": "YELLOW", "蓝": "EXIT",
}  # fmt: skip


def target(language: str) -> Path:
    """Return the file of a language."""
    return _ROOT / "web" / "templates" / "manual" / f"{language}.html"


def manual(language: str) -> str:
    """Return the manual as HTML, without pictures and without the link to the other language."""
    text = _OTHER_LANGUAGE.sub("", _PICTURES.sub("", DOCUMENTS[language].read_text(encoding="utf-8")))
    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    return _COLOUR.sub(_in_colour, html).replace("<code>", '<code translate="no">')


def _in_colour(cell: re.Match[str]) -> str:
    tone = _TONES.get(cell[1])
    return cell[0] if tone is None else f'<td class="{tone}">{cell[1]}</td>'


if __name__ == "__main__":
    for one in DOCUMENTS:
        target(one).write_text(manual(one), encoding="utf-8")
