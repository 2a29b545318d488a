"""Table of commands: the name of each command, the role it needs, the reader of its fields and its handler.

A command is a reader and a handler in a file of this folder, and a row here.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from hub.access.roles import Role
from hub.live.commands import alarms, box_office, disputes, guests, messages, ping, scanning, subscriptions, sync
from hub.live.commands.context import CommandContext
from hub.live.protocol.fields import Fields
from hub.rules.decisions import Decision

Reply = dict[str, Any] | asyncio.Future[Decision] | Coroutine[Any, Any, dict[str, Any] | Decision]
"""A handler replies at once (a dict), later without a task of its own (a Future), or later with one (a coroutine)."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `role` is the lowest one that may send it, `read` reads the fields or refuses, and `handle` runs it.

    A `look` reads, or writes only the log, so nothing but the pace of its login bounds it.
    """

    role: Role
    read: Callable[[Fields], Any]
    handle: Callable[[CommandContext, Any], Reply]
    look: bool = False


COMMANDS: dict[str, Command] = {
    "validate": Command(Role.OPERATOR, scanning.read_look, scanning.validate, look=True),
    "verify": Command(Role.OPERATOR, scanning.read_scan, scanning.verify),
    "exit": Command(Role.OPERATOR, scanning.read_scan, scanning.leave),
    "sync": Command(Role.OPERATOR, sync.read_sync, sync.sync),
    "undo": Command(Role.OPERATOR, scanning.read_undo, scanning.undo),
    "history": Command(Role.OPERATOR, scanning.read_history, scanning.history, look=True),
    "find_guests": Command(Role.OPERATOR, guests.read_name, guests.find, look=True),
    "door_slots": Command(Role.OPERATOR, box_office.read_nothing, box_office.list_slots, look=True),
    "book_and_admit": Command(Role.OPERATOR, box_office.read_booking, box_office.book),
    "ask_supervisor": Command(Role.OPERATOR, disputes.read_question, disputes.ask_supervisor),
    "withdraw": Command(Role.OPERATOR, disputes.read_scan_id, disputes.withdraw),
    "override": Command(Role.MANAGER, disputes.read_override, disputes.override),
    "decline": Command(Role.MANAGER, disputes.read_decline, disputes.decline),
    "acknowledge_alarm": Command(Role.MANAGER, alarms.read_alarm_id, alarms.acknowledge_alarm),
    "send_message": Command(Role.MANAGER, messages.read_new_message, messages.send_message),
    "read_message": Command(Role.OPERATOR, messages.read_message_id, messages.read_message),
    "ring": Command(Role.MANAGER, messages.read_ring, messages.ring),
    "subscribe": Command(Role.OPERATOR, subscriptions.read_subscribe, subscriptions.subscribe),
    "unsubscribe": Command(Role.OPERATOR, subscriptions.read_unsubscribe, subscriptions.unsubscribe),
    "ping": Command(Role.OPERATOR, ping.read_nothing, ping.ping),
}

KIOSK_COMMANDS = frozenset({"validate", "verify", "exit", "sync", "subscribe", "unsubscribe", "ping"})
"""What a kiosk may send: it is unattended, and so takes back nothing, asks nobody and shows no history."""
