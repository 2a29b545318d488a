"""`hub tickets import` and `hub imports`: files of every kind, what would change, and the history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.files import workbook
from tests.support.tickets import count_tickets, read_ticket_status
from tests.support.world import World


def test_a_workbook_is_looked_at_and_then_imported(
    world: World, ask: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
):
    path = tmp_path / "tickets.xlsx"
    path.write_bytes(workbook([["Barcode number", "Who", "Remark"], ["AA-1000", "Ada", "x"], ["xx", "Eve", ""]]))
    said = ("--mapping", "Barcode number=code", "--mapping", "Who=name")
    looked = ask("tickets", "import", str(path), *said, "--dry-run")
    assert (looked["stored"], looked["to_import"], looked["refused"], looked["unused_columns"]) == (
        False,
        1,
        1,
        ["Remark"],
    )
    done = ask("tickets", "import", str(path), *said)
    assert (done["imported"], [(one["line"], one["field"]) for one in done["errors"]]) == (1, [(3, "code")])
    (listed,) = ask("imports", "list")["imports"]
    assert (listed["status"], listed["file_name"], listed["added"]) == ("DONE", "tickets.xlsx", 1)
    (error,) = ask("imports", "errors", str(listed["import_id"]))["errors"]
    assert (error["line"], error["field"]) == (3, "code")
    assert "1 imported, 0 changed, 0 cancelled" in run("imports", "list").stdout.replace("added", "imported")


def test_a_look_names_the_product_that_the_import_would_make(
    world: World, ask: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
):
    path = tmp_path / "tickets.csv"
    path.write_text("code,product\nAA-1000,Night tour\n", encoding="utf-8")
    looked = ask("tickets", "import", str(path), "--dry-run")
    assert (looked["products_to_create"], looked["products_created"]) == (["Night tour"], [])
    assert "products to make: Night tour" in run("tickets", "import", str(path), "--dry-run").stdout
    done = ask("tickets", "import", str(path))
    assert (done["products_to_create"], done["products_created"]) == ([], ["Night tour"])
    assert ask("tickets", "import", str(path), "--dry-run")["products_to_create"] == []


async def test_a_line_that_cancels_says_so_first_and_then_does(world: World, ask: Callable[..., Any], tmp_path: Path):
    ticket = await world.ticket()
    path = tmp_path / "refunds.csv"
    path.write_text(f"code,status\n{ticket.code},refunded\n", encoding="utf-8")
    looked = ask("tickets", "import", str(path), "--dry-run")
    assert looked["changes"] == [
        {"line": 2, "ticket_code": ticket.code, "field": "status", "before": "ACTIVATED", "after": "CANCELLED"}
    ]
    assert await read_ticket_status(world.hub.database, ticket.id) == "ACTIVATED"
    assert ask("tickets", "import", str(path))["cancelled"] == 1
    assert await read_ticket_status(world.hub.database, ticket.id) == "CANCELLED"


async def test_what_cannot_be_imported_is_one_line_and_exit_status_1(
    world: World, run: Callable[..., Any], tmp_path: Path
):
    path = tmp_path / "tickets.csv"
    for content, words in (
        (b'code\n"X', "never closed"),
        (b"name\nAda\n", "Choose the column"),
        ("code;n\nX-100;Jörg\n".encode("cp1252"), "--encoding"),
    ):
        path.write_bytes(content)
        done = run("tickets", "import", str(path))
        assert (done.returncode, done.stdout, words in done.stderr, done.stderr.count("\n")) == (1, "", True, 1), (
            done.stderr
        )
    assert run("tickets", "import", str(tmp_path / "no.csv")).returncode == 1
    assert run("tickets", "import", str(path), "--mapping", "garbage").returncode == 1
    assert await count_tickets(world.hub.database) == 0


async def test_an_import_of_all_or_nothing_that_stores_nothing_has_exit_status_1(
    world: World, run: Callable[..., Any], tmp_path: Path
):
    path = tmp_path / "tickets.csv"
    for content, words in (
        ("code,Seat\nX-100,A1\n", "column not used: Seat"),
        ("code\nX-100\nxx\n", "line 3: code"),
    ):
        path.write_text(content, encoding="utf-8")
        done = run("tickets", "import", str(path), "--all-or-nothing")
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        assert done.stderr.startswith("hub: nothing is stored; ")
        assert words in done.stderr
        looked = run("tickets", "import", str(path), "--all-or-nothing", "--dry-run")
        assert (looked.returncode, words in looked.stdout) == (0, True)
    assert await count_tickets(world.hub.database) == 0
