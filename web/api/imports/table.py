"""The endpoints of imports: the rows of the table."""

from hub.actions.imports.start import MOST_BYTES
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.imports import endpoints, requests, responses
from web.api.parameters import BEFORE, IF_MATCH, LIMIT
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.limits import LONGEST_LABEL, LONGEST_SEARCH

_TAG = "Imports"
_IMPORT = "/api/admin/imports/{import_id:[0-9]+}"
_REFUSALS = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.IMPORT_NOT_FOUND)
_NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH}
_LABEL_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL}
_LINES = (
    LIMIT,
    Parameter("after", "query", {"type": "string", "maxLength": 30, "pattern": "^[0-9]{1,9}_[a-z_]{0,20}$"}, "The `next` of the previous page."),
    Parameter("format", "query", {"enum": ["json", "csv"], "default": "json"}, "`csv` sends all lines as one file."),
)  # fmt: skip

IMPORT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/imports", endpoints.list_all, "List imports", _TAG, "operator", responses.ImportPageAnswer,
        parameters=(LIMIT, BEFORE), refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, within their own organisation; one of some venues sees only their own imports. The newest comes first.",
    ),
    Endpoint(
        "POST", "/api/admin/imports", endpoints.add_import, "Upload a file of tickets", _TAG, "operator", responses.ImportAnswer,
        parameters=(
            Parameter("name", "query", _NAME_SCHEMA, "The name of the file, for the history."),
            Parameter("encoding", "query", _LABEL_SCHEMA, "Only for a CSV file that is not Unicode."),
            Parameter("sheet", "query", _LABEL_SCHEMA, "A sheet of the workbook. The default is the first."),
        ),
        upload=("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.IMPORTS_WAITING), status=201,
        about=f"The body is a CSV file or a workbook (XLSX) of at most {MOST_BYTES // 1024 // 1024} MB. It is checked next: ask for the import until its"
        " `status` is no longer `CHECKING`. Nothing is stored before it runs. The file is deleted when the import ends, and after a day at the latest.",
    ),
    Endpoint("GET", _IMPORT, endpoints.show_import, "Show an import", _TAG, "operator", responses.ImportAnswer, refusals=_REFUSALS),
    Endpoint(
        "PATCH", _IMPORT, endpoints.change_import, "Say how the file is read", _TAG, "operator", responses.ImportAnswer,
        body=requests.ImportReading, parameters=(IF_MATCH,),
        refusals=(*BODY_REFUSALS, *_REFUSALS, Reason.VERSION_MISMATCH, Reason.IMPORT_NOT_READY),
        about="Encoding, sheet, and what each column means. The file is checked again.",
    ),
    Endpoint(
        "POST", f"{_IMPORT}/run", endpoints.run_import, "Run an import", _TAG, "operator", responses.ImportAnswer,
        body=requests.ImportRun, parameters=(IF_MATCH,),
        refusals=(*BODY_REFUSALS, *_REFUSALS, Reason.VERSION_MISMATCH, Reason.IMPORT_NOT_READY, Reason.IMPORT_HAS_ERRORS),
        about="Adds the tickets that are not in, changes those that differ, and cancels those that the file cancels. It goes on after a crash"
        " behind the last line that was stored. `IMPORT_HAS_ERRORS` has `refused`, the number of lines. Repeating it changes nothing.",
    ),
    Endpoint(
        "GET", f"{_IMPORT}/errors", endpoints.show_errors, "List the errors of an import", _TAG, "operator", responses.ImportLinesAnswer,
        parameters=_LINES, refusals=_REFUSALS, about="By line and field, as JSON or CSV; the first 10,000. No message repeats a cell of the file.",
    ),
    Endpoint(
        "GET", f"{_IMPORT}/changes", endpoints.show_changes, "List what an import would change", _TAG, "operator",
        responses.ImportLinesAnswer, parameters=_LINES, refusals=_REFUSALS,
        about="The tickets that are in and differ, by line and field, with both values until the import has run; the first 10,000.",
    ),
    Endpoint(
        "DELETE", _IMPORT, endpoints.remove_import, "Delete an import", _TAG, "operator", responses.ImportDeletedAnswer,
        refusals=(*_REFUSALS, Reason.IMPORT_NOT_READY), about="With its file. The tickets that it has stored stay.",
    ),
)  # fmt: skip
