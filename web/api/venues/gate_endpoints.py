"""The endpoints of gates: list, add, show, change, retire and delete them."""

from dataclasses import asdict

from aiohttp import web

from hub.access.roles import Role
from hub.actions.venues import gates
from web.api.administration import actor_of, answer, is_dry_run
from web.api.venues.requests import ChangedGate, NewGate
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_int, query_limit, query_venue_id


async def list_gates(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    page = await gates.list_gates(
        request.app[SERVICES], by.org_id, venue_id=query_venue_id(request),
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"gates": [asdict(gate) for gate in page.gates], "next": page.next})


async def add_gate(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewGate)
    gate = await gates.add_gate(request.app[SERVICES], by, body.name, venue_id=body.venue_id, dry_run=dry_run)
    return answer(asdict(gate), version=gate.version, made=not dry_run)


async def show_gate(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    gate = await gates.read_gate(request.app[SERVICES], by.org_id, path_id(request, "gate_id"))
    return answer(asdict(gate), version=gate.version)


async def change_gate(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedGate)
    gate = await gates.change_gate(
        request.app[SERVICES], by, path_id(request, "gate_id"), name=body.name, retired=body.retired, version=version,
        dry_run=dry_run,
    )  # fmt: skip
    return answer(asdict(gate), version=gate.version)


async def delete_gate(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    await gates.delete_gate(request.app[SERVICES], by, path_id(request, "gate_id"), version=version, dry_run=dry_run)
    return answer({"deleted": not dry_run})
