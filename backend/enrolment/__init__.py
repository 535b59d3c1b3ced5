"""How a person comes to an account, or back to it."""
