"""F3: schemathesis sends what the OpenAPI document allows and what it forbids to every operation, and checks the answers."""

from __future__ import annotations

from typing import Any

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.contract_check import check_contract, with_a_lie
from loadtests.faults.ground import ADMINISTRATOR, Ground
from loadtests.wire.http_client import get, open_http

SECONDS, QUICK_SECONDS = 120, 45


async def run(ground: Ground, control: bool) -> Result:
    """Check every operation. With the control the document says that `/healthz` answers with a number."""
    ground.begin()
    await ground.hub.start()
    token = await ground.hub.token(ADMINISTRATOR)
    client = await open_http(ground.hub.url)
    document: dict[str, Any] = (await client.ask(get("/api/openapi.json"))).json()
    client.close()
    seconds = QUICK_SECONDS if ground.quick else SECONDS
    if control:
        document, seconds = with_a_lie(document), 10
    folder = ground.keeper.data_dir / ("contract-control" if control else "contract")
    seed = ground.chance.randrange(1 << 31)
    checked = await check_contract(
        ground.hub.url, document, token, folder, seed=seed, patience=seconds * 2 + 120,
        max_time=str(seconds), phases="examples,coverage,fuzzing",
    )  # fmt: skip
    result = Result("F3", CASE.what, notes=[f"schemathesis seed {seed}"])
    result.broken += [f"{failure} ({count} times)" for failure, count in checked.findings.most_common(40)]
    if checked.trouble:
        result.broken.append(checked.trouble)
    result.figures = [
        Figure("operations", sum(len(methods) for methods in document["paths"].values())),
        Figure("requests", checked.requests, least=1),
        Figure("findings", len(checked.findings), most=0),
    ]
    if not control:
        result.broken += await ground.broken()
    return result


CASE = Case(
    "F3",
    "every operation answers as the OpenAPI document says, whatever is sent",
    "a document that lies about an answer",
    170,
    run,
)
