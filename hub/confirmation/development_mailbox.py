"""The development mailbox: `.eml` and `.sms` files in the data folder instead of sent messages.

A hub without a mail server or without a provider of text messages writes there.
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Literal
from uuid import uuid4

from hub.settings import make_private_folder

_NAME = re.compile(r"[0-9]{8}T[0-9]{12}Z-[A-Za-z0-9.]{1,80}\.(?:eml|sms)", re.ASCII)
_MOST_LISTED = 200
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class DevelopmentMail:
    """One row of the message list. The subject of a text message is its whole text."""

    name: str
    channel: Literal["mail", "sms"]
    received_at: datetime
    recipient: str
    subject: str


@dataclass(frozen=True, slots=True)
class DevelopmentSms:
    recipient: str
    text: str


def drop_into_mailbox(data_dir: Path, message: EmailMessage) -> Path:
    """Write the message atomically. The file name ends in the Message-ID, so a message sent twice can be recognised."""
    return _drop(data_dir, str(message["Message-ID"] or uuid4().hex), "eml", message.as_bytes())


def drop_sms_into_mailbox(data_dir: Path, recipient: str, text: str, name: str) -> Path:
    """Write a text message in the same way as an e-mail."""
    return _drop(data_dir, name, "sms", json.dumps({"recipient": recipient, "text": text}).encode())


def _drop(data_dir: Path, identity: str, ending: str, content: bytes) -> Path:
    folder = data_dir / "mail"
    make_private_folder(data_dir)
    make_private_folder(folder)
    identity = re.sub(r"[^A-Za-z0-9.]+", ".", identity).strip(".")[:60]
    stamp = datetime.now(UTC).strftime(_STAMP)
    path = folder / f"{stamp}-{identity}.{ending}"
    draft = folder / f".{stamp}-{identity}.draft"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return draft.replace(path)


def list_development_mail(data_dir: Path) -> list[DevelopmentMail]:
    """Return the newest messages first. A folder that does not exist gives an empty list."""
    folder = data_dir / "mail"
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)
    mails: list[DevelopmentMail] = []
    for name in names[:_MOST_LISTED]:
        received = datetime.strptime(name[:22], _STAMP).replace(tzinfo=UTC)
        message = read_development_mail(data_dir, name)
        if isinstance(message, EmailMessage):
            subject = str(message["Subject"] or "")
            mails.append(DevelopmentMail(name, "mail", received, str(message["To"] or ""), subject))
        elif message is not None:
            mails.append(DevelopmentMail(name, "sms", received, message.recipient, message.text))
    return mails


def read_development_mail(data_dir: Path, name: str) -> EmailMessage | DevelopmentSms | None:
    """Return the parsed message, or None if the mailbox has no message of this name. A path to another folder gives None."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (data_dir / "mail" / name).read_bytes()
        if name.endswith(".sms"):
            return DevelopmentSms(**json.loads(content))
        message = message_from_bytes(content, policy=default)
    except (OSError, ValueError, TypeError):
        return None
    return message if isinstance(message, EmailMessage) else None
