"""The process that reads an import's file: a program of its own, so that a large or hostile file costs the hub neither time nor memory.

`python -m hub.text.import_process` reads its options from the first argument, and the file from standard input, which must be a file.
It prints one JSON document a line: first what the file is, then batches of lines, and last the end. A file that cannot be read is a
document with `refused`. The parent reads no faster than it stores, and the pipe makes this process wait.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

import orjson

from hub.rules.column_names import shown_header
from hub.rules.refusals import Refused
from hub.rules.ticket_lines import LineError, TicketRow, guess_mapping, mapping_problem
from hub.text.file_encoding import encodings_to_choose
from hub.text.tables.table import Table
from hub.text.tables.table_file import open_table
from hub.text.ticket_reader import TicketReader

AT_ONCE = 500
"""Lines of one batch."""
MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 900
"""Of processor time. A million lines take about two minutes."""
SAMPLES = 3
LOOK_AHEAD = 50
"""Lines in which samples of the columns are looked for."""
_TOO_MUCH = "The file needs too much memory. Save it as CSV, or cut it into several files"


def main() -> None:
    options = orjson.loads(sys.argv[1])
    # Threads of a library reserve address space, so the limit is on the data that this process really fills.
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    file = io.BufferedReader(io.FileIO(os.dup(0), "rb"))
    try:
        for document in read_import_file(file, options):
            sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
            sys.stdout.buffer.flush()
    except MemoryError:
        sys.stdout.buffer.write(orjson.dumps({"refused": _TOO_MUCH, "field": "file"}) + b"\n")
    except BrokenPipeError:  # the parent has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_import_file(file: BinaryIO, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the documents of a file. Options: `encoding`, `sheet`, `mapping` (None: guessed) and `after`, the last line that is done."""
    try:
        table = open_table(file, encoding=options["encoding"], sheet=options["sheet"])
        first = list(islice(table.rows, LOOK_AHEAD))
        guessed, shop = guess_mapping(table.headers)
        mapping: list[str] = options["mapping"] if options["mapping"] is not None else guessed
        if len(mapping) != len(table.headers):  # another sheet than the one that was mapped
            mapping = guessed
        problem = mapping_problem(mapping, shop)
        yield {**_opening(table, first, mapping, guessed), "shop": shop.name if shop else None, "problem": problem}
        if problem:
            return
        yield from _lines(table, first, mapping, options["after"])
    except Refused as no:
        document = {"refused": no.details["message"], "field": no.details.get("field", "file")}
        if document["field"] == "encoding":
            document["encodings"] = [{"encoding": name, "lines": lines} for name, lines in encodings_to_choose(file)]
        yield document


def _opening(
    table: Table, first: list[tuple[int, list[str]]], mapping: list[str], guessed: list[str]
) -> dict[str, Any]:
    samples: list[list[str]] = [[] for _ in table.headers]
    for _, cells in first:
        for n, cell in enumerate(cells[: len(samples)]):
            if cell.strip() and len(samples[n]) < SAMPLES:
                samples[n].append(shown_header(cell))
    return {
        "kind": table.kind, "encoding": table.encoding, "sheet": table.sheet, "sheets": table.sheets, "notes": table.notes,
        "headers": [shown_header(header) for header in table.headers], "samples": samples, "mapping": mapping, "guessed": guessed,
    }  # fmt: skip


def _lines(
    table: Table, first: list[tuple[int, list[str]]], mapping: list[str], after: int
) -> Iterator[dict[str, Any]]:
    reader = TicketReader([shown_header(header) for header in table.headers], mapping)
    rows: list[list[Any]] = []
    errors: list[list[Any]] = []
    last = done = 0
    for line, cells in chain(first, table.rows):
        found = reader.read(line, cells)
        if found is None or line <= after:
            continue
        last, done = line, done + 1
        if isinstance(found, TicketRow):
            rows.append(row_cells(found))
        else:
            errors += [[one.line, one.field, one.message] for one in found]
        if done == AT_ONCE:
            yield {"rows": rows, "errors": errors, "lines": done, "last": last}
            rows, errors, done = [], [], 0
    if done:
        yield {"rows": rows, "errors": errors, "lines": done, "last": last}
    yield {"end": True, "unused": [reader.unused[n] for n in sorted(reader.unused)]}


def row_cells(row: TicketRow) -> list[Any]:
    """Return a row as it travels between the processes."""
    return [
        row.line, row.code, row.order, row.product, row.channel, row.status, row.name, row.email, row.phone, sorted(row.given),
    ]  # fmt: skip


def row_of_cells(cells: list[Any]) -> TicketRow:
    """Return the row that `row_cells` made these of."""
    line, code, order, product, channel, status, name, email, phone, given = cells
    return TicketRow(line, code, order, product, channel, status, name, email, phone, frozenset(given))


def error_of_cells(cells: list[Any]) -> LineError:
    return LineError(*cells)


if __name__ == "__main__":
    main()
