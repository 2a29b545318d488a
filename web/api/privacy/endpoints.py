"""The endpoints of personal data: how long it is kept, and what is known of one person, exported or erased."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.privacy.persons import erase_person, export_person, find_person
from hub.actions.privacy.retention import read_retention, set_retention
from web.api.administration import actor_of, answer, is_dry_run
from web.api.privacy.requests import ChangedRetention, ErasedAddress, PersonAddress
from web.json_body import read_json
from web.keys import SERVICES


async def show_retention(request: web.Request) -> web.Response:
    return answer(asdict(await read_retention(request.app[SERVICES], actor_of(request))))


async def change_retention(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, ChangedRetention)
    return answer(asdict(await set_retention(request.app[SERVICES], by, body.retention_days, dry_run=dry_run)))


async def find_one_person(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, PersonAddress)
    return answer(asdict(await find_person(request.app[SERVICES], by, body.address)))


async def export_one_person(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, PersonAddress)
    return answer(await export_person(request.app[SERVICES], by, body.address))


async def erase_one_person(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, ErasedAddress)
    erased = await erase_person(request.app[SERVICES], by, body.address, cancel=body.cancel, dry_run=dry_run)
    return answer({**asdict(erased), "dry_run": dry_run})
