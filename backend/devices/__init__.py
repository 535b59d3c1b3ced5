"""A phone or tablet: registered, synced, poked, forgotten."""
