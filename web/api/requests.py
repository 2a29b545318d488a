"""The request bodies: one strict model each, used both to check what comes in and to describe it in the document."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

LARGEST_ID = 2**53 - 1
"""Beyond this a JavaScript client cannot tell two integers apart."""


def _storable(text: str) -> str:
    # Postgres text holds no NUL; a lone surrogate is no character at all.
    if "\0" in text:
        raise PydanticCustomError("characters", "NUL characters are not allowed")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("characters", "Lone surrogates are not allowed")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "Must not be blank")
    return text


def uuid_text(value: object) -> object:
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise PydanticCustomError("uuid", "Input should be a UUID in text form")


Text = Annotated[str, AfterValidator(_storable)]
FilledText = Annotated[str, AfterValidator(_storable), AfterValidator(_filled)]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Organisation = Annotated[
    Id | None, Field(default=None, description="The organisation; may be left out where the hub serves only one.")
]
Code = Annotated[FilledText, Field(min_length=1, max_length=256, examples=["TKT-2025-ABC123-DEF456"])]
# A scanner delivers whatever the QR code holds: a code, a token, or an address with one of them in it.
ScannedText = Annotated[FilledText, Field(min_length=1, max_length=2048, examples=["TKT-2025-ABC123-DEF456"])]
Email = Annotated[Text, Field(max_length=320, examples=["john@example.com"])]
Phone = Annotated[Text, Field(max_length=64, description="E.164", examples=["+12025551234"])]
Proof = Annotated[Text, Field(max_length=2048)]
ContactProof = Annotated[
    Proof | Annotated[list[Proof], Field(max_length=4)] | None,
    Field(
        default=None, description="Where the venue asks for it: what `POST /api/contact/confirm` gave, once or twice."
    ),
]
Gate = Annotated[Text | None, Field(default=None, max_length=64, examples=["A"])]
ScanId = Annotated[
    UUID | None,
    BeforeValidator(lambda value: None if value is None else uuid_text(value)),
    Field(default=None, description="Names this scan: sent again, it gives the same answer and nothing twice."),
]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class ValidateTicket(Body):
    ticket_code: Code
    orq: Organisation


class VerifyContact(Body):
    ticket_id: Id
    email: Email
    phone: Phone


class TicketsOfOrder(Body):
    ticket_code: Annotated[Code, Field(description="Any ticket of the order.")]
    email: Annotated[Email, Field(description="The address the order was made with.")]
    orq: Organisation


class CreateReservation(Body):
    ticket_id: Id
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: ContactProof
    orq: Organisation


class CreateParty(Body):
    ticket_codes: Annotated[list[Code], Field(min_length=1, max_length=20, description="Each ticket once.")]
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: ContactProof
    waitlist_token: Annotated[
        Text | None,
        Field(
            default=None,
            min_length=1,
            max_length=200,
            description="Of an entry of the waiting list with these tickets: takes what is offered to it. The contact is the entry's.",
        ),
    ]
    orq: Organisation


class MoveReservation(Body):
    slot_id: Id
    party: Annotated[
        bool, Field(default=False, description="Move everybody booked with it who still stands, all of them or nobody.")
    ]


class Login(Body):
    username: Annotated[FilledText, Field(max_length=200)]
    password: Annotated[Text | None, Field(default=None, max_length=1024, description="Either this or the PIN.")]
    pin: Annotated[Text | None, Field(default=None, max_length=32, description="Either this or the password.")]


class ValidateAtDoor(Body):
    ticket_code: ScannedText
    gate: Gate
    scan_id: ScanId


class VerifyAtDoor(Body):
    ticket_id: Annotated[Id | None, Field(default=None, description="Either this or `ticket_code`.")]
    ticket_code: Annotated[ScannedText | None, Field(default=None, description="Either this or `ticket_id`.")]
    operator_id: Annotated[
        Id | None, Field(default=None, description="The operator is the session's; another one here is refused.")
    ]
    gate: Gate
    scan_id: ScanId


class Scan(Body):
    code: ScannedText
    mode: Annotated[Literal["validate", "verify"], Field(default="validate")]
    gate: Gate
    scan_id: ScanId


class ExitAtDoor(Body):
    code: ScannedText
    gate: Gate
    scan_id: ScanId
