"""Imports over HTTP: uploaded, checked, corrected, run, and their lines downloaded; by role, organisation and venue."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.imports import start
from hub.actions.imports.work import work_on
from tests.support.api_client import Answer, Api
from tests.support.files import workbook
from tests.support.imports import leave_imports, read_parts
from tests.support.staff import add_member, sign_in_at
from tests.support.tickets import count_tickets, read_ticket
from tests.support.world import World

PATH = "/api/admin/imports"


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test says when an import is worked on."""
    leave_imports(monkeypatch)


@pytest.fixture
async def admin(world: World) -> str:
    return await world.staff("ADMIN", name="Ada Admin")


async def upload(api: Api, token: str, content: str | bytes, query: str = "?name=tickets.csv") -> Answer:
    raw = content.encode() if isinstance(content, str) else content
    return await api.ask("POST", f"{PATH}{query}", data=raw, token=token, headers={"Content-Type": "text/csv"})


async def checked(api: Api, world: World, token: str, content: str | bytes) -> Any:
    made = await upload(api, token, content)
    assert (made.status, made.data["status"]) == (201, "CHECKING"), made.body
    await work_on(world.hub.services, world.org_id, made.data["import_id"])
    return (await api.get(f"{PATH}/{made.data['import_id']}", token=token)).data


async def test_a_file_is_uploaded_checked_run_and_gone(api: Api, world: World, admin: str):
    found = await checked(api, world, admin, "Ticket code,Name,Seat\nAA-1000,Ada,B1\nAA-1001,Ben,B2\nxx,Eve,B3\n")
    assert (found["status"], found["lines"], found["added"], found["refused"]) == ("READY", 3, 2, 1)
    assert [(one["header"], one["column"], one["samples"][0]) for one in found["columns"]] == [
        ("Ticket code", "code", "AA-1000"), ("Name", "name", "Ada"), ("Seat", "", "B1"),
    ]  # fmt: skip
    assert [(row["code"], row["name"], row["what"]) for row in found["preview"]] == [
        ("AA-1000", "Ada", "add"), ("AA-1001", "Ben", "add"),
    ]  # fmt: skip
    assert (found["unused_columns"], found["started_by"]) == (["Seat"], "Ada Admin")
    assert await count_tickets(world.hub.database) == 0, "nothing is stored before it runs"
    path = f"{PATH}/{found['import_id']}"
    refused = await api.post(f"{path}/run", {}, token=admin)
    assert (refused.status, refused.code, refused.error["refused"]) == (409, "IMPORT_HAS_ERRORS", 1)
    run = await api.post(f"{path}/run", {"skip_errors": True}, token=admin)
    assert (run.status, run.data["status"]) == (200, "RUNNING")
    await work_on(world.hub.services, world.org_id, found["import_id"])
    done = (await api.get(path, token=admin)).data
    assert (done["status"], done["added"], done["refused"], done["preview"]) == ("DONE", 2, 1, [])
    assert await read_parts(world.hub.database, found["import_id"]) == []
    again = await api.post(f"{path}/run", {"skip_errors": True}, token=admin)
    assert (again.status, again.data["status"], again.data["added"]) == (200, "DONE", 2)
    listed = (await api.get(PATH, token=admin)).data
    assert ([one["import_id"] for one in listed["imports"]], listed["next"]) == ([found["import_id"]], None)


async def test_the_meaning_of_columns_is_corrected_and_the_file_checked_again(api: Api, world: World, admin: str):
    found = await checked(api, world, admin, "Printed strip;Who\nAA-1000;Ada\n")
    assert (found["status"], found["problem"]) == ("MAPPING", "Choose the column that has the code of the ticket")
    path = f"{PATH}/{found['import_id']}"
    for mapping in (["code"], ["code", "code"], ["name", ""], ["code", "seat"]):
        wrong = await api.patch(path, {"mapping": mapping}, token=admin)
        assert (wrong.status, wrong.code) == (400, "INVALID_REQUEST"), mapping
    changed = await api.patch(
        path, {"mapping": ["code", "name"]}, token=admin, headers={"If-Match": f'"{found["version"]}"'}
    )
    assert (changed.status, changed.data["status"]) == (200, "CHECKING")
    late = await api.patch(path, {"mapping": ["code", ""]}, token=admin, headers={"If-Match": f'"{found["version"]}"'})
    assert late.status == 412
    await work_on(world.hub.services, world.org_id, found["import_id"])
    ready = (await api.get(path, token=admin)).data
    assert (ready["status"], ready["preview"][0]["name"]) == ("READY", "Ada")


async def test_an_encoding_that_is_not_sure_is_chosen_from_what_the_lines_look_like(api: Api, world: World, admin: str):
    found = await checked(api, world, admin, "code;name\nAA-1000;Müller Jörg\n".encode("windows-1252"))
    assert found["status"] == "ENCODING"
    lines = {one["encoding"]: one["lines"] for one in found["encodings"]}
    assert lines["windows-1252"] == ["AA-1000;Müller Jörg"]
    assert all(line != ["AA-1000;Müller Jörg"] for name, line in lines.items() if name != "windows-1252")
    path = f"{PATH}/{found['import_id']}"
    assert (await api.patch(path, {"encoding": "klingon"}, token=admin)).status == 400
    await api.patch(path, {"encoding": "windows-1252"}, token=admin)
    await work_on(world.hub.services, world.org_id, found["import_id"])
    assert (await api.get(path, token=admin)).data["preview"][0]["name"] == "Müller Jörg"


