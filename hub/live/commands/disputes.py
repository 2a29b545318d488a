"""The commands about disputes and the topic `disputes`: what operators ask supervisors, and what these answer."""

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from hub.actions.scanning import disputes as deeds
from hub.actions.scanning.override_entry import override_entry
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.live.topics.venue_events import open_events_of_venue

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation
    from hub.live.commands.subscriptions import Subscribe

LONGEST_TEXT = 500


class Question(NamedTuple):
    scan_id: UUID
    note: str | None


class Answer(NamedTuple):
    scan_id: UUID
    reason: str
    take_back: bool = False


def read_question(given: Fields) -> Question:
    return Question(fields.uuid(given, "scan_id"), fields.text_or_none(given, "note", LONGEST_TEXT))


def read_scan_id(given: Fields) -> UUID:
    return fields.uuid(given, "scan_id")


def read_override(given: Fields) -> Answer:
    take_back = given.get("take_back", False)
    if type(take_back) is not bool:
        fields.refuse("take_back", "give true or false")
    return Answer(fields.uuid(given, "scan_id"), fields.text(given, "reason", LONGEST_TEXT), take_back)


def read_decline(given: Fields) -> Answer:
    return Answer(fields.uuid(given, "scan_id"), fields.text(given, "reason", LONGEST_TEXT))


async def ask_supervisor(talk: "Conversation", question: Question) -> dict[str, Any]:
    return await deeds.ask_supervisor(talk.hub.services, talk.identity, question.scan_id, question.note)


async def withdraw(talk: "Conversation", scan_id: UUID) -> dict[str, Any]:
    return await deeds.withdraw(talk.hub.services, talk.identity, scan_id)


async def override(talk: "Conversation", answer: Answer) -> dict[str, Any]:
    return await override_entry(
        talk.hub.services, talk.identity, answer.scan_id, answer.reason, take_back=answer.take_back
    )


async def decline(talk: "Conversation", answer: Answer) -> dict[str, Any]:
    return await deeds.decline(talk.hub.services, talk.identity, answer.scan_id, answer.reason)


async def open_disputes(talk: "Conversation", wish: "Subscribe") -> dict[str, Any]:
    """The open ones and those decided in the last quarter of an hour in the answer, then each as it changes."""
    services, who = talk.hub.services, talk.identity

    async def read(venue_id: int | None) -> dict[str, Any]:
        since = services.clock.now() - deeds.RECENT
        page = await deeds.list_disputes(services, who, venue_id=venue_id, since=since, limit=deeds.MOST)
        return {"disputes": page["disputes"]}

    return await open_events_of_venue(talk, wish, deeds.TOPIC, read)
