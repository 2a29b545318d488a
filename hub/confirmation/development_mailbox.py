"""The development mailbox: mail as `.eml` files in the data folder, for a hub that has no mail server."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

_NAME = re.compile(r"[0-9]{8}T[0-9]{12}Z-[A-Za-z0-9.]{1,80}\.eml", re.ASCII)
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class DevelopmentMail:
    """One line of the list, newest first."""

    name: str
    received_at: datetime
    recipient: str
    subject: str


def drop_into_mailbox(data_dir: Path, message: EmailMessage) -> Path:
    """Write the message whole or not at all. The name ends in its Message-ID, which shows a message sent again."""
    folder = data_dir / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = re.sub(r"[^A-Za-z0-9.]+", ".", str(message["Message-ID"] or uuid4().hex)).strip(".")[:60]
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    path = folder / f"{stamp}-{identity}.eml"
    draft = folder / f".{stamp}-{identity}.draft"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    return draft.replace(path)


def list_development_mail(data_dir: Path) -> list[DevelopmentMail]:
    """The newest mails; a folder that does not exist is an empty mailbox."""
    folder = data_dir / "mail"
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)
    mails: list[DevelopmentMail] = []
    for name in names[:_MOST_LISTED]:
        message = read_development_mail(data_dir, name)
        if message is not None:
            received = datetime.strptime(name[:22], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
            mails.append(DevelopmentMail(name, received, str(message["To"] or ""), str(message["Subject"] or "")))
    return mails


def read_development_mail(data_dir: Path, name: str) -> EmailMessage | None:
    """The parsed message, or None for a name that is no mail here (any other path included)."""
    if not _NAME.fullmatch(name):
        return None
    try:
        message = message_from_bytes((data_dir / "mail" / name).read_bytes(), policy=default)
    except OSError:
        return None
    return message if isinstance(message, EmailMessage) else None
