"""Threads between a party and the case team."""
