"""The endpoints of a venue's policies: show and change them, and tell what scans would have been under others."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from hub.actions.reporting.policy_effect import recent_effects
from hub.actions.venues.policies import VenuePolicies, change_policies, read_policies
from hub.actions.venues.venues import venue_of
from hub.rules.venue_policies import DOOR, POLICIES
from web.api.administration import actor_of, answer, is_dry_run
from web.api.policies.requests import ChangedPolicies
from web.json_body import read_json
from web.keys import SERVICES
from web.middleware.client_address import client_address
from web.request_fields import expected_version, path_id, query_flag, query_venue_id


async def show_policies(request: web.Request) -> web.Response:
    by, services = actor_of(request), request.app[SERVICES]
    venue_id = await venue_of(services, by, query_venue_id(request))
    policies = await read_policies(services, by, venue_id)
    return answer(_fields(policies), version=policies.version)


async def patch_policies(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    services, venue_id = request.app[SERVICES], path_id(request, "venue_id")
    body = await read_json(request, ChangedPolicies)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    address = None if query_flag(request, "lock_out") else client_address(request)
    policies = await change_policies(services, by, venue_id, given, version=version, dry_run=dry_run, address=address)
    effects = []
    if dry_run and DOOR & set(given):
        venue = await services.venues.read(by.org_id, venue_id)
        effects = [asdict(effect) for effect in await recent_effects(services, venue, policies.entry)]
    fields = {
        **_fields(policies), "effects": effects, "alert_webhook_secret": policies.webhook_secret, "dry_run": dry_run,
    }  # fmt: skip
    return answer(fields, version=policies.version)


def _fields(policies: VenuePolicies) -> dict[str, Any]:
    rows = [
        {
            "name": policy.column,
            "group": policy.group,
            "label": policy.label,
            "sentence": policy.sentence,
            "noticed_by": policy.noticed_by,
            "choices": policy.type.choices,
            "value_type": policy.type.metavar,
            "off": policy.type.off,
            "default": policy.default,
            "value": policies.values[policy.column],
            "decides_scans": policy.column in DOOR,
        }
        for policy in POLICIES
    ]
    return {"venue_id": policies.venue_id, "venue": policies.venue, "version": policies.version, "policies": rows}
