"""`hub security` and `hub staff reset-second-factor`: how staff sign in. The way back where nobody can sign in any more."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.staff.sign_in_security import Person

PAGE = 200


async def show(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.provider_sign_in import redirect_uri
        from hub.actions.staff.sign_in_settings import read_settings

        document = {**asdict(await read_settings(services, by)), "redirect_uri": redirect_uri(services)}
    return CommandResult(document_of(document), "\n".join(f"{name}: {value}" for name, value in document.items()))


async def change(args: Namespace) -> CommandResult:
    secret = None
    if args.client_secret_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
        if not secret:
            raise CommandFailed("standard input held no secret")
    async with organising(args) as (services, by):
        from hub.actions.staff.sign_in_settings import SignInChange, change_settings

        changes = SignInChange(
            args.require_second_factor, args.passwords, args.issuer, args.client_id, secret, args.label, args.match
        )
        changed = await change_settings(services, by, changes, version=args.version, dry_run=args.dry_run)
    text = (
        f"{would(args)}second factor required of {changed.require_second_factor}, passwords for {changed.passwords},"
        f" sign-in service {changed.issuer or 'none'}"
    )
    return CommandResult(document_of(changed), text)


async def check(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.provider_sign_in import check_provider
        from hub.openid.providers import OpenIDProviders
        from hub.rules.refusals import Refused

        providers = OpenIDProviders(services.settings, services.clock)
        try:
            await check_provider(services, providers, by)
        except Refused as no:
            raise CommandFailed(f"the provider did not pass: {no.details.get('problem', 'there is none')}") from no
        finally:
            await providers.close()
    return CommandResult({"answers": True}, "the provider answers, and its keys are there")


async def people(args: Namespace) -> CommandResult:
    found: list[Person] = []
    async with organising(args) as (services, by):
        from hub.actions.staff.sign_in_security import list_people

        before = None
        while True:
            page = await list_people(
                services, by, has_second_factor=False if args.without else None, before=before, limit=PAGE
            )
            found += page.people
            before = page.next
            if before is None:
                break
    text = [f"{one.username} ({one.role.lower()}): " + ("second factor" if one.second_factor_since else "no second factor")
            for one in found]  # fmt: skip
    return CommandResult({"people": document_of(found)}, "\n".join(text) or "nobody")


async def reset(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.sign_in_security import find_person, reset_second_factor

        staff_id = await find_person(services, by, args.username)
        username = await reset_second_factor(services, by, staff_id, dry_run=args.dry_run)
    document = {"staff_id": staff_id, "username": username, "removed": not args.dry_run}
    return CommandResult(document, f"{would(args)}the second factor of {username} removed")
