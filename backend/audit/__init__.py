"""The journal as evidence: sealed, signed, anchored elsewhere, and verified."""
