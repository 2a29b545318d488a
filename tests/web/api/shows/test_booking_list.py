"""The organiser's list of bookings over HTTP: search, filter, pages, counts, and the CSV file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.api_client import Api
from tests.support.theatre import Theatre
from tests.support.world import World

LIST = "/api/admin/bookings"


@pytest.fixture
async def theatre(world: World) -> Theatre:
    return await Theatre(world).found()


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def names(api: Api, token: str, query: str) -> list[str]:
    answer = await api.get(f"{LIST}?{query}", token=token)
    assert answer.status == 200, answer.json
    return [one["name"] for one in answer.data["bookings"]]


async def test_a_performance_lists_its_bookings_by_name_with_their_counts(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening, other = await theatre.performance(), await theatre.performance(start="15:00")
    await theatre.booking(evening, "Zoe Adams", 3, admitted=2)
    await theatre.booking(evening, "adam Young", 4)
    await theatre.booking(evening, "Mia Wong", 2, status="PENDING")
    await theatre.booking(evening, "Bob Late", 5, status="EXPIRED")
    await theatre.booking(evening, "Cy Gone", 6, status="CANCELLED")
    await theatre.booking(other, "Not Here", 1)
    data = (await api.get(f"{LIST}?performance_id={evening}", token=manager)).data
    assert [(one["name"], one["status"], one["admitted"]) for one in data["bookings"]] == [
        ("adam Young", "CONFIRMED", 0),
        ("Bob Late", "EXPIRED", 0),
        ("Cy Gone", "CANCELLED", 0),
        ("Mia Wong", "PENDING", 0),
        ("Zoe Adams", "CHECKED_IN", 2),
    ]
    assert data["counts"] == {
        "capacity": 40, "booked": 7, "held": 0, "admitted": 2, "pending": 1, "pending_people": 2, "confirmed": 2,
        "confirmed_people": 7, "checked_in": 1, "checked_in_people": 2, "cancelled": 1, "expired": 1,
    }  # fmt: skip
    assert data["next"] is None
    assert data["bookings"][0]["performance"]["room"] == "Main stage"
    assert "BKG-" not in str(data)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("müller", ["Zoë Müller"]),
        ("muller", ["Zoë Müller"]),
        ("ZOE", ["Zoë Müller"]),
        ("wong", ["Mia Wong"]),
        ("mia@", ["Mia Wong"]),
        ("030 1234567", ["Mia Wong"]),
        ("+49 30 1234567", ["Mia Wong"]),
        ("100%", ["100% Fun"]),
        ("%", ["100% Fun"]),
        ("a_b", ["a_b"]),
        ("_", ["a_b"]),
        ("\\", []),
        ("nobody", []),
        ("'; DROP TABLE bookings; --", []),
        ("😀", []),
        ("王", ["王小明"]),
    ],
)
async def test_a_part_of_a_name_an_address_or_a_number_finds_it(
    api: Api, theatre: Theatre, manager: str, text: str, found: list[str]
) -> None:
    evening = await theatre.performance()
    for name, email, phone in (
        ("Zoë Müller", "z@example.com", None),
        ("Mia Wong", "mia@example.com", "+49301234567"),
        ("100% Fun", "fun@example.com", None),
        ("a_b", "ab@example.com", None),
        ("王小明", "wang@example.com", None),
    ):
        await theatre.booking(evening, name, 1, email=email, phone=phone, status="PENDING")
    assert await names(api, manager, f"performance_id={evening}&q={quote(text)}") == found


async def test_a_code_or_an_id_finds_its_booking_in_one_performance_and_in_all(
    api: Api, theatre: Theatre, manager: str
) -> None:
    evening, other = await theatre.performance(), await theatre.performance(start="15:00")
    one = await theatre.booking(evening, "Ann Lee", 2, email="Ann@Example.com")
    await theatre.booking(other, "Ann Lee", 2, email="ann@example.com")
    for text in (one.code, one.code.lower(), f"https://hub.example/b/{one.code}", str(one.id), f"#{one.id}"):
        assert await names(api, manager, f"q={quote(text)}") == ["Ann Lee"], text
        assert await names(api, manager, f"performance_id={evening}&q={quote(text)}") == ["Ann Lee"], text
        assert await names(api, manager, f"performance_id={other}&q={quote(text)}") == [], text
    assert await names(api, manager, f"q={quote('ANN@example.com')}") == ["Ann Lee", "Ann Lee"]
    assert await names(api, manager, "q=Ann") == []


async def test_a_status_filters_and_newest_comes_first_where_asked(
    api: Api, theatre: Theatre, manager: str, world: World
) -> None:
    evening, now = await theatre.performance(), world.hub.clock.now()
    for hours, (name, status, admitted) in enumerate(
        (("A", "CONFIRMED", 0), ("B", "PENDING", 0), ("C", "CONFIRMED", 1), ("D", "CANCELLED", 0), ("E", "EXPIRED", 0))
    ):
        await theatre.booking(
            evening, name, 1, status=status, admitted=admitted, requested_at=now - timedelta(hours=9 - hours)
        )
    for status, name in zip(
        ("CONFIRMED", "PENDING", "CHECKED_IN", "CANCELLED", "EXPIRED"), ("A", "B", "C", "D", "E"), strict=True
    ):
        assert await names(api, manager, f"performance_id={evening}&status={status}") == [name]
    assert await names(api, manager, f"performance_id={evening}&sort=newest") == ["E", "D", "C", "B", "A"]


@pytest.mark.parametrize("sort", ["name", "newest"])
async def test_pages_hold_each_booking_once_also_where_names_and_times_are_equal(
    api: Api, theatre: Theatre, manager: str, sort: str
) -> None:
    evening = await theatre.performance()
    made = [(await theatre.booking(evening, "Same Name", 1, status="PENDING")).id for _ in range(7)]
    seen: list[int] = []
    query = f"performance_id={evening}&sort={sort}&limit=3"
    before: Any = ""
    while before is not None:
        data = (await api.get(f"{LIST}?{query}{before and f'&before={before}'}", token=manager)).data
        seen += [one["booking_id"] for one in data["bookings"]]
        before = data["next"]
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


async def test_a_search_over_everything_has_pages_too(api: Api, theatre: Theatre, manager: str) -> None:
    evening = await theatre.performance()
    made = {(await theatre.booking(evening, "Ann Lee", 1, status="PENDING")).id for _ in range(3)}
    first = (await api.get(f"{LIST}?q=ann@example.com&limit=2", token=manager)).data
    rest = (await api.get(f"{LIST}?q=ann@example.com&limit=2&before={first['next']}", token=manager)).data
    assert {one["booking_id"] for one in first["bookings"] + rest["bookings"]} == made
    assert rest["next"] is None


async def test_one_booking_is_shown_without_its_code(api: Api, theatre: Theatre, manager: str) -> None:
    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 3, notes="Wheelchair", consent="I agree")
    data = (await api.get(f"{LIST}/{seats.id}", token=manager)).data
    assert (data["name"], data["notes"], data["consent"]) == ("Ann Lee", "Wheelchair", "I agree")
    assert data["reservation_id"] == seats.reservation_id
    assert "BKG-" not in str(data)
    assert (await api.get(f"{LIST}/{seats.id + 1}", token=manager)).code == "BOOKING_NOT_FOUND"


async def test_only_managers_of_the_organisation_see_bookings(api: Api, theatre: Theatre, world: World) -> None:
    evening = await theatre.performance()
    seats = await theatre.booking(evening)
    other = await World(world.hub).found()
    stranger, operator = await other.staff("ADMIN"), await world.staff()
    for path in (f"{LIST}?performance_id={evening}", f"{LIST}/{seats.id}"):
        assert (await api.get(path)).status == 401
        assert (await api.get(path, token=operator)).status == 403
        assert (await api.get(path, token=stranger)).status == 404
        assert (await api.get(path, token=await world.staff("ADMIN"))).status == 200
    assert await names(api, stranger, f"q={seats.code}") == []
    # The time slot of a venue has no bookings of this kind.
    slot = await world.slot()
    assert (await api.get(f"{LIST}?performance_id={slot}", token=await world.staff("ADMIN"))).status == 404


@pytest.mark.parametrize(
    "query",
    ["", "performance_id=0", "performance_id=x", "status=PENDING", "performance_id=1&status=x", "performance_id=1&sort=x",
     "q=a&format=csv", "performance_id=1&format=xml", "performance_id=1&before=-1", "performance_id=1&limit=0",
     "performance_id=1&q=" + "a" * 201, "performance_id=1&q=%00"],
)  # fmt: skip
async def test_bad_queries_are_refused(api: Api, theatre: Theatre, manager: str, query: str) -> None:
    answer = await api.get(f"{LIST}?{query}", token=manager)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_the_file_is_for_excel_and_runs_no_formula(theatre: Theatre, world: World, manager: str) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "=HYPERLINK(1)", 2, notes="+1, please\nthanks", email="=cmd@example.com", phone=None)
    await theatre.booking(evening, "Zoë 王", 3, admitted=1)
    await theatre.booking(evening, "Gone", 1, status="CANCELLED")
    address = f"{LIST}?performance_id={evening}&format=csv"
    async with world.hub.client.get(address, headers={"Authorization": f"Bearer {manager}"}) as answer:
        body = await answer.read()
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="bookings-2026-11-21-{evening}.csv"'
    assert body.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)", "Gone", "Zoë 王"]
    assert rows[0]["notes"] == "'+1, please\nthanks"
    assert rows[0]["email"] == "'=cmd@example.com"
    assert rows[0]["phone"] == ""
    assert rows[2]["phone"] == "'+12025551234"
    assert (rows[2]["party_size"], rows[2]["admitted"], rows[2]["status"]) == ("3", "1", "CHECKED_IN")
    assert rows[2]["confirmed_at"] == "2026-11-20 10:00:00+01:00"
    assert "BKG-" not in body.decode()
    async with world.hub.client.get(
        f"{address}&status=CANCELLED", headers={"Authorization": f"Bearer {manager}"}
    ) as answer:
        assert [row["name"] for row in csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))] == [
            "Gone"
        ]
