"""The schema can be distributed by organisation: every key holds it, and the statements of docs/scaling.md cover every table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "scaling.md"

FOUND_WITHOUT_ORGANISATION = {
    "organisations_pkey": "it is the organisation",
    "organisations_slug_once": "an organisation's name in addresses is one of the whole hub",
    "venues_slug_once": "a venue's name in addresses is one of the whole hub",
    "first_setup_pkey": "there is one first set-up of a hub",
    "sign_in_attempts_pkey": "failures count by a hash of name or address, before the organisation is known",
    "schema_migrations_pkey": "migrations are of the whole database",
    "bookings_confirm_once": "a link is found by its hash before its organisation is known",
    "contact_codes_by_challenge": "a code is found by its random id before its organisation is known",
}
"""Unique keys without the organisation, each with its reason."""

UNIQUE_WITHOUT = """
SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND a.attnum = ANY (x.indkey::int2[]))
"""
PRIMARY_LATER = """
SELECT c.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
WHERE x.indisprimary AND c.relnamespace = 'public'::regnamespace AND a.attnum = ANY (x.indkey::int2[]) AND x.indkey[0] <> a.attnum
"""
FOREIGN_WITHOUT = """
SELECT f.conname FROM pg_constraint f
WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND f.confrelid <> 'organisations'::regclass AND NOT EXISTS (
    SELECT FROM unnest(f.conkey, f.confkey) k (own, other)
    JOIN pg_attribute o ON o.attrelid = f.conrelid AND o.attnum = k.own AND o.attname = 'org_id'
    JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = k.other AND t.attname = 'org_id')
"""
STAND_INS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass, kind text);
CREATE FUNCTION refuse_what_citus_refuses(name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('citus.enable_unsafe_triggers', true) IS DISTINCT FROM 'on'
     AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = name AND NOT t.tgisinternal) THEN
    RAISE 'cannot distribute relation % because it has triggers', name;
  END IF;
  IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = name AND kind <> 'local') THEN
    RAISE 'table % is already distributed', name;
  END IF;
  IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = name AND kind = 'local')
     AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = name AND a.attidentity <> '') THEN
    RAISE 'cannot complete operation on a table with identity column: %', name;
  END IF;
END $$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS $$
  SELECT refuse_what_citus_refuses(name);
  INSERT INTO pg_dist_partition VALUES (name, 'reference');
  -- Citus keeps tables with a foreign key to a reference table for itself.
  INSERT INTO pg_dist_partition
  SELECT DISTINCT f.conrelid::regclass, 'local' FROM pg_constraint f
  WHERE f.contype = 'f' AND f.confrelid = name AND f.conrelid NOT IN (SELECT logicalrelid FROM pg_dist_partition);
$$;
CREATE FUNCTION create_distributed_table(name regclass, by text) RETURNS void LANGUAGE sql AS $$
  SELECT refuse_what_citus_refuses(name);
  INSERT INTO pg_dist_partition VALUES (name, 'distributed');
$$;
"""
"""The functions of Citus, with what it was seen to refuse on the way (Citus 13.2, Postgres 15)."""
FOREIGN_KEYS = "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
AGAINST_CITUS = """
SELECT format('%s is on one machine only', c.relname) AS wrong FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('schema_migrations', 'pg_dist_partition')
  AND c.oid NOT IN (SELECT logicalrelid FROM pg_dist_partition)
UNION ALL
SELECT format('%s leads from a reference table to a distributed one', f.conname) FROM pg_constraint f
JOIN pg_dist_partition one ON one.logicalrelid = f.conrelid AND one.kind = 'reference'
JOIN pg_dist_partition other ON other.logicalrelid = f.confrelid AND other.kind = 'distributed'
WHERE f.contype = 'f'
UNION ALL
SELECT format('%s is unique over several machines', i.relname) FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_dist_partition d ON d.logicalrelid = x.indrelid AND d.kind = 'distributed'
WHERE x.indisunique AND NOT EXISTS (SELECT FROM pg_attribute a
    WHERE a.attrelid = x.indrelid AND a.attname = 'org_id' AND a.attnum = ANY (x.indkey::int2[]))
"""


@pytest.fixture
async def owner(database_url: str) -> Any:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def column(owner: Any, sql: str) -> set[str]:
    return {row[0] for row in await owner.fetch(sql)}


async def test_every_key_holds_the_organisation(owner: Any) -> None:
    assert await column(owner, UNIQUE_WITHOUT) == set(FOUND_WITHOUT_ORGANISATION)
    assert await column(owner, FOREIGN_WITHOUT) == set()
    assert await column(owner, PRIMARY_LATER) == set(), "the organisation comes first in a primary key"


async def test_a_key_without_the_organisation_is_seen(owner: Any) -> None:
    """Negative control."""
    await owner.execute(
        "CREATE TABLE forgotten (org_id bigint, id bigint PRIMARY KEY, gate_id bigint);"
        "CREATE TABLE reversed (org_id bigint, id bigint, PRIMARY KEY (id, org_id));"
        "ALTER TABLE forgotten ADD CONSTRAINT to_reversed FOREIGN KEY (gate_id, id) REFERENCES reversed (id, org_id)"
    )
    assert "forgotten_pkey" in await column(owner, UNIQUE_WITHOUT)
    assert await column(owner, FOREIGN_WITHOUT) == {"to_reversed"}
    assert await column(owner, PRIMARY_LATER) == {"reversed"}


def statements_of_the_guide() -> str:
    [statements] = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return str(statements)


async def test_the_statements_of_the_guide_distribute_every_table(owner: Any) -> None:
    keys = await column(owner, FOREIGN_KEYS)
    await owner.execute(STAND_INS)
    await owner.execute(statements_of_the_guide())
    assert await column(owner, AGAINST_CITUS) == set()
    assert len(await column(owner, "SELECT logicalrelid FROM pg_dist_partition WHERE kind = 'distributed'")) > 50
    assert await column(owner, FOREIGN_KEYS) == keys


@pytest.mark.parametrize(
    ("taken_away", "refusal"),
    [
        ("SET citus.enable_unsafe_triggers = on;", "because it has triggers"),
        ("EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.relation, k.conname);", "identity column"),
    ],
)
async def test_what_citus_refuses_on_the_way_is_refused_here(owner: Any, taken_away: str, refusal: str) -> None:
    """Negative control: Citus refused the statements without each of these."""
    await owner.execute(STAND_INS)
    statements = statements_of_the_guide()
    assert taken_away in statements
    with pytest.raises(asyncpg.RaiseError, match=refusal):
        await owner.execute(statements.replace(taken_away, "NULL;" if "EXECUTE" in taken_away else ""))
