"""CSV files: reads the `format` of a query, and escapes cells against formula injection."""

from aiohttp import web

from web.json_body import invalid

BYTE_ORDER_MARK = "\ufeff"
"""The first character of every file. Without it, Excel does not read the file as UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def wants_csv(request: web.Request) -> bool:
    """Return whether the query has `format=csv`."""
    form = request.query.get("format", "json")
    if form not in ("json", "csv"):
        raise invalid(("format", "Give json or csv"))
    return form == "csv"


def csv_cell(value: object) -> object:
    """Return the value for a cell. Text that begins like a formula gets an apostrophe, so that no spreadsheet runs it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
