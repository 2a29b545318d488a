"""The exit scans: decide scans at an exit, record exits, log every scan."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.scanning.scan_batch import PendingScan, ScanBatches
from hub.actions.scanning.scan_times import record_times
from hub.actions.scanning.scan_verdicts import decide_exit_scan
from hub.observability import telemetry
from hub.rules.decisions import Decision
from hub.services import Services

EXITS = load("scanning/exits")


class ExitScans(ScanBatches):
    """All exit scans of this process. The exit of a holder who is inside is recorded."""

    raced_event = "exit.raced_too_often"

    def __init__(
        self,
        services: Services,
        *,
        name: str = "exit",
        max_in_flight: int = 2,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        super().__init__(services, decide_exit_scan, name=name, max_in_flight=max_in_flight, observe=observe)

    def _facts_statement(self) -> str:
        return EXITS.read_exit_scans

    async def _write(self, connection: Any, scans: list[PendingScan], now: datetime) -> list[PendingScan]:
        to_log = [scan for scan in scans if scan.to_log]
        return await self._write_movements(connection, to_log, now, self._publish) if to_log else []

    def _record(self, scans: list[PendingScan]) -> None:
        logged = [scan for scan in scans if scan.to_log and isinstance(scan.answer, Decision)]
        for scan in logged:
            request, decision = scan.request, scan.answer
            assert isinstance(decision, Decision)
            verdict = decision.verdict
            telemetry.scan_decided("exit", verdict.result, verdict.reason)
            telemetry.event(
                telemetry.EXIT_RECORDED if scan.movement and scan.movement.way else telemetry.EXIT_REFUSED,
                request_id=request.request_id,
                ticket_id=decision.ticket.id if decision.ticket else None,
                operator_id=request.operator_id,
                gate=request.gate,
                result=verdict.result,
                reason=verdict.reason,
            )
        if logged:
            record_times([scan.request for scan in logged])
