"""`python -m tests.support.served_without MECHANISM serve`: the hub with one mechanism taken away, for controls of `loadtests/faults`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from hub.cli import main
from hub.guards.seat_admission import Admission, SeatAdmission
from hub.rules.refusals import Unavailable
from tests.support.patience import LastingChanges, wait_for_slow_servers


def _refuse_without_admission(changes: Any) -> None:
    """Make seat admission more than advice: without its answer there is no booking."""
    ask = SeatAdmission.ask

    async def ask_or_refuse(admission: Any, seat: Any) -> Admission:
        answer = await ask(admission, seat)
        if answer is Admission.UNKNOWN:
            raise Unavailable("seat admission")
        return answer

    changes.setattr(SeatAdmission, "ask", ask_or_refuse)


WITHOUT: dict[str, Callable[[Any], None]] = {
    "time limits": wait_for_slow_servers,
    "advice": _refuse_without_admission,
}

if __name__ == "__main__":
    WITHOUT[sys.argv[1]](LastingChanges())
    sys.exit(main(sys.argv[2:]))
