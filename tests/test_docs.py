"""Documents: every link has a target, and every file they name exists."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:|mailto:)([^)\s]+)\)")
NAMED_FILE = re.compile(r"`((?:hub|web|db|tests|loadtests|docs)/[\w./-]+\.(?:py|js|css|sql|lua|md|json|html))`")


def documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True
    )
    names = listed.stdout.split() or [str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def anchors_of(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#{1,6} (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        text = re.sub(r"[`*\[\]]", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


def broken_links(path: Path) -> list[str]:
    broken = []
    for target in LINK.findall(path.read_text(encoding="utf-8")):
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
    page.write_text("# One\n[a](nothing.md) [b](#two) [c](#one)\n")
    assert broken_links(page) == ["nothing.md", "#two"]
