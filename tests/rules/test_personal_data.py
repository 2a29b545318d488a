"""The classes of personal data: none twice, and every personal column is erased and exported by the statements made from them."""

from __future__ import annotations

from collections import Counter

from hub.rules.personal_data import NOT_EXPORTED, PERSONAL, Erase, classes, erase_statement, export_statement


def test_no_column_has_two_classes():
    twice = [
        column for column, count in Counter((table, column) for table, column, _ in classes()).items() if count > 1
    ]
    assert twice == []


def test_every_personal_column_is_named_by_what_erases_it():
    for table, columns in PERSONAL.items():
        sql = erase_statement(table)
        assert sql.startswith("DELETE" if Erase.ROW in columns.values() else "UPDATE"), table
        for column, erase in columns.items():
            assert erase is Erase.ROW or f"{column} = {erase.value}" in sql, column


def test_an_export_leaves_out_what_opens_something():
    for table, columns in PERSONAL.items():
        sql = export_statement(table)
        for column in columns:
            assert (f"- '{column}'" in sql) is (column in NOT_EXPORTED), column
