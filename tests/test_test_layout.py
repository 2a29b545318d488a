"""The tests mirror the source, and their SQL stands in tests/support and tests/db."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ASKING = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor"}
"""The methods of asyncpg's pools and connections that take SQL."""
STATEMENT = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|SELECT\s+\d|INSERT\s+INTO\s+\w|UPDATE\s+\w+\s+(\w+\s+)?SET\s|DELETE\s+FROM\s+\w|WITH\s+\w+\s+AS\s"
    r"|EXPLAIN\s|PREPARE\s|(ALTER|CREATE|DROP|LOCK)\s+(TABLE|INDEX|DATABASE)\s|TRUNCATE\s|SET\s+LOCAL\s)",
    re.DOTALL,
)

WRITES_SQL = {
    "tests/cluster/test_standby.py": "asks for a table of its own, which is none of the hub's",
    "tests/embedded/test_supervisor.py": "asks a Postgres that has no tables of ours",
    "tests/faults/test_proxy.py": "asks for a table of its own, which is none of the hub's",
}
"""Files outside of tests/support and tests/db that write their own SQL, and why."""

NO_MIRROR = {"support", "journeys", "races", "faults", "loadtests", "browser", "cluster"}
"""Folders of tests/ for tests of the whole source, or for what tests share."""
BY_SUBJECT = "tests/web/api/"
"""An endpoint consists of the table, requests, responses and endpoints of its folder, so its tests are named by
subject.
"""
SPANS_FILES = {
    "tests/actions/reporting/test_own_alerts.py": "alerts.py and the job: alerts of one venue among several",
    "tests/actions/waitlist/test_closed_entries.py": "every file of the folder: how an entry ends",
    "tests/actions/waitlist/test_waitlist.py": "every file of the folder: from joining to the place",
    "tests/commands/test_commands.py": "every command, from outside",
    "tests/commands/test_run.py": "the command `run`, from outside",
    "tests/db/test_distribution.py": "a law: keys of the whole schema, and the statements of docs/scaling.md",
    "tests/db/test_hot_tables.py": "a law: checks and triggers of the tables that scans and bookings write",
    "tests/db/test_kept_databases.py": "a law: each test finds its database as a new copy",
    "tests/guards/test_on_a_cluster.py": "all guards, on a Redis Cluster",
    "tests/jobs/test_outbox_leases.py": "outbox.py: two hubs and one row",
    "tests/live/channels/test_months_crowd.py": "months.py: a crowd before the calendar",
    "tests/live/protocol/test_fuzz.py": "the whole protocol, with noise",
    "tests/live/test_layers.py": "the layers of hub/live",
    "tests/live/test_scanners_come_back.py": "many scanners after an outage",
    "tests/web/pages/plain/test_forms.py": "the forms of all steps",
    "tests/web/pages/plain/test_whole_visit.py": "all steps, from page to page",
    "tests/test_catalogues.py": "the catalogues of words against the sources",
    "tests/test_catalogue_terms.py": "the terms of the catalogues against their table",
    "tests/test_declared_dependencies.py": "a law: imports and declared packages",
    "tests/test_deployment.py": "docker-compose.yml and deploy/",
    "tests/test_docs.py": "a law: links and named files of the documents",
    "tests/test_imports.py": "a law: who may import whom",
    "tests/test_js_imports.py": "a law: who may import whom, of the scripts",
    "tests/test_kubernetes.py": "deploy/kubernetes",
    "tests/test_monitoring.py": "deploy/prometheus and deploy/grafana against the metrics of a hub",
    "tests/test_names.py": "a law: one word, one meaning",
    "tests/test_operator_manual.py": "docs/operator-manual.md against the answers of the scanner",
    "tests/test_oldest_entries.py": "a law: ordered dicts where the oldest entry is taken",
    "tests/test_start_up.py": "what a starting hub does not load",
    "tests/test_test_layout.py": "this law",
}
"""Test files that are named after no source file, and what they test."""


def written_statements(source: str) -> list[str]:
    """Return the lines of a test file that write SQL.

    The pairs (old, new) of `sabotage` change a statement of the hub, and do not count.
    """
    tree = ast.parse(source)
    pairs = {id(part) for pair in ast.walk(tree) if _is_pair(pair) for part in ast.walk(pair)}
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ASKING
            and node.args
        ):
            asked = node.args[0]
            if isinstance(asked, ast.Constant | ast.JoinedStr | ast.BinOp):
                found[node.lineno] = f"line {node.lineno}: {node.func.attr}"
        text = _text_of(node)
        if text is not None and id(node) not in pairs and STATEMENT.match(text):
            found.setdefault(node.lineno, f"line {node.lineno}: {' '.join(text.split())[:40]}")
    return [found[line] for line in sorted(found)]


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def _is_pair(node: ast.AST) -> bool:
    return isinstance(node, ast.Tuple) and len(node.elts) == 2 and all(_text_of(part) is not None for part in node.elts)


