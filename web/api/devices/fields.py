"""Enrolled scanners as the API shows them."""

from dataclasses import asdict
from typing import Any

from hub.actions.staff.scanners import OpenEnrolment, ScannerRecord
from hub.confirmation import qr_code
from hub.rules.scanners import shown_enrolment_code
from hub.settings import Settings
from web.enrolment import enrolment_url


def device_fields(scanner: ScannerRecord) -> dict[str, Any]:
    fields = asdict(scanner)
    fields["log_name"] = fields.pop("device_id")
    fields["device_id"] = fields.pop("scanner_id")
    del fields["timezone"]
    return fields


def enrolment_fields(settings: Settings, opened: OpenEnrolment, *, dry_run: bool = False) -> dict[str, Any]:
    url = enrolment_url(settings, opened.code)
    return {
        "device": device_fields(opened.scanner),
        "code": shown_enrolment_code(opened.code),
        "url": url,
        "qr_png": qr_code.png_data_url(url),
        "dry_run": dry_run,
    }
