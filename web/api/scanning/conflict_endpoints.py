"""The conflict endpoints: list wrong admissions by offline scanners, and decide one."""

from aiohttp import web

from hub.access.roles import Role
from hub.actions.scanning.conflicts import decide_conflict, list_conflicts
from web.api.scanning.decision_query import query_decisions
from web.api.scanning.requests import DecideConflict
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.request_fields import path_id, staff_of


async def show_conflicts(request: web.Request) -> web.Response:
    return success_response(await list_conflicts(request.app[SERVICES], staff_of(request), **query_decisions(request)))


async def decide_on_conflict(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    conflict_id = path_id(request, "conflict_id")
    body = await read_json(request, DecideConflict)
    return success_response(await decide_conflict(request.app[SERVICES], staff, conflict_id, body.decision, body.note))
