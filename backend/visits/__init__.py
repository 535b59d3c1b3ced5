"""The cases that a worker keeps at hand for visits."""
