"""Whom to tell, when, and by which browser."""
