"""What the case team writes down for itself; no parent ever holds it."""
