"""The process that the tests kill: the two servers and their supervisor.

    python -m tests.embedded.supervise DATA_DIR

It prints one JSON line when both servers answer. It stops cleanly on SIGINT and SIGTERM.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from hub.embedded.supervisor import find_or_start
from hub.serving.loop import stop_requested


async def main() -> None:
    stop = stop_requested()
    async with find_or_start(Path(sys.argv[1]), "server") as urls:
        print(json.dumps({"database": urls.database_url, "redis": urls.redis_url, "uid": os.geteuid()}), flush=True)
        await stop.wait()


asyncio.run(main())
