"""Commands about disputes: `ask_supervisor` and `withdraw` of an operator, `override` and `decline` of a supervisor."""

from typing import Any, NamedTuple
from uuid import UUID

from hub.actions.scanning import disputes as actions
from hub.actions.scanning.override_entry import override_entry
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.scan_requests import LARGEST_PARTY

LONGEST_TEXT = 500


class Question(NamedTuple):
    scan_id: UUID
    note: str | None


class SupervisorAnswer(NamedTuple):
    scan_id: UUID
    reason: str
    take_back: bool = False
    people: int | None = None


def read_question(given: Fields) -> Question:
    return Question(fields.uuid(given, "scan_id"), fields.text_or_none(given, "note", LONGEST_TEXT))


def read_scan_id(given: Fields) -> UUID:
    return fields.uuid(given, "scan_id")


def read_override(given: Fields) -> SupervisorAnswer:
    return SupervisorAnswer(
        fields.uuid(given, "scan_id"),
        fields.text(given, "reason", LONGEST_TEXT),
        fields.flag(given, "take_back"),
        fields.whole_or_none(given, "count", 1, LARGEST_PARTY),
    )


def read_decline(given: Fields) -> SupervisorAnswer:
    return SupervisorAnswer(fields.uuid(given, "scan_id"), fields.text(given, "reason", LONGEST_TEXT))


async def ask_supervisor(context: CommandContext, question: Question) -> dict[str, Any]:
    return await actions.ask_supervisor(context.services, context.identity, question.scan_id, question.note)


async def withdraw(context: CommandContext, scan_id: UUID) -> dict[str, Any]:
    return await actions.withdraw(context.services, context.identity, scan_id)


async def override(context: CommandContext, answer: SupervisorAnswer) -> dict[str, Any]:
    return await override_entry(
        context.services,
        context.identity,
        answer.scan_id,
        answer.reason,
        take_back=answer.take_back,
        count=answer.people,
    )


async def decline(context: CommandContext, answer: SupervisorAnswer) -> dict[str, Any]:
    return await actions.decline(context.services, context.identity, answer.scan_id, answer.reason)
