"""Fixtures of the journeys: a customer who calls the endpoints of the pages, and the e-mail they get."""

from __future__ import annotations

import asyncio
import base64
import io
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from tests.support.hub import Hub
from tests.support.tickets import read_ticket
from tests.support.world import Ticket, World


def read_qr(picture: bytes) -> str:
    """Return the text of the QR code in a picture."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return str(found.text)


def read_data_url(url: str) -> str:
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    return read_qr(base64.b64decode(body))


@dataclass
class Customer:
    """A customer who makes the requests of `/reserve`, step by step."""

    hub: Hub
    email: str = "john@example.com"
    phone: str = "+12025551234"

    async def enters(self, code: str) -> tuple[int, Any]:
        return await self.hub.post("/api/tickets/validate", {"ticket_code": code})

    async def gives_contact(self, ticket_id: int) -> tuple[int, Any]:
        body = {"ticket_id": ticket_id, "email": self.email, "phone": self.phone}
        return await self.hub.post("/api/tickets/verify-contact", body)

    async def sees_slots(self, day: date) -> dict[int, Any]:
        """Return the slots of a day by id, as the calendar shows them."""
        status, body = await self.hub.get(f"/api/reservation-slots/available?month={day:%Y-%m}")
        assert status == 200
        return {slot["id"]: slot for slot in body["data"] if slot["date"] == str(day)}

    async def confirms(self, ticket: Ticket, slot_id: int) -> tuple[int, Any]:
        body = {"ticket_id": ticket.id, "slot_id": slot_id, "customer_email": self.email, "customer_phone": self.phone}
        return await self.hub.post("/api/reservations/create", body)

    async def mail(self) -> EmailMessage:
        """Wait for the e-mail to this customer, and return it."""
        folder = self.hub.settings.data_dir
        for _ in range(400):
            for item in list_development_mail(folder):
                if self.email in item.recipient:
                    message = read_development_mail(folder, item.name)
                    assert isinstance(message, EmailMessage)
                    return message
            await asyncio.sleep(0.02)
        raise AssertionError(f"no mail for {self.email}")


@pytest.fixture
def customer(hub: Hub) -> Customer:
    return Customer(hub)


@pytest.fixture
async def jane(world: World) -> str:
    """The session token of Jane Smith at gate A."""
    return await world.staff(name="Jane Smith")


async def ticket_row(world: World, ticket: Ticket) -> Any:
    return await read_ticket(world.hub.database, id=ticket.id)
