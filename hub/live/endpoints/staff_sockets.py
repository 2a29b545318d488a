"""Staff sockets: the open sockets of staff, by login."""

from collections import Counter
from typing import Protocol

from hub.access.scanners import Scanner
from hub.access.tokens import Identity


class StaffSocket(Protocol):
    @property
    def identity(self) -> Identity | None:
        """The identity that is signed in, or None."""

    @property
    def scanner(self) -> Scanner | None:
        """The enrolled scanner that this socket belongs to, or None."""

    def end_session(self) -> None: ...

    def check_scanner(self) -> None: ...

    def retire(self) -> None: ...

    def say_goodbye(self) -> None: ...


class StaffSockets:
    """The staff sockets. Those without an identity have not signed in yet."""

    def __init__(self) -> None:
        self._unauthenticated: set[StaffSocket] = set()
        self._by_login: dict[tuple[int, int], set[StaffSocket]] = {}
        self.by_role: Counter[str] = Counter()

    def add(self, socket: StaffSocket) -> None:
        self._unauthenticated.add(socket)

    def sign_in(self, socket: StaffSocket, identity: Identity) -> None:
        self._unauthenticated.discard(socket)
        self._by_login.setdefault((identity.org_id, identity.staff_id), set()).add(socket)
        self.by_role[str(identity.role)] += 1

    def remove(self, socket: StaffSocket) -> None:
        """Called once or more often."""
        self._unauthenticated.discard(socket)
        identity = socket.identity
        if identity is None:
            return
        login = identity.org_id, identity.staff_id
        sockets = self._by_login.get(login)
        if sockets is not None and socket in sockets:
            sockets.discard(socket)
            self.by_role[str(identity.role)] -= 1
            if not sockets:
                del self._by_login[login]

    def count_of_login(self, identity: Identity) -> int:
        return len(self._by_login.get((identity.org_id, identity.staff_id), ()))

    def of_staff(self, org_id: int, staff_id: int) -> list[StaffSocket]:
        return list(self._by_login.get((org_id, staff_id), ()))

    def of_session(self, org_id: int, jti: str) -> list[StaffSocket]:
        return [s for s in self.all() if s.identity and s.identity.org_id == org_id and s.identity.jti == jti]

    def of_scanner(self, org_id: int, scanner_id: int) -> list[StaffSocket]:
        return [s for s in self.all() if s.scanner and (s.scanner.org_id, s.scanner.id) == (org_id, scanner_id)]

    def all(self) -> list[StaffSocket]:
        return [*self._unauthenticated, *(socket for sockets in self._by_login.values() for socket in sockets)]

    def __len__(self) -> int:
        return len(self._unauthenticated) + sum(self.by_role.values())
