"""Requests about tickets: checking a code, listing an order."""

from typing import Annotated

from pydantic import Field

from web.api.requests import Code, Email, Organisation, Request


class ValidateTicket(Request):
    ticket_code: Code
    orq: Organisation


class TicketsOfOrder(Request):
    ticket_code: Annotated[Code, Field(description="Any ticket of the order.")]
    email: Annotated[Email, Field(description="The e-mail address of the order.")]
    orq: Organisation
