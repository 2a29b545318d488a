"""`hub tickets import` and `hub imports`: tickets of another system, by the same steps as the page of administration."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, organising

if TYPE_CHECKING:
    from hub.actions.imports.records import ImportLine, ImportRecord

_PIECE = 256 * 1024


async def import_tickets(args: Namespace) -> CommandResult:
    path = Path(args.file)
    if not path.is_file():
        raise CommandFailed(f"cannot read {path}: there is no such file")
    columns = _columns(args.mapping)
    async with organising(args) as (services, by):
        from hub.actions.imports.import_file import import_file

        try:
            report = await import_file(
                services, by, path.name, _pieces(path), encoding=args.encoding, sheet=args.sheet, columns=columns,
                all_or_nothing=args.all_or_nothing, dry_run=args.dry_run,
            )  # fmt: skip
        except OSError as error:
            raise CommandFailed(f"cannot read {path}: {error.strerror}") from error
    text = _report(report)
    done = sum(report[name] for name in ("imported", "changed", "cancelled", "unchanged"))
    stopped = args.all_or_nothing and not args.dry_run and not report["stored"]
    if stopped or (report["errors"] and report["stored"] and not done):
        raise CommandFailed("; ".join(["nothing is stored", *text[1:]][:6] if stopped else text[:6]))
    return CommandResult(report, "\n".join(text))


def _columns(said: list[str]) -> dict[str, str]:
    columns = {}
    for one in said:
        header, sign, column = one.rpartition("=")
        if not sign or not header.strip():
            raise CommandFailed(f"--mapping {one}: write HEADER=COLUMN")
        columns[header.strip()] = column.strip()
    return columns


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def _report(report: dict[str, Any]) -> list[str]:
    """Return the lines of a report for a person."""
    if report["stored"]:
        done = [f"{report[name]} {name}" for name in ("imported", "changed", "cancelled")]
        text = [f"{', '.join(done)}, {report['unchanged']} were there already, {report['refused']} refused"]
    else:
        to_do = [f"{report[f'to_{name}']} to {name}" for name in ("import", "change", "cancel")]
        text = [f"{', '.join(to_do)}, {report['unchanged']} are there already, {report['refused']} refused"]
    text += [f"columns not used: {', '.join(report['unused_columns'])}"] if report["unused_columns"] else []
    text += [f"products made: {', '.join(report['products_created'])}"] if report["products_created"] else []
    text += [f"products to make: {', '.join(report['products_to_create'])}"] if report["products_to_create"] else []
    text += [
        f"line {wrong['line']}: {wrong['field'] + ': ' if wrong['field'] else ''}{wrong['message']}"
        for wrong in report["errors"]
    ]
    text += [f"line {one['line']}: {one['ticket_code']} {one['field']}: {one['before'] or '-'} -> {one['after'] or '-'}"
             for one in report["changes"]]  # fmt: skip
    return text


async def list_all(args: Namespace) -> CommandResult:
    found: list[ImportRecord] = []
    async with organising(args) as (services, by):
        from hub.actions.imports.records import list_imports

        before = None
        while len(found) < args.limit:
            page, before = await list_imports(services, by, before=before, limit=min(PAGE, args.limit - len(found)))
            found += page
            if before is None:
                break
    text = [
        f"import {one.import_id}: {one.status} {one.file_name}, {one.added} added, {one.changed} changed,"
        f" {one.cancelled} cancelled, {one.unchanged} unchanged, {one.refused} refused"
        for one in found
    ]
    return CommandResult({"imports": document_of(found)}, "\n".join(text) or "there was no import yet")


async def list_errors(args: Namespace) -> CommandResult:
    found: list[ImportLine] = []
    async with organising(args) as (services, by):
        from hub.actions.imports.records import list_lines

        after = (0, "")
        while True:
            page = await list_lines(services, by, args.number, ("error",), after=after)
            found += page
            if len(page) < PAGE:
                break
            after = (page[-1].line, page[-1].field or "")
    text = [f"line {one.line}: {one.field + ': ' if one.field else ''}{one.message}" for one in found]
    return CommandResult({"errors": document_of(found)}, "\n".join(text) or "no line was refused")
