"""What all CSV files share: the format in the query, and cells that no spreadsheet runs."""

from aiohttp import web

from web.json_body import invalid

BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes the file for its own old encoding, and names come out garbled."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def wants_csv(request: web.Request) -> bool:
    """Whether the query asks for `format=csv`; JSON without it."""
    form = request.query.get("format", "json")
    if form not in ("json", "csv"):
        raise invalid(("format", "Give json or csv"))
    return form == "csv"


def csv_cell(value: object) -> object:
    """A value that no spreadsheet runs: text that begins like a formula gets an apostrophe, which shows it as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
