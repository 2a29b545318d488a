"""Personal data in a whole database: the columns of its schema, and the search for a text in every row of every table."""

from __future__ import annotations

from typing import Any


async def columns_of_schema(database: Any) -> list[tuple[str, str]]:
    """Return table and column of every column of the hub's schema."""
    rows = await database.fetch(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    )
    return [(row["relname"], row["attname"]) for row in rows]


async def tables_with(database: Any, *texts: str) -> dict[str, list[str]]:
    """Return for each text the tables that hold it anywhere, whatever its case, as a dump of the database would show."""
    tables = sorted({table for table, _ in await columns_of_schema(database)})
    found: dict[str, list[str]] = {}
    for table in tables:
        rows = await database.fetch(f"SELECT t::text AS line FROM {table} t")
        dump = "\n".join(row["line"] for row in rows).lower()
        for text in texts:
            if text.lower() in dump:
                found.setdefault(text, []).append(table)
    return found


async def fill_columns(database: Any, table: str, columns: dict[str, Any]) -> None:
    """Write these values into every row of a table."""
    changes = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, 1))
    await database.execute(f"UPDATE {table} SET {changes}", *columns.values())
