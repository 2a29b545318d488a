"""The base class of all request models, and the types of their fields.

Every request has one strict model. It validates the body and describes it in the OpenAPI document.
"""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from web.limits import (
    LARGEST_ID,
    LONGEST_EMAIL,
    LONGEST_LABEL,
    LONGEST_PHONE,
    LONGEST_PROOF,
    LONGEST_SCAN_FIELD,
    LONGEST_TYPED_CODE,
    MOST_PROOFS,
)


def _storable(text: str) -> str:
    # Postgres text cannot hold NUL, and a lone surrogate is not a character.
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
    Id | None, Field(default=None, description="The organisation. Optional if the hub serves only one.")
]


EXAMPLE_CODE = "TKT-2026-7BC3KM-9RT4WT"
"""A ticket code with the right check character, as a shop gets it."""


Code = Annotated[FilledText, Field(min_length=1, max_length=LONGEST_TYPED_CODE, examples=[EXAMPLE_CODE])]


# A scanner sends the text of the QR code: a code, a token, or a URL with one of them.
ScannedText = Annotated[FilledText, Field(min_length=1, max_length=LONGEST_SCAN_FIELD, examples=[EXAMPLE_CODE])]


Email = Annotated[Text, Field(max_length=LONGEST_EMAIL, examples=["john@example.com"])]


Phone = Annotated[Text, Field(max_length=LONGEST_PHONE, description="E.164", examples=["+12025551234"])]


Proof = Annotated[Text, Field(max_length=LONGEST_PROOF)]


ContactProof = Annotated[
    Proof | Annotated[list[Proof], Field(max_length=MOST_PROOFS)] | None,
    Field(
        default=None, description="The proofs from `POST /api/contact/confirm`, one or two, if the venue asks for them."
    ),
]


Gate = Annotated[Text | None, Field(default=None, max_length=LONGEST_LABEL, examples=["A"])]


ScanId = Annotated[
    UUID | None,
    BeforeValidator(lambda value: None if value is None else uuid_text(value)),
    Field(default=None, description="Identifies this scan. A repeat gets the same answer and records nothing."),
]


class Request(BaseModel):
    """A field that the address does not know is a mistake, and is refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class AdminRequest(Request):
    """Base class of administration. A change without any field is a change of nothing."""
