"""Every column of the migrated schema has a class, and the statements made from the classes fit the schema."""

from __future__ import annotations

import asyncpg

from hub.rules.personal_data import PERSONAL, classes, erase_statement, export_statement
from tests.support.personal_data import add_column, columns_of_schema


async def test_a_column_without_a_class_is_a_mistake(database_url):
    connection = await asyncpg.connect(database_url)
    try:
        schema = set(await columns_of_schema(connection))
        classified = {(table, column) for table, column, _ in classes()}
        assert schema - classified == set(), "say in hub/rules/personal_data.py what these columns hold"
        assert classified - schema == set(), "these columns are gone"
        for table in PERSONAL:
            await connection.prepare(erase_statement(table))
            await connection.prepare(export_statement(table))
        await add_column(connection, "tickets", "favourite_colour")
        assert set(await columns_of_schema(connection)) - classified == {("tickets", "favourite_colour")}
    finally:
        await connection.close()
