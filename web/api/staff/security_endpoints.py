"""The endpoints of sign-in: an organisation's settings, who has a second factor, and resets."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.staff import sign_in_security
from hub.actions.staff.provider_sign_in import check_provider, disconnect_account, redirect_uri
from hub.actions.staff.sign_in_settings import SignInChange, SignInSettings, change_settings, read_settings
from hub.services import Services
from web.api.administration import actor_of, answer, is_dry_run
from web.api.staff.security_requests import ChangedSecurity
from web.json_body import read_json
from web.keys import PROVIDERS, SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_choice, query_int, query_limit, staff_of


async def show_security(request: web.Request) -> web.Response:
    services, by = request.app[SERVICES], actor_of(request)
    return _answered(services, await read_settings(services, by))


async def change_security(request: web.Request) -> web.Response:
    services, by, dry_run, version = (
        request.app[SERVICES],
        actor_of(request),
        is_dry_run(request),
        expected_version(request),
    )
    body = await read_json(request, ChangedSecurity)
    changed = await change_settings(services, by, SignInChange(**body.model_dump()), version=version, dry_run=dry_run)
    return _answered(services, changed)


async def check_security_provider(request: web.Request) -> web.Response:
    await check_provider(request.app[SERVICES], request.app[PROVIDERS], actor_of(request))
    return answer({"answers": True})


async def list_security_people(request: web.Request) -> web.Response:
    by = actor_of(request)
    wanted = query_choice(request, "second_factor", ("0", "1"))
    page = await sign_in_security.list_people(
        request.app[SERVICES], by, has_second_factor=None if wanted is None else wanted == "1",
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"people": [asdict(person) for person in page.people], "next": page.next})


async def reset_second_factor(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    await sign_in_security.reset_second_factor(
        request.app[SERVICES], by, path_id(request, "staff_id"), role=staff_of(request).role, dry_run=dry_run
    )
    return answer({"removed": not dry_run})


async def disconnect_provider_account(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    await disconnect_account(
        request.app[SERVICES], by, path_id(request, "staff_id"), role=staff_of(request).role, dry_run=dry_run
    )
    return answer({"removed": not dry_run})


def _answered(services: Services, settings: SignInSettings) -> web.Response:
    return answer({**asdict(settings), "redirect_uri": redirect_uri(services)}, version=settings.version)
