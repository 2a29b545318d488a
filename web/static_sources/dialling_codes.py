"""Generator of web/static/js/models/dialling_codes.js: run `python -m web.static_sources.dialling_codes`.

A browser needs little of the phonenumbers library to turn "0331 234567" into E.164: for each country its calling code, the
national prefix, and the number of digits. The hub checks numbers with the whole library.
"""

from __future__ import annotations

from pathlib import Path

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

TARGET = Path(__file__).resolve().parent.parent / "static" / "js" / "models" / "dialling_codes.js"
_HEAD = """\
// Made by `python -m web.static_sources.dialling_codes` from the phonenumbers library; not written by hand.
// Per country: ISO 3166 code, calling code / prefix dialled inside the country / fewest - most digits after the calling code.
"""


def table() -> str:
    """Return the text of the file."""
    rows = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        plan = PhoneMetadata.metadata_for_region(region)
        assert plan is not None
        assert plan.general_desc is not None
        lengths = plan.general_desc.possible_length
        rows.append(f"{region}{plan.country_code}/{plan.national_prefix or ''}/{min(lengths)}-{max(lengths)}")
    shared = {
        code: regions[0]
        for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items())
        if len(regions) > 1 and regions[0] in phonenumbers.SUPPORTED_REGIONS
    }
    first = " ".join(f"{code}{region}" for code, region in shared.items())
    return (
        _HEAD
        + f'export const PLANS = "{" ".join(rows)}";\n'
        + "// Where several countries share a calling code, the one that is meant unless another is chosen.\n"
        + f'export const FIRST_OF_CODE = "{first}";\n'
    )


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8")
