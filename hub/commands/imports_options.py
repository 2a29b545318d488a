"""The options of `hub tickets import` and `hub imports`."""

from __future__ import annotations

from typing import Any

from hub.commands.option_types import ID, count
from hub.commands.products_options import Command


def add_import_commands(tickets: Any, commands: Any, command: Command) -> None:
    """Add `import` to `hub tickets`, and `hub imports` with its commands to the parser."""
    importing = command(tickets, "import", "imports:import_tickets", "read tickets from a CSV file or a workbook")
    importing.add_argument("file", metavar="FILE", help="a CSV file or an Excel workbook (.xlsx)")
    importing.add_argument("--organisation", type=ID, metavar="ID")
    importing.add_argument(
        "--mapping",
        action="append",
        default=[],
        metavar="HEADER=COLUMN",
        help="what a column means; empty: it is not used",
    )
    importing.add_argument("--sheet", metavar="NAME", help="of a workbook; the default is the first")
    importing.add_argument("--encoding", metavar="NAME", help="of a file that is not Unicode, e.g. windows-1252")
    importing.add_argument(
        "--all-or-nothing", action="store_true", help="store no line if one is wrong or a column is not used"
    )
    importing.add_argument("--dry-run", action="store_true", help="store nothing, and list what would change")
    group = commands.add_parser("imports", help="imports of tickets, and their errors", allow_abbrev=False)
    actions = group.add_subparsers(required=True, metavar="COMMAND")
    listing = command(actions, "list", "imports:list_all", "list imports, the newest first")
    listing.add_argument("--limit", type=count(1, 10_000), default=50, metavar="N")
    errors = command(actions, "errors", "imports:list_errors", "list the lines of an import that were refused")
    errors.add_argument("number", type=ID, metavar="IMPORT", help="id of the import")
    for parser in (listing, errors):
        parser.add_argument("--organisation", type=ID, metavar="ID")