def without_source(path: str, sources: set[str]) -> str | None:
    """Return what a test file lacks in the source, if anything: its folder, or the file it is named after."""
    tests, *folders, name = Path(path).parts
    assert tests == "tests"
    if folders and folders[0] in NO_MIRROR:
        return None
    folder = "/".join(folders)
    tops = [f"hub/{folder}".rstrip("/"), folder]
    if not any(source.startswith(f"{top}/") for top in tops for source in sources):
        return f"{path}: the source has no folder {tops[0]}"
    if path.startswith(BY_SUBJECT) or path in SPANS_FILES:
        return None
    wanted = name.removeprefix("test_")
    if not any(f"{top}/{wanted}" in sources for top in tops):
        return f"{path}: {folder or 'hub'} has no file {wanted}"
    return None


def files_of(*tops: str) -> Iterator[str]:
    for top in tops:
        yield from (str(path.relative_to(ROOT)) for path in sorted((ROOT / top).rglob("*.py")))


def test_sql_of_the_tests_stands_in_support() -> None:
    mine = str(Path(__file__).relative_to(ROOT))
    writing = {
        path: found
        for path in files_of("tests")
        if not path.startswith(("tests/support/", "tests/db/"))
        and path != mine
        and (found := written_statements((ROOT / path).read_text(encoding="utf-8")))
    }
    assert {path: found for path, found in writing.items() if path not in WRITES_SQL} == {}
    assert set(WRITES_SQL) - set(writing) == set(), "these write none any more: take them off the list"


def test_every_test_file_stands_where_its_source_does() -> None:
    sources = set(files_of("hub", "web", "db", "loadtests"))
    tests = [path for path in files_of("tests") if Path(path).name.startswith("test_")]
    assert [found for path in tests if (found := without_source(path, sources))] == []
    listed = {path for path in SPANS_FILES if path in tests}
    assert listed == set(SPANS_FILES), "a listed file is gone: take it off the list"


@pytest.mark.parametrize(
    "source",
    [
        "async def test_x(hub):\n    await hub.database.execute('UPDATE tickets SET status = $1', 'USED')",
        "async def test_x(hub):\n    await hub.database.fetchval(f'SELECT count(*) FROM {table}')",
        "async def test_x(database):\n    await database.fetch('SELECT 1 ' + 'FROM tickets')",
        "COUNT = 'SELECT count(*) FROM scans'",
        "COUNT = f'''\n    SELECT count(*)\n      FROM {table}'''",
        "HOLD = 'UPDATE reservation_slots s SET held_count = 1'",
        "async def test_x(connection):\n    await connection.execute('SET LOCAL enable_seqscan = off')",
        "write('INSERT INTO scans (org_id) VALUES (1)')",
        "ways = ('DELETE FROM scans', 'TRUNCATE scans', 'DROP INDEX scans_of_venue')",
    ],
)
def test_sql_in_a_made_up_test_is_found(source: str) -> None:
    assert written_statements(source)


@pytest.mark.parametrize(
    "source",
    [
        "async def test_x(hub):\n    assert await count_scans(hub.database, mode='exit') == 1",
        "async def test_x(connection):\n    await connection.fetch(SQL.claim, 1)",
        "sabotage(monkeypatch, 'scanning/conflicts', 'note', ('INSERT INTO scan_conflicts', 'INSERT INTO gone'))",
        "WORDS = ['Select a time', 'UPDATE', 'With love']",
    ],
)
def test_what_writes_none_is_not(source: str) -> None:
    assert written_statements(source) == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/nowhere/test_outbox.py",
        "tests/confirmation/test_outbox.py",
        "tests/actions/booking/test_outbox.py",
        "tests/web/api/nowhere/test_mail.py",
        "tests/test_outbox.py",
    ],
)
def test_a_made_up_test_file_without_a_source_is_found(path: str) -> None:
    assert without_source(path, {"hub/settings.py", "hub/jobs/outbox.py", "hub/confirmation/qr_code.py",
                                 "hub/actions/booking/move.py", "web/api/booking/table.py"})  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "tests/jobs/test_outbox.py",
        "tests/web/api/messaging/test_mail_admin.py",
        "tests/web/pages/test_mail.py",
        "tests/test_settings.py",
        "tests/races/test_last_seat.py",
    ],
)
def test_one_that_has_its_source_is_not(path: str) -> None:
    sources = {"hub/settings.py", "hub/jobs/outbox.py", "web/api/messaging/table.py", "web/pages/mail.py"}
    assert without_source(path, sources) is None
