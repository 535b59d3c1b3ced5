"""The sync engine: what a device may hold, what changed, and what it sent. Knows tables only by declaration."""
