"""Documents: every link and picture has a target, every file they name exists, and each says whom it is for and is listed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)\s]+)\)|<img src=\"(?!https?:)([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(r"`((?:hub|web|db|tests|loadtests|docs)/[\w./-]+\.(?:py|js|css|sql|lua|md|json|html))`")


def documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True
    )
    names = listed.stdout.split() or [str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def prose_of(path: Path) -> str:
    """Return the page without its blocks of code, whose comments look like headings."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors_of(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them: the second of the same name ends in -1."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} (.+)$", prose_of(path), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, 0) + 1
    return {f"{anchor}-{n}" if n else anchor for anchor, times in found.items() for n in range(times)}


def broken_links(path: Path) -> list[str]:
    broken = []
    for link, picture in LINK.findall(prose_of(path)):
        target = link or picture
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        if not page.exists() or (anchor and page.suffix == ".md" and anchor not in anchors_of(page)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    assert broken_links(path) == []


# The changelog may name files that no longer exist.
TODAY = [path for path in documents() if path.name != "CHANGELOG.md"]


@pytest.mark.parametrize("path", TODAY, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_a_document_names_exists(path: Path) -> None:
    named = NAMED_FILE.findall(path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '# One\n[a](nothing.md) [b](#two) [c](#one) ![d](none.webp) <img src="none.png">\n'
        "## One\n```\n# two\n[e](nor.md)\n```\n[f](#one-1) [g](#one-2) [h](page.md#one)\n"
    )
    assert broken_links(page) == ["nothing.md", "#two", "none.webp", "none.png", "#one-2"]


PAGES = [
    *sorted(ROOT.glob("docs/*.md")),
    *(
        ROOT / name
        for name in ("db/schema.md", "deploy/README.md", "loadtests/README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    ),
]


def test_the_readme_lists_every_document_in_a_line_of_its_own() -> None:
    listing = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Documents\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| [^|]*\| \[[^\]]+\]\(([^)]+)\)(?: \(\[中文\]\(([^)]+)\)\))?: ", listing, re.MULTILINE)
    assert sorted(name for pair in listed for name in pair if name) == sorted(str(p.relative_to(ROOT)) for p in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_begins_with_whom_it_is_for(path: Path) -> None:
    title, first, *_ = path.read_text(encoding="utf-8").split("\n\n")
    assert title.startswith("# ")
    assert first.startswith("写给" if path.name.endswith(".zh.md") else "For "), first
