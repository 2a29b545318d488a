"""Forms of the pages without JavaScript, read within the same limits as JSON bodies."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from hub.rules.digits import ascii_digits
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.json_body import invalid, read_body
from web.limits import BODY_BYTES
from web.middleware.origins import refuse_foreign_origin

_FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100


class Form:
    """The fields of a form by name, stripped of blanks. A field that was not sent is empty."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        # Postgres text cannot hold NUL.
        self._fields = [(name, value.replace("\0", " ")) for name, value in fields]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self._fields)

    def get(self, name: str) -> str:
        """Return a single-line field: it has no line breaks."""
        return " ".join(self.text(name).split())

    def text(self, name: str) -> str:
        """Return a field of several lines, with a plain line feed between them."""
        value = next((value for key, value in self._fields if key == name), "")
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()

    def secret(self, name: str) -> str:
        """Return a password as it was typed, blanks around it included."""
        return next((value for key, value in self._fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every filled single-line field of this name, in the order of the page."""
        values = [" ".join(value.split()) for key, value in self._fields if key == name]
        return [value for value in values if value]

    def number(self, name: str) -> int | None:
        """Return a positive whole number, or None for any other text."""
        text = ascii_digits(self.get(name))
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 16 else None


async def read_form(request: web.Request, limit: int = BODY_BYTES, most_fields: int = MOST_FIELDS) -> Form:
    """Return the form of this request, of at most `limit` bytes. Refuses FORBIDDEN if a page of another site has sent it."""
    refuse_foreign_origin(request)
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    text = (await read_body(request, limit)).decode("ascii", "replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=most_fields)
    except ValueError:
        raise invalid(("body", "The form is damaged")) from None
    return Form(fields)
