"""Roles of staff; each includes the one before."""

from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "OPERATOR"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"


_RANK = {role: rank for rank, role in enumerate(Role)}


def at_least(role: Role | str, needed: Role) -> bool:
    """Whether `role` may do what `needed` may; an unknown role may do nothing."""
    try:
        return _RANK[Role(role)] >= _RANK[needed]
    except ValueError:
        return False
