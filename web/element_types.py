"""The maker of web/types/elements.d.ts: `python -m web.element_types` writes it from the templates.

With it the type checker knows every id of the pages and the kind of its element: `byId("day").value` is checked, and so is a
mistyped id.
"""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
TARGET = Path(__file__).resolve().parent / "types" / "elements.d.ts"

_ELEMENT = re.compile(r"<([a-z][a-z0-9]*)\b(?:[^<>]|\{\{.*?\}\}|\{%.*?%\})*?\bid=\"([a-z][a-z0-9-]*)\"")
_SVG = ("svg", "use", "path")

_HEAD = """// Written by `python -m web.element_types` from the templates: every id of a page, and what stands there.
interface ElementsById {
"""


def declarations() -> str:
    """The text of the file. An id that two pages use for two kinds of element is either of them."""
    kinds: dict[str, set[str]] = {}
    for template in sorted(TEMPLATES.rglob("*.html")):
        for tag, name in _ELEMENT.findall(template.read_text(encoding="utf-8")):
            table = "SVGElementTagNameMap" if tag in _SVG else "HTMLElementTagNameMap"
            kinds.setdefault(name, set()).add(f'{table}["{tag}"]')
    return _HEAD + "".join(f'  "{name}": {" | ".join(sorted(kinds[name]))};\n' for name in sorted(kinds)) + "}\n"


if __name__ == "__main__":
    TARGET.write_text(declarations(), encoding="utf-8")
