"""The base of everything that travels."""

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value on the wire: immutable, by keyword, and nothing in it that was not declared."""
