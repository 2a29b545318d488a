"""The first set-up as tests enter it, without its pages."""

from __future__ import annotations

from hub.actions.setup.setup_code import new_setup_code
from hub.actions.setup.setup_draft import (
    Hours,
    Place,
    TypedPerson,
    save_gates,
    save_hours,
    save_people,
    save_place,
)
from hub.services import Services

PLACE = Place("Museo Civico", "Museo Civico", "Via Roma 1", "Europe/Rome", "IT", "en")
HOURS = Hours({str(day): ("10:00", "18:00") for day in range(2, 8)}, 60, 50, 1)
ADA = TypedPerson("Ada Rossi", "ada", "a long password")
JANE = TypedPerson("Jane Smith", "jane", "246810")


async def enter_everything(services: Services) -> str:
    """Enter every part of the set-up of an empty hub. Return its code."""
    code = await new_setup_code(services)
    assert code is not None
    await save_place(services, PLACE)
    await save_hours(services, HOURS)
    await save_gates(services, ["Main entrance", "Garden"])
    await save_people(services, ADA, [JANE])
    return code
