"""The logo of a venue as a value: its address, and the size at which a page or a mail shows it."""

from typing import NamedTuple


class VenueLogo(NamedTuple):
    """The hash of the image in hex, and its size in pixels."""

    hash: str
    width: int
    height: int

    @property
    def path(self) -> str:
        return f"/logos/{self.hash}"

    @property
    def in_header(self) -> tuple[int, int]:
        """Return width and height at the top of a page."""
        return shown_size(self.width, self.height, (150, 36))


def shown_size(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """Return the size of an image within a box. It is never larger than its pixels."""
    factor = min(box[0] / width, box[1] / height, 1.0)
    return max(round(width * factor), 1), max(round(height * factor), 1)
