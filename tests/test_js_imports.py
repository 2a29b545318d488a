"""The import law of JavaScript: five layers, one name per page, no browser in the models. Read from the source."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import wire_types
from web import element_types

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "web" / "static" / "js"
STYLES = ROOT / "web" / "static" / "css"
TEMPLATES = ROOT / "web" / "templates"

LAYERS = ("app", "features", "words", "models", "lib")
"""From the top down. A file imports its own layer and those below it."""
FEATURES: dict[str, set[str]] = {
    "admin": set(),
    "analytics": {"control_room"},
    "booking": set(),
    "conflicts": set(),
    "control_room": {"conflicts", "disputes"},
    "decisions": set(),
    "disputes": set(),
    "mail": set(),
    "reservation": {"reserve"},
    "reserve": set(),
    "scan": set(),
    "training": set(),
    "waiting_room": set(),
}
"""Each folder of features/, and the other folders from which it imports."""
PAGES: dict[str, set[str]] = {
    "analytics": {"analytics", "control_room"},
    "booking": {"booking", "reserve"},
    "booking_form": {"booking"},
    "conflicts": {"conflicts", "decisions"},
    "disputes": {"disputes", "decisions"},
    "login": {"scan"},
    "mail": {"mail", "admin"},
    "scanner_wiped": {"scan"},
    "replay": {"control_room"},
    "training": {"training", "scan"},
}
"""Pages whose features are not only those of their own name."""
WITHOUT_PAGE = {"service_worker"}
"""Entries that no template loads."""
BROWSER = r"(?<![\w.$#])(?:document|window|location|localStorage|sessionStorage|indexedDB)\b(?!\s*:)"
"""Names that a model may not use, with or without `globalThis.`."""

# What is not code: a comment, a text in quotes, a regular expression where a value may begin. Template literals are
# parsed below, because their expressions are code.
_NO_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|(?:(?<=[(,=:\[!&|?{};>])|(?<=[(,=:\[!&|?{};>]\s)|(?<=return\s))/(?![/*])(?:\[(?:[^\]\\\n]|\\.)*\]|[^/\\\[\n]|\\.)+/""",
    re.DOTALL,
)
_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*(?P<late>\()?\s*["'](?P<path>(?:\.{0,2}/|https?:)[^"'\n]+)["']""")
_LATE = re.compile(r"\bimport\s*\(")
_LOADED = re.compile(r"\bloadModule\(\s*\(\)\s*=>\s*import\s*\(")


def bare(source: str, *, texts: bool) -> str:
    """Return the source without comments. `texts` tells whether quoted texts are kept."""
    kept: list[str] = []
    depths: list[int] = []  # of braces, in each open template expression
    at, in_text = 0, False
    while at < len(source):
        char = source[at]
        if in_text:  # of a template literal
            if source.startswith("${", at):
                depths.append(0)
                in_text = False
                at += 2
            else:
                in_text = char != "`"
                at += 2 if char == "\\" else 1
            continue
        if found := _NO_CODE.match(source, at):
            text = found[0]
            kept.append(" " if text.startswith(("//", "/*")) else text if texts else '""')
            at = found.end()
            continue
        if char == "`":
            in_text = True
        elif char == "}" and depths and depths[-1] == 0:
            depths.pop()
            in_text = True
        else:
            if depths:
                depths[-1] += {"{": 1, "}": -1}.get(char, 0)
            kept.append(char)
        at += 1
    return "".join(kept)


def code_of(source: str) -> str:
    """Return the source without comments and texts, and with `globalThis.x` as plain `x`."""
    return re.sub(r"\b(?:globalThis|self)\s*\??\.\s*", "", bare(source, texts=False))


def imports_of(name: str, source: str) -> Iterator[str]:
    """Yield all imports of a script, static and dynamic, as paths below web/static/js.

    A path with `../` is outside of it.
    """
    for found in _IMPORT.finditer(bare(source, texts=True)):
        path = found["path"]
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path.startswith(".") else path


def broken_laws(name: str, source: str) -> list[str]:
    """Return the laws that the script `name`, a path below web/static/js, breaks."""
    layer, _, rest = name.partition("/")
    if layer not in LAYERS or not rest:
        return [f"{name} is in none of the layers"]
    broken = [f"{name} imports {to}" for to in imports_of(name, source) if not _may_import(name, to)]
    code = code_of(source)
    if layer == "models":
        broken += [f"{name} names {found}" for found in re.findall(BROWSER, code)]
    late = bare(source, texts=True)
    if len(_LATE.findall(late)) != len(_LOADED.findall(late)):
        broken.append(f"{name} imports a module later and not by loadModule(() => import(...))")
    return broken


def _may_import(name: str, to: str) -> bool:
    layer, other = name.split("/", maxsplit=1)[0], to.split("/", maxsplit=1)[0]
    if to.startswith("../vendor/"):
        return layer == "features"
    if other not in LAYERS or LAYERS.index(other) < LAYERS.index(layer):
        return False
    part, other_part = _part(name), _part(to)
    if layer == other == "app":
        return False
    if layer == "app" and other == "features":
        return other_part in PAGES.get(part, {part})
    if layer == other == "features":
        return other_part == part or other_part in FEATURES.get(part, set())
    return True


def _part(name: str) -> str:
    """Return the page of app/<page>.js or features/<page>/..."""
    return name.split("/")[1].removesuffix(".js")


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Return each import cycle as a path: `a -> b -> a`."""
    found, done = [], set()

    def walk(at: str, way: list[str]) -> None:
        if at in way:
            found.append(" -> ".join([*way[way.index(at) :], at]))
        elif at not in done:
            for to in sorted(graph.get(at, ())):
                walk(to, [*way, at])
            done.add(at)

    for start in sorted(graph):
        walk(start, [])
    return found


SOURCES = {
    path.relative_to(SCRIPTS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.rglob("*.js"))
}


def test_every_script_keeps_the_import_law() -> None:
    assert len(SOURCES) > 200, "the scripts were found"
    assert [law for name, source in SOURCES.items() for law in broken_laws(name, source)] == []


def test_every_import_leads_to_a_file() -> None:
    lost = [
        f"{name} imports {to}"
        for name, source in SOURCES.items()
        for to in imports_of(name, source)
        if not (SCRIPTS / to).is_file()
    ]
    assert lost == []


def test_no_script_is_part_of_a_circle() -> None:
    assert circles({name: set(imports_of(name, source)) for name, source in SOURCES.items()}) == []
    assert circles(FEATURES) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b -> c -> b"]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("scan.js", ""),
        ("helpers/dom.js", ""),
        ("lib/api.js", 'import { Visit } from "../models/visit.js";'),
        ("lib/api.js", 'import { v4 } from "https://cdn.example/uuid.js";'),
        ("models/phone.js", 'import { explain } from "../words/refusals.js";'),
        ("words/mail.js", 'export * from "../features/mail/mail_list.js";'),
        ("features/scan/camera.js", 'import "../../app/scan.js";'),
        ("features/scan/camera.js", 'import { Calendar } from "../reserve/calendar.js";'),
        ("features/mail/mail_list.js", 'const later = () => loadModule(() => import("../scan/camera.js"));'),
        ("app/mail.js", 'import "./scan.js";'),
        ("app/mail.js", 'import { Camera } from "../features/scan/camera.js";'),
        ("models/chart.js", 'import uPlot from "../../vendor/uplot-1.6.32/uPlot.esm.js";'),
        ("models/phone.js", 'const field = document.getElementById("phone");'),
        ("models/phone.js", "const text = `${window.name}`;"),
        ("models/phone.js", "const a = `${b(`${c}`)} it's`; const d = document.title; const e = `f`;"),
        ("models/phone.js", "const a = /[\"'`]/.test(b); const d = document.title; // it's `that`"),
        ("models/phone.js", "globalThis.document?.addEventListener('click', f);"),
        ("models/phone.js", "class A { constructor(store = localStorage) { this.store = store; } }"),
        ("models/phone.js", "const kept = sessionStorage.length;"),
        ("models/phone.js", "const way = location.hash;"),
        ("models/phone.js", "const opening = indexedDB.open('x');"),
        ("features/mail/mail_list.js", 'const { open } = await import("./letter.js");'),
    ],
)
def test_a_broken_law_is_found(name: str, source: str) -> None:
    assert len(broken_laws(name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("app/scan.js", 'import { Camera } from "../features/scan/camera.js"; document.title = "x";'),
        ("app/login.js", 'import { Queue } from "../features/scan/offline/queue.js";'),
        ("features/reservation/mover.js", 'import { SlotStep } from "../reserve/slot_step.js";'),
        ("features/reserve/ticket.js", 'loadModule(() => import("./order.js"));'),
        ("words/mail.js", 'import { t } from "../lib/i18n.js";'),
        ("models/phone.js", '// the document\nconst a = "document"; /* window */ b.location = c.document; d = { location: 1 };'),
        ("lib/elements.js", "document.body"),
    ],
)  # fmt: skip
def test_what_the_law_allows_is_let_pass(name: str, source: str) -> None:
    assert broken_laws(name, source) == []