async def test_a_sheet_of_a_workbook_is_chosen(api: Api, world: World, admin: str):
    content = workbook(
        [["Notes"], ["nothing"]],
        lambda book: book.create_sheet("Tickets").append(["code"]) or book["Tickets"].append(["AA-1000"]),
    )
    found = await checked(api, world, admin, content)
    assert (found["status"], found["sheets"]) == ("MAPPING", ["Sheet", "Tickets"])
    path = f"{PATH}/{found['import_id']}"
    await api.patch(path, {"sheet": "Tickets"}, token=admin)
    await work_on(world.hub.services, world.org_id, found["import_id"])
    ready = (await api.get(path, token=admin)).data
    assert (ready["status"], ready["sheet"], ready["kind"], ready["added"]) == ("READY", "Tickets", "xlsx", 1)


async def test_lines_are_listed_in_pages_and_downloaded_as_cells_that_no_spreadsheet_runs(
    api: Api, world: World, admin: str
):
    ticket = await world.ticket(customer_name="=HYPERLINK(1)")
    found = await checked(api, world, admin, f"code,name,email\n{ticket.code},+Ada,\nx,,\nyy,,nobody\n")
    path = f"{PATH}/{found['import_id']}"
    first = (await api.get(f"{path}/errors?limit=2", token=admin)).data
    rest = (await api.get(f"{path}/errors?limit=2&after={first['next']}", token=admin)).data
    assert [(one["line"], one["field"]) for one in first["lines"] + rest["lines"]] == [
        (3, "code"),
        (4, "code"),
        (4, "email"),
    ]
    assert rest["next"] is None
    assert (await api.get(f"{path}/errors?after=garbage", token=admin)).status == 400
    errors = await api.get(f"{path}/errors?format=csv", token=admin)
    assert errors.body.decode().splitlines()[0].endswith("line,field,message")
    changes = await api.get(f"{path}/changes?format=csv", token=admin)
    assert changes.body.decode().splitlines()[1] == f"2,{ticket.code},name,'=HYPERLINK(1),'+Ada"


@pytest.mark.parametrize("role", [None, "OPERATOR", "MANAGER"])
async def test_only_administrators_import(api: Api, world: World, role: str | None):
    token = await world.staff(role) if role else ""
    status = 403 if role else 401
    assert (await upload(api, token, "code\nAA-1000\n")).status == status
    for method, path in (("GET", PATH), ("GET", f"{PATH}/1"), ("GET", f"{PATH}/1/errors"), ("DELETE", f"{PATH}/1")):
        assert (await api.ask(method, path, token=token)).status == status, path


async def test_an_import_is_that_of_its_organisation_and_of_some_venues_only_that_of_its_person(
    api: Api, world: World, admin: str
):
    found = await checked(api, world, admin, "code\nAA-1000\n")
    path = f"{PATH}/{found['import_id']}"
    foreign = await (await World(world.hub).found()).staff("ADMIN")
    await add_member(world.hub.services, world.org_id, "sue", "ADMIN", venue_ids=[world.venue_id])
    limited = await sign_in_at(world, "sue")
    for token in (foreign, limited):
        assert (await api.get(path, token=token)).code == "IMPORT_NOT_FOUND"
        assert (await api.post(f"{path}/run", {}, token=token)).code == "IMPORT_NOT_FOUND"
        assert (await api.delete(path, token=token)).code == "IMPORT_NOT_FOUND"
        assert (await api.get(PATH, token=token)).data["imports"] == []


async def test_a_file_is_as_large_as_it_may_be_and_no_larger(
    api: Api, world: World, admin: str, monkeypatch: pytest.MonkeyPatch
):
    assert (await upload(api, admin, b"")).status == 400
    assert (await upload(api, admin, "x", "?name=")).status == 400
    monkeypatch.setattr(start, "MOST_BYTES", 300_000)
    refused = await upload(api, admin, b"code\n" + b"AA-1000\n" * 50_000)
    assert (refused.status, refused.code) == (413, "PAYLOAD_TOO_LARGE")
    assert (await api.get(PATH, token=admin)).data["imports"] == []


async def test_a_few_files_wait_at_once_and_deleting_one_makes_room(
    api: Api, world: World, admin: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(start, "MOST_WAITING", 1)
    first = (await upload(api, admin, "code\nAA-1000\n")).data
    refused = await upload(api, admin, "code\nAA-1000\n")
    assert (refused.status, refused.code) == (409, "IMPORTS_WAITING")
    assert (await api.delete(f"{PATH}/{first['import_id']}", token=admin)).data == {"deleted": True}
    assert (await upload(api, admin, "code\nAA-1000\n")).status == 201


async def test_an_import_that_runs_can_neither_be_changed_nor_deleted(api: Api, world: World, admin: str):
    found = await checked(api, world, admin, "code,name\nAA-1000,Ada\n")
    path = f"{PATH}/{found['import_id']}"
    await api.post(f"{path}/run", {}, token=admin)
    assert (await api.patch(path, {"mapping": ["code", ""]}, token=admin)).code == "IMPORT_NOT_READY"
    assert (await api.delete(path, token=admin)).code == "IMPORT_NOT_READY"
    await work_on(world.hub.services, world.org_id, found["import_id"])
    assert (await read_ticket(world.hub.database, "customer_name", code="AA-1000"))["customer_name"] == "Ada"
