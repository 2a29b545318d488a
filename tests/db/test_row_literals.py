"""Row literals: rows sent as one text arrive unchanged, whatever characters they hold."""

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import row_literals

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NASTY = [
    "",
    " ",
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "(",
    ")",
    ",",
    "{}",
    "a,b",
    '","',
    "\n",
    "'",
    "é漢字",
    "TKT-2026-ABC123-DEF456",
]


async def test_every_text_arrives_as_it_was(database_url: str):
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("CREATE TYPE pg_temp.pair AS (a text, b bigint, c text)")

        async def sent(records: list[tuple[str | None, str | None]]) -> list[tuple[str | None, int, str | None]]:
            written = row_literals.rows(
                f"{row_literals.text(a)},{n},{row_literals.text(c)}" for n, (a, c) in enumerate(records)
            )
            rows = await connection.fetch("SELECT a, b, c FROM unnest($1::text::pg_temp.pair[])", written)
            return [tuple(row) for row in rows]

        everything = [(a, c) for a in (*NASTY, None) for c in (*NASTY, None)]
        assert await sent(everything) == [(a, n, c) for n, (a, c) in enumerate(everything)]
        assert await sent([]) == []
    finally:
        await connection.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(records=st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_a_literal_is_read_back_as_it_was_written(records: list[tuple[str | None, str | None]]):
    literal = row_literals.rows(f"{row_literals.text(a)},{row_literals.text(c)}" for a, c in records)
    assert _read(literal) == records


def _read(literal: str) -> list[tuple[str | None, ...]]:
    """Parse rows of two fields by the grammar of the Postgres manual, sections 8.15.2 and 8.16.2."""
    found, i = [], 1
    while literal[i] != "}":
        i += literal[i] == ","
        assert literal[i] == '"'
        i, element = i + 1, ""
        while literal[i] != '"':
            i += literal[i] == "\\"
            element += literal[i]
            i += 1
        i += 1
        found.append(_fields(element))
    return found


def _fields(record: str) -> tuple[str | None, ...]:
    fields: list[str | None] = []
    field, quoted, i = None, False, 1
    while True:
        sign = record[i]
        if sign == '"':
            field = field or ""
            if quoted and record[i + 1] == '"':
                field, i = field + '"', i + 1
            else:
                quoted = not quoted
        elif not quoted and sign in ",)":
            fields.append(field)
            field = None
            if sign == ")":
                assert i == len(record) - 1
                return tuple(fields)
        else:
            if sign == "\\":
                i += 1
            field = (field or "") + record[i]
        i += 1
