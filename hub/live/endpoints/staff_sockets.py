"""The presence: the sockets that are open here, by whose they are."""

from collections import Counter
from typing import Protocol

from hub.access.tokens import Identity


class Present(Protocol):
    @property
    def identity(self) -> Identity | None: ...

    def end_session(self) -> None: ...

    def retire(self) -> None: ...

    def say_goodbye(self) -> None: ...


class Presence:
    """Sockets without identity have yet to sign in; they are counted apart."""

    def __init__(self) -> None:
        self._strangers: set[Present] = set()
        self._staff: dict[tuple[int, int], set[Present]] = {}
        self.by_role: Counter[str] = Counter()

    def came(self, socket: Present) -> None:
        self._strangers.add(socket)

    def signed_in(self, socket: Present, identity: Identity) -> None:
        self._strangers.discard(socket)
        self._staff.setdefault((identity.org_id, identity.staff_id), set()).add(socket)
        self.by_role[str(identity.role)] += 1

    def left(self, socket: Present) -> None:
        self._strangers.discard(socket)
        identity = socket.identity
        if identity is None:
            return
        key = identity.org_id, identity.staff_id
        sockets = self._staff.get(key)
        if sockets is not None and socket in sockets:
            sockets.discard(socket)
            self.by_role[str(identity.role)] -= 1
            if not sockets:
                del self._staff[key]

    @property
    def strangers(self) -> int:
        return len(self._strangers)

    def open_of(self, identity: Identity) -> int:
        """How many sockets this login has open."""
        return len(self._staff.get((identity.org_id, identity.staff_id), ()))

    def of_staff(self, org_id: int, staff_id: int) -> list[Present]:
        return list(self._staff.get((org_id, staff_id), ()))

    def of_session(self, org_id: int, jti: str) -> list[Present]:
        return [s for s in self.everybody() if s.identity and s.identity.org_id == org_id and s.identity.jti == jti]

    def everybody(self) -> list[Present]:
        return [*self._strangers, *(socket for sockets in self._staff.values() for socket in sockets)]

    def __len__(self) -> int:
        return len(self._strangers) + sum(self.by_role.values())
