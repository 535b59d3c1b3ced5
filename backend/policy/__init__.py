"""Who may do what, and who may learn what: one table, default deny. `backend/POLICY.md` is the page that people read."""

from backend.policy.operations import ALLOWED, OPERATIONS, STEP_UP, VERSION, Operation, allowed, may, require, require_proof

__all__ = ["ALLOWED", "OPERATIONS", "STEP_UP", "VERSION", "Operation", "allowed", "may", "require", "require_proof"]
