"""The files of a page: its style sheets as one, and its modules named before they import each other.

A browser paints nothing before the last style sheet is there, and asks for six files at a time. A module's imports are known
only when it has arrived. On a slow connection each such turn costs 0.15 s.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from web.pages.page_language import script_and_imports
from web.pages.static_files import STATIC

_SHEET = re.compile(r'\s*<link rel="stylesheet" href="/static/[0-9a-f]+/([^"]+\.css)">')
_MODULE = re.compile(r'<script type="module" src="/static/[0-9a-f]+/(js/[^"]+)"')


def join_page_files(head: str) -> Markup:
    """Return the head of a page with one style sheet in place of its own, and with its modules' imports.

    The modules have a low priority: the style sheet comes first.
    """
    names = list(dict.fromkeys(_SHEET.findall(head)))
    scripts = tuple(_MODULE.findall(head))
    rest = _SHEET.sub("", head)
    lines = [f'<link rel="stylesheet" href="{STATIC.joined_url(names)}">'] if names else []
    lines += [
        f'<link rel="modulepreload" fetchpriority="low" href="{STATIC.url(name)}">'
        for name in sorted(script_and_imports(scripts, at_once=True) - {*scripts})
    ]
    # Nothing here comes from a visitor: these are names of files, and the rest has been escaped by its template.
    return Markup("\n  ".join(["", *lines]) + rest)  # noqa: S704
