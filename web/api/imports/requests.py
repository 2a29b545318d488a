"""Requests about imports."""

from typing import Annotated, Literal

from pydantic import Field

from hub.text.tables.table import MOST_COLUMNS
from web.api.requests import AdminRequest, Text
from web.limits import LONGEST_LABEL

Column = Literal[
    "code", "order", "product", "channel", "status", "name", "first_name", "last_name", "email", "phone", ""
]


class ImportReading(AdminRequest):
    """How the file is read. What is left out stays; after another encoding or sheet the columns are guessed again."""

    encoding: Annotated[
        Annotated[Text, Field(max_length=LONGEST_LABEL)] | None,
        Field(default=None, description="Such as `windows-1252` or `gb18030`."),
    ]
    sheet: Annotated[
        Annotated[Text, Field(max_length=LONGEST_LABEL)] | None,
        Field(default=None, description="A sheet of the workbook."),
    ]
    mapping: Annotated[
        Annotated[list[Column], Field(max_length=MOST_COLUMNS)] | None,
        Field(default=None, description="What each column means, in the order of the file; empty: it is not used."),
    ]


class ImportRun(AdminRequest):
    skip_errors: Annotated[
        bool,
        Field(default=False, description="Import without the lines that have errors. Otherwise one of them stops it."),
    ]
