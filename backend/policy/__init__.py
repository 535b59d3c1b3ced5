"""Who may do what, and who may learn what: one table, default deny. `backend/POLICY.md` is the page that people read."""

from backend.policy.operations import ALLOWED, OPERATIONS, Operation, allowed, may, require

__all__ = ["ALLOWED", "OPERATIONS", "VERSION", "Operation", "allowed", "may", "require"]

VERSION = 1  # goes up with every change of the table, so that a record of a decision can name what it was made by
