"""The endpoints of administrators about enrolled scanners."""

from aiohttp import web

from hub.actions.staff import scanners
from web.api.administration import actor_of, answer, is_dry_run
from web.api.devices.fields import device_fields, enrolment_fields
from web.api.devices.requests import ChangedDevice, NewDevice, WipeDevice
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import (
    expected_version,
    path_id,
    query_choice,
    query_int,
    query_limit,
    query_text,
    query_venue_id,
)

SHOWN = ("current", "ended", "all")
_ENDED = {"current": False, "ended": True, "all": None}


async def list_devices(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await scanners.list_scanners(
        request.app[SERVICES], by, venue_id=query_venue_id(request), ended=_ENDED[query_choice(request, "show", SHOWN) or "current"],
        search=query_text(request, "search") or "", before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"devices": [device_fields(one) for one in page.scanners], "next": page.next})


async def add_device(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewDevice)
    draft = scanners.ScannerDraft(body.name, body.gate, body.mode, body.venue_id)
    services = request.app[SERVICES]
    opened = await scanners.add_scanner(services, by, draft, dry_run=dry_run)
    fields = enrolment_fields(services.settings, opened, dry_run=dry_run)
    return answer(fields, version=opened.scanner.version, made=not dry_run)


async def show_device(request: web.Request) -> web.Response:
    by = actor_of(request)
    scanner = await scanners.read_scanner(request.app[SERVICES], by, path_id(request, "device_id"))
    return answer(device_fields(scanner), version=scanner.version)


async def change_device(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedDevice)
    changes = scanners.ScannerChange(body.name, body.gate, body.mode, body.venue_id)
    scanner = await scanners.change_scanner(
        request.app[SERVICES], by, path_id(request, "device_id"), changes, version=version, dry_run=dry_run
    )
    return answer(device_fields(scanner), version=scanner.version)


async def revoke_device(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    scanner = await scanners.revoke_scanner(
        request.app[SERVICES], by, path_id(request, "device_id"), version=version, dry_run=dry_run
    )
    return answer(device_fields(scanner), version=scanner.version)


async def renew_code(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    services = request.app[SERVICES]
    opened = await scanners.renew_code(services, by, path_id(request, "device_id"), version=version, dry_run=dry_run)
    return answer(enrolment_fields(services.settings, opened, dry_run=dry_run), version=opened.scanner.version)


async def wipe_device(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, WipeDevice)
    scanner = await scanners.wipe_scanner(
        request.app[SERVICES], by, path_id(request, "device_id"), wipe=body.wipe, version=version, dry_run=dry_run
    )
    return answer(device_fields(scanner), version=scanner.version)
