"""Requests about the policies of a venue: one field for each row of hub/rules/venue_policies.py."""

from typing import Annotated, Any

from pydantic import Field, create_model

from hub.rules.venue_policies import POLICIES, VenuePolicy
from web.api.requests import AdminRequest, Text

_Word = Annotated[Text, Field(max_length=2000)]
_Number = Annotated[int, Field(ge=-(2**31), lt=2**31)]
PolicyValue = _Number | _Word | Annotated[list[_Number | _Word], Field(max_length=50)] | None


def _field(policy: VenuePolicy) -> tuple[Any, Any]:
    values = ", ".join(policy.type.choices) if policy.type.choices else policy.type.metavar
    off = f" Null: {policy.type.off}." if policy.type.off else ""
    about = f"{policy.sentence[:1].upper()}{policy.sentence[1:]}. Value: {values}.{off}"
    return Annotated[PolicyValue, Field(default=None, description=about)], None


_fields: dict[str, Any] = {policy.column: _field(policy) for policy in POLICIES}
ChangedPolicies = create_model("ChangedPolicies", __base__=AdminRequest, **_fields)
"""What changes. A field that is not sent stays as it is."""
