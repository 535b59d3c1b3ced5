"""What travels about an account."""

from typing import Literal

from backend.wire import Wire

RoleName = Literal["parent", "caseworker", "supervisor", "navigator", "admin", "auditor"]
Language = Literal["en", "es"]


class Account(Wire):
    """Who signs in on this device; `time_zone` is an IANA name."""

    role: RoleName
    display_name: str
    language: Language
    time_zone: str
