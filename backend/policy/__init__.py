"""Who may do what, and who may learn what: one table, default deny. `backend/POLICY.md` is the page that people read."""

from backend.policy.operations import ALLOWED, OPERATIONS, STEP_UP, Operation, allowed, may, require, require_proof

__all__ = ["ALLOWED", "OPERATIONS", "STEP_UP", "VERSION", "Operation", "allowed", "may", "require", "require_proof"]

VERSION = 1  # goes up with every change of the table, so that a record of a decision can name what it was made by
