"""Staff roles in ascending order; each role may do everything the one before it may."""

from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "OPERATOR"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"
    OWNER = "OWNER"
    """Runs the installation: an administrator of their own organisation who may also add others."""


_RANK = {role: rank for rank, role in enumerate(Role)}


def at_least(role: Role | str, needed: Role) -> bool:
    """Return whether `role` is `needed` or higher. An unknown role may do nothing."""
    try:
        return _RANK[Role(role)] >= _RANK[needed]
    except ValueError:
        return False
