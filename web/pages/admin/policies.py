"""The policies of a venue: each with what it changes and who will notice, and what the scans of the day would have been under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.reporting.policy_effect import PolicyEffect, recent_effects
from hub.actions.staff.scanners import read_places
from hub.actions.venues.policies import VenuePolicies, change_policies, read_policies
from hub.actions.venues.venues import venue_of
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_policies import DOOR, POLICIES, VenuePolicy, policy_of
from hub.text.languages import spoken, translator
from hub.text.policy_texts import GROUPS, UNITS
from web.keys import SERVICES
from web.limits import LARGEST_VENUE_ID, LONGEST_SEARCH
from web.middleware.client_address import client_address, client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of

ADDRESS = "/admin/policies"
_STATUSES = {Reason.VERSION_MISMATCH: 412, Reason.ADDRESS_LOCKS_YOU_OUT: 409}


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """A policy in the reader's language. `text` is its value as the form has it, `value` and `default` as people read them."""

    policy: VenuePolicy
    label: str
    sentence: str
    noticed_by: str
    unit: str
    off: str
    text: str
    value: str
    default: str
    choices: tuple[tuple[str, str], ...]

    @property
    def column(self) -> str:
        return self.policy.column

    @property
    def is_usual(self) -> bool:
        return self.value == self.default

    @property
    def is_tried(self) -> bool:
        """Return whether the page can tell what scans would have been under another value."""
        return self.column in DOOR


async def show_policies(request: web.Request) -> web.Response:
    """Show the policies of a venue (`?venue_id=`), or those that match `?q=`."""
    venue_id = await _venue_id(request, request.query.get("venue_id", ""))
    return await _page(request, venue_id, text=_search(request.query.get("q", "")))


async def change(request: web.Request) -> web.Response:
    """Store one policy, or with `try` tell what the scans of today and yesterday would have been under it."""
    form = await read_form(request)
    venue_id = await _venue_id(request, form.get("venue_id"))
    column, text, by = form.get("policy"), _search(form.get("q")), _by(request)
    if column not in {policy.column for policy in POLICIES}:
        raise Refused(Reason.NOT_FOUND)
    services, version, trying = request.app[SERVICES], form.number("version"), form.has("try")
    try:
        changed = await change_policies(
            services,
            by,
            venue_id,
            {column: _given(policy_of(column), form)},
            version=version,
            dry_run=trying,
            address=None if form.has("lock_out") else client_address(request),
        )
    except Refused as no:
        return await _page(request, venue_id, no, text=text, column=column, typed=form.get("value"))
    if trying:
        venue = await services.venues.read(by.org_id, venue_id)
        effects = await recent_effects(services, venue, changed.entry)
        return await _page(request, venue_id, text=text, column=column, typed=form.get("value"), effects=effects)
    if changed.webhook_secret is not None:
        return await _page(request, venue_id, text=text, column=column, secret=changed.webhook_secret)
    query = urlencode({"venue_id": venue_id, **({"q": text} if text else {}), "done": "policy-changed"})
    return see_other(f"{ADDRESS}?{query}#{column}")


async def _page(
    request: web.Request, venue_id: int, refused: Refused | None = None, *, text: str = "", column: str = "", typed: str | None = None,
    effects: tuple[PolicyEffect, ...] = (), secret: str = "",
) -> web.Response:  # fmt: skip
    services, by = request.app[SERVICES], _by(request)
    policies = await read_policies(services, by, venue_id)
    stale = refused is not None and refused.reason is Reason.VERSION_MISMATCH
    shown = [_shown(policy, policies) for policy in POLICIES]
    groups = [
        (name, [one for one in shown if one.policy.group == group and _matches(one, text)])
        for group, name in GROUPS.items()
    ]
    return admin_page(
        request,
        "policies.html",
        status=200 if refused is None else _STATUSES.get(refused.reason, 400),
        refused=refused,
        policies=policies,
        groups=[(name, rows) for name, rows in groups if rows],
        venues=await _venue_names(request, by),
        text=text,
        opened=column,
        typed=typed,
        stale=stale,
        wrong=refused is not None and refused.reason is Reason.INVALID_REQUEST,
        locks_out=refused is not None and refused.reason is Reason.ADDRESS_LOCKS_YOU_OUT,
        effects=effects,
        secret=secret,
    )


async def _venue_names(request: web.Request, by: Actor) -> list[tuple[int, str]]:
    """Return the venues of the organisation, for the choice above the policies."""
    places = await read_places(request.app[SERVICES], by)
    return [(place.venue_id, place.venue) for place in places]


def _search(typed: str) -> str:
    return " ".join(typed.replace("\0", " ").split())[:LONGEST_SEARCH]


def _shown(policy: VenuePolicy, policies: VenuePolicies) -> ShownPolicy:
    say = translator(spoken.get()).gettext
    kind, value = policy.type, policies.values[policy.column]
    unit = say(UNITS[kind.metavar]) if kind.metavar is not None and kind.metavar in UNITS else ""
    choices = tuple((one, say(word)) for one, word in zip(kind.choices or (), policy.choices, strict=True))
    off = say(policy.off) if policy.off else ""

    def read(one: Any) -> str:
        if one is None or one in ((), []):
            return off
        if kind.choices:
            return dict(choices)[one]
        return f"{', '.join(map(str, one)) if isinstance(one, list | tuple) else one} {unit}".strip()

    return ShownPolicy(
        policy, say(policy.label), _as_sentence(say(policy.sentence)), say(policy.noticed_by), unit, off,
        "" if value is None or value in ((), []) else policy.text_of(value), read(value), read(policy.default), choices,
    )  # fmt: skip


def _as_sentence(words: str) -> str:
    whole = words[:1].upper() + words[1:]
    return whole if whole.endswith("。") else f"{whole}."


def _matches(one: ShownPolicy, text: str) -> bool:
    wanted = text.casefold()
    fields = (one.label, one.sentence, one.noticed_by, one.column, one.policy.option)
    return not wanted or any(wanted in field.casefold() for field in fields)


def _given(policy: VenuePolicy, form: Form) -> Any:
    """Return the typed value. An empty field is no limit, no address or no text."""
    typed = form.get("value")
    return typed or None if policy.off or policy.type.empty == "" else typed


async def _venue_id(request: web.Request, given: str) -> int:
    known = int(given) if given.isascii() and given.isdigit() and len(given) < 11 else None
    by = _by(request)
    return await venue_of(request.app[SERVICES], by, known if known is None or known <= LARGEST_VENUE_ID else None)


def _by(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))
