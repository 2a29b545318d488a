"""Rows of one table, found by the values of their columns; the modules of the tables name what tests do with them.

`status="USED"` means `status = 'USED'`, `returned_at=None` means `returned_at IS NULL`, and a list stands for any of its values.
A time or a number is the row's own: nothing here knows the clock of the test.
"""

from __future__ import annotations

from typing import Any


async def read_rows(database: Any, table: str, /, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the matching rows, with these columns or all."""
    condition, values = condition_of(where)
    order = f" ORDER BY {order_by}" if order_by else ""
    rows: list[Any] = await database.fetch(f"SELECT {_names(columns)} FROM {table}{condition}{order}", *values)
    return rows


async def read_row(database: Any, table: str, /, *columns: str, **where: Any) -> Any:
    """Return a matching row, or None."""
    condition, values = condition_of(where)
    return await database.fetchrow(f"SELECT {_names(columns)} FROM {table}{condition}", *values)


async def count_rows(database: Any, table: str, /, **where: Any) -> int:
    """Count the matching rows."""
    condition, values = condition_of(where)
    count: int = await database.fetchval(f"SELECT count(*) FROM {table}{condition}", *values)
    return count


async def add_row(database: Any, table: str, /, **columns: Any) -> Any:
    """Add one row and return it."""
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    sql = f"INSERT INTO {table} ({_names(tuple(columns))}) VALUES ({places}) RETURNING *"
    return await database.fetchrow(sql, *columns.values())


async def change_rows(
    database: Any, table: str, where: dict[str, Any], /, *, counter: str | None = None, **columns: Any
) -> None:
    """Set columns of the matching rows. `counter` is a column that is raised by one, as with each change of the hub."""
    condition, values = condition_of(where)
    _names(tuple(columns))
    changes = [f"{name} = ${n}" for n, name in enumerate(columns, len(values) + 1)]
    if counter:
        changes.append(f"{counter} = {counter} + 1")
    await database.execute(f"UPDATE {table} SET {', '.join(changes)}{condition}", *values, *columns.values())


async def delete_rows(database: Any, table: str, /, **where: Any) -> None:
    """Delete the matching rows."""
    condition, values = condition_of(where)
    await database.execute(f"DELETE FROM {table}{condition}", *values)


def _names(columns: tuple[str, ...]) -> str:
    assert all(name.isidentifier() for name in columns), columns
    return ", ".join(columns) or "*"


def condition_of(where: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return the WHERE of these values, and the values in its order."""
    _names(tuple(where))
    terms: list[str] = []
    values: list[Any] = []
    for name, value in where.items():
        if value is None:
            terms.append(f"{name} IS NULL")
            continue
        values.append(value)
        terms.append(f"{name} = ANY (${len(values)})" if isinstance(value, list) else f"{name} = ${len(values)}")
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), values
