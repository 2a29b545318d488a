"""Row-level security: the second wall between organisations, behind the `org_id` of every statement.

The hub connects as the owner of the tables and switches at once to one of two roles that own nothing. Statements for one
organisation run as APPLICATION, which sees and writes only rows of the organisation in the setting `app.org`. Statements that
serve several at once run as EVERY_ORGANISATION. Neither may change or delete a row of the audit log.

`raise_wall` runs after every migration and covers each table with the column `org_id`, so a new table needs nothing of its own.
The owner itself is not bound by the policies, because migrations and foreign keys work for every organisation.
"""

import asyncio
from typing import Any

import asyncpg

APPLICATION = "hub_application"
EVERY_ORGANISATION = "hub_every_organisation"
TRIES = 10

ROLES_OF_USER = "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND pg_has_role(session_user, oid, 'MEMBER')"

UNWALLED = """
SELECT c.relname::text AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
  AND (c.relname = 'organisations' OR EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped))
  AND (NOT c.relrowsecurity OR (SELECT count(*) FROM pg_policy p
      WHERE p.polrelid = c.oid AND p.polname IN ('own_organisation', 'every_organisation')) < 2)
ORDER BY c.relname
"""
"""The tables of organisations that lack their policies."""

WALL_STANDS = """
SELECT count(*) = 2 AND (SELECT count(*) = 2 FROM pg_policy p
    WHERE p.polrelid = to_regclass('organisations') AND p.polname IN ('own_organisation', 'every_organisation'))
FROM pg_roles WHERE rolname = ANY ($1) AND pg_has_role(session_user, oid, 'MEMBER')
"""
"""Whether the roles can be used. `raise_wall` gives all tables their policies in one transaction, so one stands for all."""

_POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_organisation ON {table};
DROP POLICY IF EXISTS every_organisation ON {table};
CREATE POLICY own_organisation ON {table} TO hub_application
    USING ({column} = nullif(current_setting('app.org', true), '')::bigint);
CREATE POLICY every_organisation ON {table} TO hub_every_organisation USING (true);
"""

_PRIVILEGES = """
GRANT USAGE ON SCHEMA {schema} TO hub_application, hub_every_organisation;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO hub_application, hub_every_organisation;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO hub_application, hub_every_organisation;
"""
_READ_ONLY = {"audit_log": "UPDATE, DELETE", "schema_migrations": "INSERT, UPDATE, DELETE"}
"""What both roles may not do, by table."""

HOW_TO_ADD = (
    f"CREATE ROLE {APPLICATION} NOLOGIN; CREATE ROLE {EVERY_ORGANISATION} NOLOGIN;"
    f' GRANT {APPLICATION}, {EVERY_ORGANISATION} TO "{{user}}"'
)
"""What a superuser runs once, where the hub's own user may not create roles."""


async def raise_wall(connection: Any, *, changed: bool = True) -> bool:
    """Make the roles, and give every table its policies and privileges. Return False if the user may not create roles.

    Without `changed` it only looks for what is missing. The caller holds the lock of the migrations.
    """
    if not await _make_roles(connection):
        return False
    unwalled = [row["name"] for row in await connection.fetch(UNWALLED)]
    if not unwalled and not changed:
        return True
    schema = await connection.fetchval("SELECT quote_ident(current_schema())")
    async with connection.transaction():
        for name in unwalled:
            column = "id" if name == "organisations" else "org_id"
            await connection.execute(_POLICIES.format(table=f'{schema}."{name}"', column=column))
        await connection.execute(_PRIVILEGES.format(schema=schema))
        for name, privileges in _READ_ONLY.items():
            if await connection.fetchval("SELECT to_regclass($1)", name) is not None:
                await connection.execute(
                    f'REVOKE {privileges} ON {schema}."{name}" FROM {APPLICATION}, {EVERY_ORGANISATION}'
                )
    return True


async def _make_roles(connection: Any) -> bool:
    """Make both roles and become a member. Other databases of the server share them and may be making them now."""
    for attempt in range(TRIES):
        usable = {row["rolname"] for row in await connection.fetch(ROLES_OF_USER, [APPLICATION, EVERY_ORGANISATION])}
        missing = [role for role in (APPLICATION, EVERY_ORGANISATION) if role not in usable]
        if not missing:
            return True
        try:
            for role in missing:
                if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
                    await connection.execute(f"CREATE ROLE {role} NOLOGIN")
                await connection.execute(f"GRANT {role} TO SESSION_USER")
        except asyncpg.InsufficientPrivilegeError:
            return False
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError, asyncpg.InternalServerError):
            await asyncio.sleep(0.02 * attempt)
    return False


async def wall_stands(connection: Any) -> bool:
    """Return whether the hub can work behind the second wall."""
    return bool(await connection.fetchval(WALL_STANDS, [APPLICATION, EVERY_ORGANISATION]))
