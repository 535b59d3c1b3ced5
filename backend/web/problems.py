"""How a refusal or a fault is told to a browser: one small problem document, and nothing internal in it."""

import logging
import traceback
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from backend.db import AWAY
from backend.errors import STATUS, Refused, spread

log = logging.getLogger("porchlight.fault")

MEDIA_TYPE: Final = "application/problem+json"
CODES: Final[dict[int, str]] = {status: code for code, status in STATUS.items()}
WORDS: Final[dict[int, str]] = {
    400: "The request is not what this address expects.",
    401: "Please sign in.",
    403: "This is not open to you.",
    404: "There is nothing here.",
    405: "This address does not do that.",
    413: "The request is too large.",
    415: "This address takes JSON.",
    429: "Too many tries. Please wait a little.",
    503: "The service is not ready. Please try again soon.",
}
FAULT: Final = "Something went wrong on our side. It has been noted."
AWAY_RETRY_S: Final = 5


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, ready to be sent: status, body and headers."""

    status: int
    body: bytes
    headers: dict[str, str]


def problem_of(fault: Exception, request_id: str) -> Problem:
    """The problem document for any exception; what nobody meant is logged with its id and told in general words."""
    if isinstance(fault, Refused):
        headers = {} if fault.retry_after_s is None else {"retry-after": str(spread(fault.retry_after_s))}
        return _problem(fault.status, fault.message, request_id, fault.detail, headers)
    if isinstance(fault, HTTPException):
        return _problem_of_framework(fault, request_id)
    if isinstance(fault, AWAY):
        log.error("unavailable id=%s %s", request_id, type(fault).__name__)
        return _problem(503, WORDS[503], request_id, None, {"retry-after": str(spread(AWAY_RETRY_S))})
    note_fault(fault, request_id)
    return _problem(500, FAULT, request_id)


def note_fault(fault: BaseException, request_id: str) -> None:
    """Log what kind of fault it was and where. Its words are left out: they may quote a row or what somebody typed."""
    steps: list[str] = []
    cause: BaseException | None = fault
    while cause is not None:
        steps.append(_kind(cause))
        steps += [f"  {step.filename}:{step.lineno} {step.name}" for step in traceback.extract_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    log.error("fault id=%s %s", request_id, "\n".join(steps))


def answer_with_problem(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """Exception handler for the whole application."""
    problem = problem_of(fault, request.scope.get("state", {}).get("request_id", ""))
    return Response(content=problem.body, status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _kind(fault: BaseException) -> str:
    if isinstance(fault, asyncpg.PostgresError):
        return f"{type(fault).__name__} {fault.sqlstate} {getattr(fault, 'constraint_name', None) or ''}"
    return type(fault).__name__


def _problem_of_framework(fault: HTTPException, request_id: str) -> Problem:
    status = fault.status_code
    headers = {k.lower(): v for k, v in (fault.headers or {}).items() if k.lower() in ("allow", "retry-after")}
    if status >= 500 and status != 503:
        note_fault(fault, request_id)
        return _problem(500, FAULT, request_id)
    extra = fault.extra if status == 400 and isinstance(fault.extra, list) else []
    fields = [str(item["key"]) for item in extra if isinstance(item, dict) and "key" in item]
    return _problem(status, WORDS.get(status, ""), request_id, {"fields": fields} if fields else None, headers)


def _problem(
    status: int,
    words: str,
    request_id: str,
    detail: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Problem:
    title = HTTPStatus(status).phrase
    document = {
        "code": CODES.get(status, "fault" if status >= 500 else "invalid"),
        **(detail or {}),
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": words or title,
        "id": request_id,
    }
    return Problem(status, msgspec.json.encode(document), headers or {})
