"""The tool behind `make messages`: extracts every text from the sources, updates the catalogues and compiles them.

Run it as `python -m hub.locale.catalogue` in the source tree. One catalogue serves Python, templates and the browser. The
browser's texts are also written as JSON by source file, because a page needs only the texts of the scripts it loads.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from hub.locale.script_texts import texts_of_script
from hub.text.languages import DEFAULT, LANGUAGES, catalogue_path
from hub.text.messages import MESSAGES

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "web/static/js/"

METHODS = [
    ("hub/**.py", "python"),
    ("web/**.py", "python"),
    ("hub/confirmation/templates/**.html", "jinja2"),
    ("hub/confirmation/templates/**.txt", "jinja2"),
    ("web/templates/**.html", "jinja2"),
]
_JINJA = {"trimmed": "true", "silent": "false", "encoding": "utf-8"}
OPTIONS = {pattern: _JINJA for pattern, method in METHODS if method == "jinja2"}
# The functions that mark a text in Python and in templates, with the positions of their arguments.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
# This file defines `t` and `tn` and does not use them.
_NOT_READ = "i18n.js"


_HEADER = "# Venue Hub. `make messages` keeps this file complete; the words after msgstr are written by hand."
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


class ClashingTexts(Exception):
    """Two texts have the same singular and different plurals."""


def extracted() -> Catalog:
    """Return every text in the sources with the files that use it, and the messages of all reasons."""
    catalog = Catalog(project="Venue Hub", charset="utf-8")
    for top in ("hub", "web"):
        found = extract_from_dir(
            str(ROOT / top), [(pattern.removeprefix(f"{top}/"), method) for pattern, method in METHODS if pattern.startswith(top)],
            {pattern.removeprefix(f"{top}/"): options for pattern, options in OPTIONS.items() if pattern.startswith(top)},
            keywords=KEYWORDS, strip_comment_tags=True, comment_tags=("Translators:",),
        )  # fmt: skip
        for path, _line, text, comments, _context in found:
            # Files without line numbers, so that a line that moves does not change the catalogue.
            _add(catalog, text, f"{top}/{path}", comments)
    for script in sorted((ROOT / SCRIPTS).rglob("*.js")):
        if script.name != _NOT_READ:
            for text in texts_of_script(script.read_text(encoding="utf-8")):
                _add(catalog, text, script.relative_to(ROOT).as_posix())
    for words in MESSAGES.values():
        _add(catalog, words, "hub/text/messages.py")
    return catalog


def _add(catalog: Catalog, text: str | tuple[str, ...], path: str, comments: Sequence[str] = ()) -> None:
    known = catalog.get(text if isinstance(text, str) else text[0])
    if known is not None and not isinstance(text, str) and not isinstance(known.id, str) and tuple(known.id) != text:
        # A catalogue identifies texts by their singular, so one of the two plurals would be lost.
        raise ClashingTexts(f"{path} says {text}, {known.locations[0][0]} says {known.id}")
    catalog.add(text, locations=[(path, 0)], auto_comments=comments)


def read(language: str) -> Catalog:
    with catalogue_path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def written(catalog: Catalog) -> bytes:
    """Return the `.po` file. It has no line numbers and no date, so it changes only when a text does."""
    catalog.header_comment = _HEADER
    catalog.fuzzy = False
    catalog.last_translator = catalog.msgid_bugs_address = catalog.language_team = catalog.version = ""
    catalog.creation_date = catalog.revision_date = _NO_DATE
    out = BytesIO()
    write_po(out, catalog, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def compiled(catalog: Catalog) -> tuple[bytes, bytes]:
    """Return the `.mo` and the `.json` file of a catalogue."""
    out = BytesIO()
    write_mo(out, catalog)
    texts = {script: dict(of) for script, of in _script_texts(catalog)}
    return out.getvalue(), json.dumps(texts, ensure_ascii=False, indent=0, sort_keys=True).encode() + b"\n"


def _script_texts(catalog: Catalog) -> Iterator[tuple[str, list[tuple[str, str | list[str]]]]]:
    by_script: dict[str, list[tuple[str, str | list[str]]]] = {}
    for message in catalog:
        if not message.id or message.fuzzy or not message.string or not all(_forms(message.string)):
            continue
        plural = isinstance(message.id, list | tuple)
        entry = (message.id[0], list(message.string)) if plural else (str(message.id), str(message.string))
        for path, _line in message.locations:
            if path.startswith(SCRIPTS):
                by_script.setdefault(path.removeprefix("web/static/"), []).append(entry)
    yield from by_script.items()


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def update(language: str) -> tuple[int, int]:
    """Update and compile one catalogue. Return how many texts it has, and how many are not translated."""
    template = extracted()
    path = catalogue_path(language, "po")
    path.parent.mkdir(parents=True, exist_ok=True)
    before = read(language) if path.exists() else Catalog(locale=language, project="Venue Hub")
    # No fuzzy matching: a guess that nobody checked is worse than a gap, which the tests report.
    before.update(template, no_fuzzy_matching=True)
    path.write_bytes(written(before))
    catalog = read(language)
    mo, texts = compiled(catalog)
    catalogue_path(language, "mo").write_bytes(mo)
    catalogue_path(language, "json").write_bytes(texts)
    return len(catalog), sum(not all(_forms(message.string)) for message in catalog if message.id)


def main() -> int:
    waiting = 0
    for language in LANGUAGES:
        if language != DEFAULT:
            texts, gaps = update(language)
            print(f"{language}: {texts} texts, {gaps} without words")  # noqa: T201 - this is what the tool is for
            waiting += gaps
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
