"""The contract, by schemathesis: bounded requests with a fixed seed. `make faults` (F3) sends many more for two minutes."""

from __future__ import annotations

from pathlib import Path

from loadtests.faults.contract_check import check_contract, with_a_lie
from tests.support.api_client import DOCUMENT
from tests.support.hub import Hub
from tests.support.world import World

SEED = 20261129
FEWEST_REQUESTS = 300
"""About two for each operation: its example, and one made from its schemas."""


async def test_every_operation_answers_as_the_document_says(hub: Hub, world: World, tmp_path: Path) -> None:
    token = await world.staff("ADMIN")
    checked = await check_contract(
        hub.url, DOCUMENT, token, tmp_path / "contract", seed=SEED, patience=240,
        phases="examples,fuzzing", max_examples="1",
    )  # fmt: skip
    assert checked.trouble == ""
    assert dict(checked.findings) == {}
    assert checked.requests >= FEWEST_REQUESTS


async def test_a_document_that_lies_is_found_out(hub: Hub, world: World, tmp_path: Path) -> None:
    token = await world.staff("ADMIN")
    lie = with_a_lie(DOCUMENT)
    checked = await check_contract(
        hub.url, lie, token, tmp_path / "control", seed=SEED, patience=60, phases="fuzzing", max_examples="1"
    )
    assert checked.findings
