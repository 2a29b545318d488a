"""The pictures in docs/pictures: complete, small, with readable QR codes; and `make pictures` still reaches every state."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from hub.embedded.supervisor import ServerUrls
from tests.browser import pictures
from tests.browser.pictures import TARGET, photographed, pictures_of, read_back

ALL = {name for one in photographed() for name in pictures_of(one)}


def test_every_state_has_its_pictures_and_no_picture_is_of_a_state_that_is_gone() -> None:
    assert {file.name for file in TARGET.glob("*.webp")} == ALL
    assert (TARGET / "README.md").read_text(encoding="utf-8") == pictures.index()


def test_the_pictures_are_small() -> None:
    sizes = {name: (TARGET / name).stat().st_size for name in ALL}
    assert max(sizes.values()) <= pictures.LARGEST
    assert sum(sizes.values()) < 8_000_000


@pytest.mark.parametrize("name", sorted(n for one in photographed() if one.shows_code for n in pictures_of(one)))
def test_a_code_can_be_scanned_from_its_picture_bright_or_dim(name: str) -> None:
    assert all(code.startswith(("TKT-2026-", "BKG-")) for code in read_back(TARGET / name))


def test_a_code_that_cannot_be_read_is_noticed(tmp_path: Path) -> None:
    spoilt = tmp_path / "booked-390.webp"
    Image.open(TARGET / "booked-390.webp").convert("RGB").filter(ImageFilter.GaussianBlur(9)).save(spoilt)
    with pytest.raises(RuntimeError, match="cannot be read back"):
        read_back(spoilt)


async def test_the_photographer_takes_a_picture(servers: ServerUrls, tmp_path: Path) -> None:
    """It runs in its own process, because it changes the clock and the random numbers of its process."""
    own = "--servers", servers.database_url, servers.redis_url
    environment = {**os.environ, "PYTHONPATH": "tests"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.browser.pictures", "booked", "--to", str(tmp_path), *own,
        cwd=TARGET.parents[1], env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 110)
    assert process.returncode == 0, output.decode()
    assert {file.name for file in tmp_path.glob("*.webp")} == {
        n for n in ALL if n.startswith("booked") and "party" not in n
    }
