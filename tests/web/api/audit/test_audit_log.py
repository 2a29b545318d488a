"""The audit log by the API: for administrators, by filter, in pages, and as a file."""

from __future__ import annotations

import csv
import io

from tests.support.api_client import Api
from tests.support.audit_log import add_entries
from tests.support.world import World


async def test_administrators_read_what_was_changed_by_whom_and_from_where(api: Api, world: World) -> None:
    token = await world.staff("ADMIN", name="Ada Rossi")
    made = await api.post("/api/admin/rooms", {"name": "Hall", "capacity": 80}, token=token)
    await api.patch(f"/api/admin/rooms/{made.data['room_id']}", {"capacity": 90}, token=token)
    changed, added = (await api.get("/api/admin/audit", token=token)).data["entries"]
    assert (changed["action"], changed["sentence"], changed["source"]) == ("room.changed", "Room changed", "api")
    assert (changed["before"], changed["after"]) == ({"capacity": 80}, {"capacity": 90})
    assert (added["before"], added["staff_name"], added["client_ip"]) == (None, "Ada Rossi", "127.0.0.1")
    german = await api.get("/api/admin/audit", token=token, headers={"Accept-Language": "zh-CN"})
    assert german.data["entries"][0]["sentence"] != "Room changed"
    assert (await api.get("/api/admin/audit", token=await world.staff("MANAGER"))).status == 403
    assert (await api.get("/api/admin/audit")).status == 401


async def test_pages_have_the_next_one(api: Api, world: World) -> None:
    await add_entries(world, 5)
    token, seen, path = await world.staff("ADMIN"), [], "/api/admin/audit?limit=2"
    while True:
        data = (await api.get(path, token=token)).data
        seen += [one["subject_id"] for one in data["entries"]]
        if data["next"] is None:
            break
        path = f"/api/admin/audit?limit=2&before={data['next']}"
    assert seen == ["1", "2", "3", "4", "5"]


async def test_wrong_filters_are_named(api: Api, world: World) -> None:
    token = await world.staff("ADMIN")
    for query in (
        "action=x",
        "kind=x",
        "source=x",
        "staff_id=0",
        "before=x",
        "from=x",
        "subject_id=",
        "format=x",
        "limit=0",
    ):
        answer = await api.get(f"/api/admin/audit?{query}", token=token)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), query
        assert answer.error["errors"][0]["field"] == query.partition("=")[0]


async def test_a_filtered_span_is_one_file_whose_cells_run_nothing(api: Api, world: World) -> None:
    await add_entries(world, 1100)
    await add_entries(world, 1, action="room.added", staff_name="=cmd()")
    token = await world.staff("ADMIN")
    path = "/api/admin/audit?from=2026-11-19&to=2026-11-20&format=csv"
    answer = await api.get(path, token=token)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-2026-11-19-2026-11-20.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert len(rows) == 1101
    assert (rows[0]["staff_name"], rows[0]["sentence"], rows[0]["local_time"]) == (
        "'=cmd()", "Room added", "2026-11-20 11:59:00+01:00",
    )  # fmt: skip
    assert rows[-1]["after"] == '{"capacity":1100}'
    only = (await api.get(f"{path}&action=room.added", token=token)).body.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(only)))) == 1
