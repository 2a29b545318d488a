"""The endpoints of one's own account: name, password or PIN, and sessions."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.staff import own_account, sessions
from web.api.staff.admin_requests import OwnSecret, RenameOwn
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.rate_limits import operator_of
from web.request_fields import path_id
from web.session_cookies import device_cookie


async def show_account(request: web.Request) -> web.Response:
    person = await own_account.read_own(request.app[SERVICES], await operator_of(request))
    return success_response(asdict(person))


async def rename_account(request: web.Request) -> web.Response:
    identity = await operator_of(request)
    body = await read_json(request, RenameOwn)
    person = await own_account.rename_own(request.app[SERVICES], identity, body.name, client_ip=client_ip(request))
    return success_response(asdict(person))


async def change_password(request: web.Request) -> web.Response:
    identity = await operator_of(request)
    body = await read_json(request, OwnSecret)
    person = await own_account.change_own_secret(
        request.app[SERVICES], identity, old=body.old, password=body.password, pin=body.pin,
        device_cookie=device_cookie(request), client_ip=client_ip(request),
    )  # fmt: skip
    return success_response(asdict(person))


async def list_own_sessions(request: web.Request) -> web.Response:
    found = await sessions.list_own_sessions(request.app[SERVICES], await operator_of(request))
    return success_response({"sessions": [asdict(one) for one in found]})


async def end_own_session(request: web.Request) -> web.Response:
    identity = await operator_of(request)
    await sessions.end_own_session(
        request.app[SERVICES], identity, path_id(request, "session_id"), client_ip=client_ip(request)
    )
    return success_response({"ended": 1})


async def end_other_sessions(request: web.Request) -> web.Response:
    identity = await operator_of(request)
    ended = await sessions.end_own_other_sessions(request.app[SERVICES], identity, client_ip=client_ip(request))
    return success_response({"ended": ended})
