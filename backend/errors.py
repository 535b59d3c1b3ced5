"""The ways an act can be refused, and the HTTP status each of them has."""

from random import randrange
from typing import Any, Final, Literal

Code = Literal[
    "invalid", "unauthorized", "forbidden", "not_found", "conflict", "gone", "too_large", "too_many", "unavailable"
]

STATUS: Final[dict[Code, int]] = {
    "invalid": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "too_large": 413,
    "too_many": 429,
    "unavailable": 503,
}


def spread(seconds: int) -> int:
    """A pause of at least so long, by chance up to half as long again: those who were sent away together return apart."""
    return seconds + randrange(seconds // 2 + 1)  # noqa: S311


class Refused(Exception):
    """An act that may not happen, with the reason in words that the person who asked can read.

    `detail` holds codes and numbers for the program that asked, never personal data: its members stand in the problem
    document beside the usual ones, and a `code` in it is told in place of the general one. `retry_after_s` becomes
    Retry-After.
    """

    def __init__(
        self, code: Code, message: str, detail: dict[str, Any] | None = None, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.detail = detail
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """The HTTP status of this refusal."""
        return STATUS[self.code]
