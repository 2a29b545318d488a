"""Validators of the API document's schemas. They are compiled: a check of an answer takes microseconds instead of two milliseconds."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator

from web.api.schema_references import reached_schemas


def validator_of(schema: dict[str, Any], document: dict[str, Any]) -> Draft202012Validator:
    """Return the validator of a schema whose references point into this document. It checks dates, moments and UUIDs too."""
    reached = reached_schemas([schema], document["components"]["schemas"])
    return Draft202012Validator({**schema, "components": {"schemas": reached}}, validate_formats=True)
