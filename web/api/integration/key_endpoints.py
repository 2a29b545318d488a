"""The endpoints of API keys for administrators: list, add, show, change and revoke them."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.integration import api_keys
from hub.actions.integration.api_keys import ApiKeyFields
from web.api.administration import actor_of, answer, is_dry_run
from web.api.integration.requests import ChangedApiKey, NewApiKeyFields
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_int, query_limit


async def list_all(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await api_keys.list_keys(
        request.app[SERVICES], by, before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request)
    )
    return answer(asdict(page))


async def add(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewApiKeyFields)
    fields = ApiKeyFields(body.name, tuple(body.scopes), tuple(body.venue_ids), body.requests_per_minute)
    made = await api_keys.add_key(request.app[SERVICES], by, fields, dry_run=dry_run)
    return answer({**asdict(made.record), "key": made.key}, version=made.record.version, made=not dry_run)


async def show_one(request: web.Request) -> web.Response:
    by = actor_of(request)
    key = await api_keys.read_key(request.app[SERVICES], by, path_id(request, "api_key_id"))
    return answer(asdict(key), version=key.version)


async def change_one(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedApiKey)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    key = await api_keys.change_key(
        request.app[SERVICES], by, path_id(request, "api_key_id"), changes, version=version, dry_run=dry_run
    )
    return answer(asdict(key), version=key.version)


async def revoke_one(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    key = await api_keys.revoke_key(
        request.app[SERVICES], by, path_id(request, "api_key_id"), version=version, dry_run=dry_run
    )
    return answer(asdict(key), version=key.version)
