"""The help of options that mean the same in many commands, and of command groups. A command writes its own where it differs."""

from __future__ import annotations

import argparse

_HELP = {
    "--accessibility": "wheelchair places, hearing loop and the like",
    "--administrator": "user name of its first administrator",
    "--booking-closes": "such as 2026-11-20T19:00+01:00",
    "--capacity": "number of spaces",
    "--channel": "who sold the ticket",
    "--client-id": "as the provider shows it",
    "--close": "when the last slot ends",
    "--code": "a ticket code",
    "--count": "how many tickets",
    "--date": "the day, such as 2026-11-20",
    "--dates": "further days",
    "--days": "how many days from the first one",
    "--email": "an email address",
    "--end": "when it ends",
    "--every-venue": "at every venue",
    "--except": "days that are left out",
    "--from": "the first day",
    "--language": "of the messages, such as en or zh-Hans",
    "--largest-party": "how many people one booking may have",
    "--limit": "at most so many",
    "--minimum-age": "in years",
    "--minutes": "how many minutes each lasts",
    "--name": "the name",
    "--new-username": "another user name",
    "--note": "for the staff at the gate",
    "--note-zh": "the note in Chinese",
    "--organisation": "short name or id; needed if there are several",
    "--phone": "with the country code, such as +390612345678",
    "--product": "id of the product",
    "--question-zh": "the question in Chinese",
    "--reason": "why; it is kept on record",
    "--reference": "your own name of the order",
    "--require-second-factor": "who must enter a code from an app as well",
    "--role": "what the person may do",
    "--room": "id of the room",
    "--scopes": "what the key may do",
    "--show": "id of the show",
    "--slot": "id of the slot or performance",
    "--slug": "its short name",
    "--source": "where the change came from",
    "--spoken-language": "the language on stage",
    "--start": "when it begins",
    "--status": "only those with this status",
    "--subtitle": "a line below the title",
    "--times": "when performances begin",
    "--title": "the title",
    "--to": "the last day",
    "--url": "an address that begins with https://",
    "--venue": "id of the venue",
    "--venues": "ids of the only venues",
    "--weekdays": "days of the week; without it every day",
    "DATE,DATE": "one or more days",
    "DEVICE": "id of the scanner",
    "FILE.csv": "a CSV file with a line of column names",
    "FILE.ics": "a calendar file",
    "GATE": "id of the gate",
    "GUEST": "id of the guest",
    "ID": "its id",
    "IMPORT": "number of the import",
    "NAME": "its name",
    "PERFORMANCE": "id of the performance",
    "PRODUCT": "id of the product",
    "REFERENCE": "reference of the order",
    "RESERVATION": "id of the reservation",
    "ROOM": "id of the room",
    "SHOW": "id of the show",
    "SLOT": "id of the slot",
    "TEXT": "the words to send",
    "TITLE": "its title",
    "URL": "an address that begins with https://",
    "USERNAME": "the user name of the person",
    "WEBHOOK": "id of the webhook",
}


def explain(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return the parser with a description of each group of commands, and with help for the options that have none."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {choice.dest: choice.help for choice in action._choices_actions}
            for name, command in action.choices.items():
                command.description = command.description or said.get(name)
                explain(command)
        elif action.help is None:
            action.help = _HELP.get(action.option_strings[0] if action.option_strings else str(action.metavar))
    return parser
