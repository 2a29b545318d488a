"""The reconnect herd: scanners that lose their network at the same moment, and all come back at once."""

from __future__ import annotations

import time

import gevent
from locust import tag, task

from loadtests.framework.socket_session import wait_before_reconnect
from loadtests.framework.socket_users import SocketUser
from loadtests.framework.users import WrongAnswer

EVERY = 15.0
"""Seconds between two losses. The moments are those of the clock, so that all workers meet."""
BACK_WITHIN = 20.0


class HerdScanner(SocketUser):
    """Holds a socket that follows the tickets and the counts, and loses it with all others of its kind."""

    weight = 3
    subscribes = ("counts", "tickets")

    def wait_time(self) -> float:
        """Wait for the next moment of the herd. Its latency counts from there."""
        return EVERY - time.time() % EVERY

    @tag("herd")
    @task
    def lose_the_network(self) -> None:
        session = self.live()
        if time.time() % EVERY > 1.0:
            return  # the first turn of a user that has just been started
        began = time.perf_counter()
        session.drop()
        failures = 0
        with self.check("back after a lost network", began=began):
            while True:
                gevent.sleep(wait_before_reconnect(None, failures))
                try:
                    self.open()
                    break
                except (OSError, WrongAnswer) as error:
                    failures += 1
                    if time.perf_counter() - began > BACK_WITHIN:
                        raise WrongAnswer(f"not back within {BACK_WITHIN:g} s: {error}") from error
