"""The base class of all response models, and models that several subjects share.

The models describe responses in the OpenAPI document. The hub does not validate responses while serving; the tests validate
every response they get.
"""

import ast
import inspect
import sys
from datetime import date, time
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from hub.rules.reasons import Reason

TicketStatus = Literal["PENDING_PAYMENT", "INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]


ReservationStatus = Literal["RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]


RoleName = Literal["OPERATOR", "MANAGER", "ADMIN", "OWNER"]

Colour = Literal["GREEN", "YELLOW", "RED"]


class Response(BaseModel):
    """Base class. Its models are built with the document, because pydantic would read all docstrings at import (70 ms)."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema with the docstring of each attribute as its description."""
        described = handler(schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, text in attribute_docstrings(cls).items():
            properties[name].setdefault("description", text)
        return described


def attribute_docstrings(response: type[Response]) -> dict[str, str]:
    """Return the string below each attribute of the class and its base classes, by attribute."""
    found: dict[str, str] = {}
    for base in reversed(response.__mro__):
        if issubclass(base, Response) and base is not Response:
            found |= _docstrings_of(base.__module__)[base.__qualname__]
    return found


@cache
def _docstrings_of(module: str) -> dict[str, dict[str, str]]:
    """Return the attribute docstrings of each class of a module. `inspect.getsource` would parse the module once for each class."""
    classes = [one for one in ast.parse(inspect.getsource(sys.modules[module])).body if isinstance(one, ast.ClassDef)]
    return {one.name: _strings_below_attributes(one) for one in classes}


def _strings_below_attributes(definition: ast.ClassDef) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute, text in pairwise(definition.body):
        match attribute, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                found[name] = inspect.cleandoc(words)
    return found


class Done(Response):
    success: Literal[True]


class FieldProblem(Response):
    field: str
    message: str


class Error(Response):
    """A refusal. Beside code and message it has the details of its reason, such as `alternative_slots`."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    code: Reason
    message: str


class Refusal(Response):
    success: Literal[False]
    error: Error


class TicketReservation(Response):
    reservation_id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time


class Document(Response):
    model_config = ConfigDict(extra="allow")

    openapi: str = Field(examples=["3.1.0"])
    info: dict[str, Any]
    paths: dict[str, Any]
