"""The scan log over HTTP: permissions, filters, and the CSV that is sent while it is read."""

from __future__ import annotations

import csv
import io
import tracemalloc
from typing import Any

import pytest
from aiohttp import ClientError

from db.pool import DatabaseDown
from hub.actions.reporting import scan_log as read_records
from tests.support.api_client import Api
from tests.support.scan_log import log_unknown_codes
from tests.support.world import World
from web.api.reporting.csv_files import csv_cell
from web.api.reporting.scan_log_csv import COLUMNS

HISTORY = "/api/operators/scan-history"


async def scans(api: Api, world: World, token: str, count: int = 3, gate: str = "A") -> None:
    for n in range(count):
        await api.post("/venue/scan", {"code": f"DT-NOBODY-{n}", "mode": "verify", "gate": gate}, token=token)
        world.hub.clock.advance(1)


async def table(api: Api, token: str, query: str = "") -> list[dict[str, str]]:
    async with api.hub.client.get(
        f"{HISTORY}?format=csv{query}", headers={"Authorization": f"Bearer {token}"}
    ) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        text = (await answer.read()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_manager_sees_the_whole_venue_and_an_operator_only_own_scans(api: Api, world: World) -> None:
    jane, tom = await world.staff(), await world.staff(name="Tom Brown")
    manager = await world.staff("MANAGER")
    await scans(api, world, jane)
    await scans(api, world, tom, 2, gate="B")
    everybody = (await api.get(HISTORY, token=manager)).data["scans"]
    assert [scan["operator_name"] for scan in everybody] == ["Tom Brown"] * 2 + ["Jane Smith"] * 3
    assert len((await api.get(HISTORY, token=jane)).data["scans"]) == 3
    assert len((await api.get(f"{HISTORY}?gate=B", token=manager)).data["scans"]) == 2
    assert (await api.get(f"{HISTORY}?gate=B", token=jane)).data["scans"] == []
    toms = everybody[0]["operator_id"]
    assert len((await api.get(f"{HISTORY}?operator_id={toms}", token=manager)).data["scans"]) == 2
    assert (await api.get(f"{HISTORY}?operator_id={toms}", token=jane)).code == "FORBIDDEN"
    assert len(await table(api, jane)) == 3
    assert len(await table(api, manager)) == 5


async def test_another_venue_is_a_managers_and_another_organisations_is_nobodys(api: Api, world: World) -> None:
    second = await world.venue()
    await scans(api, world, await world.staff(venue_id=second))
    manager = await world.staff("MANAGER")
    assert (await api.get(HISTORY, token=manager)).data["scans"] == []
    assert len((await api.get(f"{HISTORY}?venue_id={second}", token=manager)).data["scans"]) == 3
    assert (await api.get(f"{HISTORY}?venue_id={second}", token=await world.staff())).code == "FORBIDDEN"
    elsewhere = await World(api.hub).found()
    other_world = await elsewhere.staff("ADMIN")
    assert (await api.get(f"{HISTORY}?venue_id={second}", token=other_world)).code == "NOT_FOUND"


@pytest.mark.parametrize("query", ["date=2026-13-01", "date=20261120", "date=9999-12-31", "from=x", "result=BLUE", "mode=x",
                                   "reason=BAD", "format=xml", "gate=", "gate=%00", "operator_id=x", "venue_id=0", "code=",
                                   "date=2026-11-20&from=2026-11-20", "from=2026-11-20&to=2026-11-19", "before=x_y_z"])  # fmt: skip
async def test_a_bad_filter_is_a_bad_request(api: Api, world: World, query: str) -> None:
    answer = await api.get(f"{HISTORY}?{query}", token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_the_table_holds_every_scan_with_both_clocks(api: Api, world: World) -> None:
    token = await world.staff()
    await scans(api, world, token, 1)
    (row,) = await table(api, await world.staff("MANAGER"), "&date=2026-11-20")
    assert list(row) == list(COLUMNS)
    # Noon in Rome, and a little later.
    assert (row["venue_date"], row["venue_time"][:5], row["scanned_at"][:16]) == (
        "2026-11-20",
        "12:00",
        "2026-11-20T11:00",
    )
    assert (row["gate"], row["operator"], row["result"], row["entered"]) == ("A", "Jane Smith", "RED", "0")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =cmd|' /C calc'!A0",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\uff1d1",
        '"=1',
        "\x00=1",
    ],
)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert csv_cell(text) == f"'{text}"
    assert csv_cell("Gate A-1") == "Gate A-1"


@pytest.mark.parametrize(
    ("delimiter", "quotes"),  # a comma inside quotes is no delimiter for any reader
    [(",", csv.QUOTE_MINIMAL), *((one, quotes) for one in ";\t|" for quotes in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE))],
)
@pytest.mark.parametrize(
    "text",
    ["A;=2+2", "A; =2+2", "A;\u00a0=2+2", "A\t=2+2", "A|+2", "A\n=2+2", "A\r\n@SUM(B1)", '";=2+2', ';"=2+2', "\t=1", "\r=1", "\n=1",
     "A;;-1", "A;\uff1d2", "=1;=2\t=3"],
)  # fmt: skip
def test_no_cell_begins_a_formula_whichever_delimiter_the_spreadsheet_takes(
    text: str, quotes: int, delimiter: str
) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(["first", csv_cell(text), "last"])
    rows = csv.reader(file.getvalue().splitlines(), delimiter=delimiter, quoting=quotes)
    cells = [cell.strip(' \u00a0\u3000"') for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))]


async def test_what_people_wrote_comes_out_as_text(api: Api, world: World) -> None:
    await scans(api, world, await world.staff(name='=HYPERLINK("//x")'), 1, gate='A, "left"')
    (row,) = await table(api, await world.staff("MANAGER"))
    assert (row["operator"], row["gate"]) == ('\'=HYPERLINK("//x")', 'A, "left"')


async def test_a_long_table_is_sent_as_it_is_read(api: Api, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand rows of about 150 bytes, with never more than a few pages in memory."""
    rows = 10_000
    await log_unknown_codes(world, rows)
    manager = await world.staff("MANAGER")

    async def peak() -> int:
        tracemalloc.start()
        try:
            async with api.hub.client.get(
                f"{HISTORY}?format=csv", headers={"Authorization": f"Bearer {manager}"}
            ) as answer:
                assert answer.status == 200, await answer.text()
                lines = 0
                async for chunk in answer.content.iter_any():
                    lines += chunk.count(b"\n")
            assert lines == rows + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    monkeypatch.setattr(read_records, "CSV_PAGE", rows // 40)
    in_pages = await peak()
    # Control: the whole table as one page.
    monkeypatch.setattr(read_records, "CSV_PAGE", rows + 1)
    assert in_pages * 3 < await peak()


async def test_where_postgres_goes_away_in_the_middle_nobody_takes_a_part_for_the_whole(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scans(api, world, await world.staff(), 5)
    manager = await world.staff("MANAGER")
    monkeypatch.setattr(read_records, "CSV_PAGE", 2)
    whole, asked = read_records._rows, 0

    async def failing(*arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise DatabaseDown("gone")
        return await whole(*arguments)

    monkeypatch.setattr(read_records, "_rows", failing)
    with pytest.raises(ClientError):
        await table(api, manager)
    assert len(await table(api, manager)) == 5
