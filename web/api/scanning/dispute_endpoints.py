"""The dispute endpoints: ask a supervisor about a scan that admitted nobody, list disputes, and decide one."""

from aiohttp import web

from hub.access.roles import Role
from hub.actions.scanning import disputes
from hub.actions.scanning.override_entry import override_entry
from web.api.scanning.decision_query import query_decisions
from web.api.scanning.requests import AskSupervisor, DecideDispute, WithdrawDispute
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.rate_limits import operator_of
from web.request_fields import staff_of


async def open_dispute(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, AskSupervisor)
    return success_response(await disputes.ask_supervisor(request.app[SERVICES], operator, body.scan_id, body.note))


async def show_disputes(request: web.Request) -> web.Response:
    return success_response(
        await disputes.list_disputes(request.app[SERVICES], staff_of(request), **query_decisions(request))
    )


async def decide_on_dispute(request: web.Request) -> web.Response:
    manager = staff_of(request, Role.MANAGER)
    body, services = await read_json(request, DecideDispute), request.app[SERVICES]
    if body.decision == "decline":
        return success_response(await disputes.decline(services, manager, body.scan_id, body.reason))
    overridden = override_entry(services, manager, body.scan_id, body.reason, take_back=body.take_back,
                                count=body.count, source="http")  # fmt: skip
    return success_response(await overridden)


async def withdraw_dispute(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, WithdrawDispute)
    return success_response(await disputes.withdraw(request.app[SERVICES], operator, body.scan_id))