def test_the_types_of_the_elements_are_those_of_the_templates_today() -> None:
    assert element_types.TARGET.read_text(encoding="utf-8") == element_types.declarations(), (
        "python -m web.element_types"
    )


def test_the_types_of_the_wire_are_those_of_the_api_and_the_socket_today() -> None:
    assert wire_types.TARGET.read_text(encoding="utf-8") == wire_types.declarations(), (
        "python -m tests.support.wire_types"
    )


def test_a_page_goes_by_one_name() -> None:
    """Template, entry, features and style sheet have one name: `mail.html`, `app/mail.js`, `features/mail/`,
    `mail.css`.
    """
    pages = {path.stem for path in TEMPLATES.glob("*.html")} | {
        path.name for path in TEMPLATES.iterdir() if path.is_dir()
    }
    entries = {path.stem for path in (SCRIPTS / "app").iterdir()} - WITHOUT_PAGE
    assert entries <= pages
    for template in TEMPLATES.rglob("*.html"):
        loaded = re.findall(r"""<script[^>]*'js/([^']+)'""", template.read_text(encoding="utf-8"))
        assert set(loaded) <= {f"app/{template.stem}.js", "app/"}, template
    shared = {folder for drawn_from in PAGES.values() for folder in drawn_from}
    features = {path.name for path in (SCRIPTS / "features").iterdir()}
    assert features == set(FEATURES)
    assert features <= entries | shared
    assert {path.stem for path in STYLES.iterdir()} - {"base"} <= pages
