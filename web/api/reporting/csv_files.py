"""CSV files: reads the `format` of a query, and escapes cells against formula injection."""

import re

from aiohttp import web

from web.json_body import invalid

BYTE_ORDER_MARK = "\ufeff"
"""The first character of every file. Without it, Excel does not read the file as UTF-8."""
# A spreadsheet may split a line at semicolons, tabs or bars, whatever we wrote, and it drops blanks of every width before a formula.
# In East Asian versions the full-width signs begin one, too.
_BLANKS = r"[^\S\t\r\n]|[\x00-\x08\x0e-\x1f\x7f\u180e\u200b-\u200f\u2060\ufeff\"]"
_FORMULA = re.compile(rf"(^|[;|\t\r\n])((?:{_BLANKS})*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_WHITE_START = ("\t", "\r", "\n")


def wants_csv(request: web.Request) -> bool:
    """Return whether the query has `format=csv`."""
    form = request.query.get("format", "json")
    if form not in ("json", "csv"):
        raise invalid(("format", "Give json or csv"))
    return form == "csv"


def csv_cell(value: object) -> object:
    """Return the value for a cell. Text that begins like a formula, or would after any delimiter inside it, gets an apostrophe there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    # The apostrophe comes first in the cell: after a blank it would be read as part of the text.
    text = _FORMULA.sub(r"\1'\2", value)
    return f"'{text}" if text.startswith(_WHITE_START) else text
