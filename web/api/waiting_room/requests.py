"""Requests of the waiting room: joining it."""

from typing import Annotated

from pydantic import Field

from web.api.requests import FilledText, Request
from web.limits import LONGEST_ROOM_KEY


class JoinWaitingRoom(Request):
    for_: Annotated[
        FilledText,
        Field(
            alias="for",
            max_length=LONGEST_ROOM_KEY,
            description="What is sold: `slot:<id>`, `day:<venue id>:<date>` or `performance:<id>`, as the refusal `WAITING_ROOM` names it.",
            examples=["slot:7"],
        ),
    ]
