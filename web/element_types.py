"""Generator of web/types/elements.d.ts: `python -m web.element_types` writes the file from the templates.

With the file the type checker knows every id of the pages and the type of its element. So `byId("day").value` is checked, and
a mistyped id is an error.
"""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
TARGET = Path(__file__).resolve().parent / "types" / "elements.d.ts"

# Each character has one way to match: with two, a tag with thirty expressions takes for ever.
_ELEMENT = re.compile(r"<([a-z][a-z0-9]*)\b(?:[^<>{]|\{(?![{%])|\{\{.*?\}\}|\{%.*?%\})*?\bid=\"([a-z][a-z0-9-]*)\"")
_SVG = ("svg", "use", "path")

_HEAD = """// Written by `python -m web.element_types` from the templates: every id of a page, and what stands there.
interface ElementsById {
"""


def declarations() -> str:
    """Return the text of the file. An id that two pages use for different elements gets a union type."""
    kinds: dict[str, set[str]] = {}
    for template in sorted(TEMPLATES.rglob("*.html")):
        for tag, name in _ELEMENT.findall(template.read_text(encoding="utf-8")):
            table = "SVGElementTagNameMap" if tag in _SVG else "HTMLElementTagNameMap"
            kinds.setdefault(name, set()).add(f'{table}["{tag}"]')
    return _HEAD + "".join(f'  "{name}": {" | ".join(sorted(kinds[name]))};\n' for name in sorted(kinds)) + "}\n"


if __name__ == "__main__":
    TARGET.write_text(declarations(), encoding="utf-8")
